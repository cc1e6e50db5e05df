package dev.plinth.engine.http.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Walks the console as people do, in Chromium with a new window each time. Wherever the walk stops, axe-core finds nothing wrong, no script has
 * failed, the content security policy has refused nothing, and the page fits the window.
 */
@Tag("slow")
class ConsoleIT extends ConsoleBrowsing {
    ConsoleIT() throws IOException {}

    @Test
    void emptyWorkspace_saysWhatToDoNext() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());

        for (String page : List.of("resources", "jobs", "settings/webhooks")) {
            browser.visit("#/" + page);
            browser.await("document.querySelector('.empty .button.primary')");
            look("empty-" + page.replace('/', '-'));
        }
    }

    @Test
    void webhook_isAddedTestedBrokenMendedAndResent() throws Exception {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/settings/webhooks");
        browser.click("Add endpoint");
        browser.fill("URL", world.receiver().url());
        browser.submit();
        browser.awaitText("The signing secret is shown this once");
        String secret = String.valueOf(browser.script("return document.querySelector('.secret pre').innerText"))
                .strip();
        look("webhook-secret");
        browser.click("Python");
        browser.awaitText("def is_genuine");
        browser.click("I have stored the secret");
        browser.await("location.hash.includes('we_')");

        String resource = world.client().resources().create("Order 4711").call().id();
        HookReceiver.Hook hook = next();
        assertThat(hook.isSignedWith(secret)).isTrue();
        assertThat(new String(hook.body(), UTF_8)).contains("resource.created", resource);
        browser.click("Refresh");
        browser.awaitText("resource.created");
        browser.awaitText("delivered");

        world.receiver().answer(500);
        world.client().resources().pause(resource).call();
        assertThat(next().isSignedWith(secret)).isTrue();
        browser.visit("#/settings/webhooks");
        browser.awaitText("Webhooks");
        browser.await("document.querySelector('.table a')");
        browser.click(world.receiver().url());
        browser.awaitText("This endpoint is failing");
        browser.awaitText("it answered 500");
        look("webhook-failing");
        browser.click("See the attempts");
        browser.awaitText("The receiver did not answer with 2xx.");
        browser.run("document.querySelector('.attempts summary').click()");
        browser.awaitText("<b>taken</b>");
        assertThat(browser.text()).contains("in two lines").doesNotContain("\\u000a");
        look("delivery-failing");
        // The second attempt, after some seconds, fails too: the third by schedule is minutes away, and does not come
        // before the one by hand.
        assertThat(next().isSignedWith(secret)).isTrue();

        world.receiver().answer(200);
        browser.click("Resend");
        browser.await(
                "[...document.querySelectorAll('.facts .badge')].some((each) => each.textContent === 'delivered')");
        browser.awaitText("by hand");
        look("delivery-mended");
        browser.visit("#/settings/webhooks");
        browser.await("document.querySelector('.table a')");
        browser.settle();
        assertThat(browser.text()).doesNotContain("failing");
    }

    private HookReceiver.Hook next() throws InterruptedException {
        return Objects.requireNonNull(world.receiver().next(), "Expected a webhook, but none came");
    }

    @Test
    void hostileText_inEveryField_staysText() throws IOException {
        begin(NARROW, false);
        world.receiver().answer(400, ConsoleWorld.HOSTILE);
        ConsoleWorld.Things things = world.fill(ConsoleWorld.HOSTILE);
        signIn(world.secret());
        List<String> pages = List.of(
                "#/resources",
                "#/resources/" + things.resource() + "/data",
                "#/resources/" + things.resource() + "/children",
                "#/resources/" + things.resource() + "/shares",
                "#/jobs",
                "#/jobs/" + things.jobs().get(0),
                "#/jobs/" + things.jobs().get(1),
                "#/jobs/" + things.jobs().get(2),
                "#/events",
                "#/events/" + things.event(),
                "#/requests",
                "#/settings/webhooks",
                "#/settings/webhooks/" + things.endpoint(),
                "#/settings/webhooks/" + things.endpoint() + "/" + delivery(things),
                "#/settings/keys",
                "#/settings/plan");

        int shown = 0;
        for (String page : pages) {
            lookAt("hostile" + page.replaceAll("[#/]+", "-").replaceAll("_.*", ""), page);
            browser.run("document.querySelectorAll('main summary').forEach((each) => each.click())");
            browser.settle();
            shown += browser.is("document.body.innerText.includes('window.harmed=1')") ? 1 : 0;
            unharmed();
        }
        browser.click("Edit workspace");
        look("hostile-edit");
        unharmed();
        for (String page : List.of("#/resources/" + things.resource(), "#/settings/webhooks/" + things.endpoint())) {
            browser.visit(page);
            browser.click("Edit");
            browser.await("document.querySelector('dialog[open]')");
            look("hostile-edit" + page.replaceAll("[#/]+", "-").replaceAll("_.*", ""));
            unharmed();
        }
        browser.open(world.address() + "#/resources/" + URLEncoder.encode(ConsoleWorld.HOSTILE, UTF_8));
        browser.settle();
        unharmed();
        browser.click("Menu");
        browser.click("Sign out");
        browser.awaitText("API key or operator token");
        signIn(ConsoleWorld.ADMIN_TOKEN);
        for (String page :
                List.of("#/operator/workspaces", "#/operator/workspaces/" + world.workspace(), "#/operator/health")) {
            lookAt("hostile" + page.replaceAll("[#/]+", "-").replaceAll("_.*", ""), page);
            shown += browser.is("document.body.innerText.includes('window.harmed=1')") ? 1 : 0;
            unharmed();
        }

        assertThat(shown).as("pages that show the text").isGreaterThan(13);
    }

    /** Waits until a webhook was answered, and returns its delivery. */
    private String delivery(ConsoleWorld.Things things) throws IOException {
        for (int i = 0; i < Browser.TRIES_MAX; i++) {
            for (Delivery each : world.client()
                    .webhooks()
                    .deliveries(things.endpoint())
                    .call()
                    .data()) {
                if (!each.attempts().isEmpty()) {
                    return each.id();
                }
            }
            browser.pause();
        }
        throw new AssertionError("Expected an attempt, but there was none");
    }

    /** Tells what the text would do, were it markup: run, load a frame or a picture, or lead elsewhere. */
    private void unharmed() throws IOException {
        assertThat(browser.is("window.harmed")).isFalse();
        assertThat(browser.is("document.querySelector('iframe, img, main script, [onerror], a[href^=javascript]')"))
                .isFalse();
        assertThat(browser.text()).doesNotContain("\u202E", "\u2066", "\u0007");
        assertThat(browser.is("location.origin + '/console/' === " + "'" + world.address() + "'"))
                .isTrue();
        assertThat(browser.is("performance.getEntriesByType('resource').every((each) =>"
                        + " each.name.startsWith(location.origin))"))
                .isTrue();
    }

    @Test
    void key_revokedElsewhere_endsTheSessionWithASentence() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/jobs");

        world.client().keys().revoke(world.keyId()).call();
        browser.visit("#/resources");
        browser.awaitText("it was revoked, rotated or has expired");

        look("session-ended");
        assertThat(browser.is("sessionStorage.length")).isFalse();
    }

    @Test
    void key_revokedInAnotherTab_endsTheSessionWithoutAClick() throws IOException {
        begin(WIDE, false);
        String other = world.client().keys().create("other").call().secret().orElseThrow();
        signIn(world.secret());
        browser.visit("#/jobs");
        String first = browser.openTab();
        signIn(other);
        browser.visit("#/settings/keys");
        browser.click("Revoke console");
        browser.submit();
        browser.awaitText("Key revoked");

        browser.inTab(first);

        browser.awaitText("it was revoked, rotated or has expired");
        assertThat(browser.is("sessionStorage.length")).isFalse();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void credential_thatIsWrong_isToldWithTheRequestId() throws IOException {
        begin(WIDE, false);
        for (String wrong : List.of("sk_live_nothing", "a-token-that-is-none", "ключ")) {
            browser.open(world.address());
            browser.await("document.querySelector('h1')");
            browser.fill("API key", wrong);
            browser.click("Sign in");
            browser.await("document.querySelector('[role=alert]')");
            look("sign-in-refused");
        }
        browser.fill("API key", "sk_live_nothing");
        browser.click("Sign in");
        browser.awaitText("req_");
        browser.awaitText("invalid_token");
    }

    /** A page that meets what it cannot show says so and offers a way on, instead of going blank. */
    @Test
    void answer_thatNoPageUnderstands_isToldAndLeft() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.run("window.kept = window.fetch; window.fetch = async () =>"
                + " new Response('{\"data\":5}', {headers: {'Content-Type': 'application/json'}})");
        browser.run("location.hash = '#/jobs'");
        browser.awaitText("The console failed");

        browser.run("window.fetch = window.kept");
        browser.click("Go on");

        browser.awaitText("No resources yet");
    }

    @Test
    void keyboardAlone_signsInCreatesAndCloses() throws IOException {
        begin(WIDE, false);
        browser.open(world.address());
        browser.await("document.activeElement.type === 'password'");
        browser.type(world.secret());
        browser.press("Enter");
        browser.await("document.activeElement.tagName === 'H1'");
        browser.await("document.querySelector('.empty .button.primary')");
        browser.run("document.querySelector('.skip').focus()");
        browser.press("Enter");
        browser.await("document.activeElement.id === 'main'");
        browser.press("Tab");
        browser.await("document.activeElement.textContent === 'Create resource'");
        browser.await("getComputedStyle(document.activeElement).outlineStyle === 'solid'");
        browser.press("Enter");
        browser.await("document.activeElement.name === 'name'");
        browser.type("By hand");
        browser.press("Enter");
        browser.await("location.hash.includes('res_')");
        browser.awaitText("By hand");

        assertThat(world.client().resources().list().call().data()).hasSize(1);
    }

    @Test
    void liveTail_showsEventsAsTheyHappen_pausesAndGoesOn() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/events");
        browser.await("document.querySelector('[data-live=yes]')");
        for (int i = 0; i < 300; i++) {
            world.client()
                    .publish("payment.processed", Json.of("{\"n\":" + i + "}"))
                    .call();
        }
        browser.awaitText("300 since the page was opened");
        browser.await("document.querySelectorAll('.tail-row').length === 100");

        browser.click("Pause");
        world.client().publish("payment.late", Json.EMPTY_OBJECT).call();
        browser.awaitText("1 wait");
        assertThat(browser.text()).doesNotContain("payment.late");
        browser.click("Go on");
        browser.awaitText("payment.late");
    }
}
