package dev.plinth.engine.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyStatus;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.api.WebhookEndpoint;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses the console on a workspace, and makes its calls fail, come late or come twice. */
@Tag("slow")
class ConsoleUseIT extends ConsoleBrowsing {
    ConsoleUseIT() throws IOException {}

    @Test
    void keyWithChosenScopes_butNone_isNotMade() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/settings/keys");
        browser.click("Create key");
        browser.click("Chosen scopes");
        browser.fill("Name", "reporting");
        browser.submit();
        browser.awaitText("Choose at least one scope");
        assertThat(world.client().keys().list().call().data()).hasSize(1);

        browser.fill("Jobs", "jobs:read");
        browser.submit();
        browser.awaitText("is shown this once");
        browser.click("I have stored the key");

        assertThat(world.client().keys().list().call().data().get(0).scopes()).containsExactly(Scope.JOBS_READ);
    }

    @Test
    void key_isEditedInNameScopesAndEnd() throws IOException {
        begin(WIDE, false);
        String id = world.client()
                .keys()
                .create(NewKey.of("reporting").withScopes(Scope.JOBS_WRITE))
                .call()
                .id();
        signIn(world.secret());
        browser.visit("#/settings/keys");

        browser.click("Edit reporting");
        browser.fill("Name", "billing");
        browser.fill("Jobs", "jobs:read");
        browser.fill("Expires", "2099-01-01T12:00");
        browser.submit();
        awaitNoDialog();

        assertThat(world.client().keys().get(id).call()).satisfies(key -> {
            assertThat(key.name()).isEqualTo("billing");
            assertThat(key.scopes()).containsExactly(Scope.JOBS_READ);
            assertThat(key.expiresAt()).isPresent();
        });
        browser.click("Edit billing");
        browser.fill("Expires", "");
        browser.submit();
        awaitNoDialog();
        assertThat(world.client().keys().get(id).call().expiresAt()).isEmpty();
    }

    @Test
    void endpointsRate_emptied_isTheDefaultAgain_andOddTypesAreEdited() throws IOException {
        begin(WIDE, false);
        WebhookEndpoint endpoint = world.client()
                .webhooks()
                .create(NewWebhookEndpoint.of(world.receiver().url(), "constructor", "toString.x")
                        .withMaxPerSecond(7))
                .call();
        signIn(world.secret());
        browser.visit("#/settings/webhooks/" + endpoint.id());
        browser.awaitText("A second at most");

        browser.click("Edit");
        browser.await("document.querySelector('dialog .picker')");
        browser.fill("Webhooks a second at most", "");
        browser.submit();
        awaitNoDialog();

        browser.await("[...document.querySelectorAll('.facts dd')].some((each) => each.textContent === '200')");
        assertThat(world.client().webhooks().get(endpoint.id()).call().types())
                .containsExactly("constructor", "toString.x");
    }

    /** The new secret stays until its button closes it, however the user tries to leave, and the session goes on with it. */
    @Test
    void ownKey_rotatedWithoutGrace_staysSignedInWithItsNewSecret() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/jobs");
        browser.visit("#/settings/keys");
        browser.click("Rotate console");
        browser.awaitText("This is the key that you are signed in with");
        browser.fill("Grace in hours", "0");
        browser.submit();
        browser.awaitText("is shown this once");

        browser.press("Escape", "Escape");
        browser.run("history.back()");
        browser.await("location.hash === '#/jobs'");
        browser.pause();
        String secret = String.valueOf(browser.script("return document.querySelector('.secret pre').innerText"))
                .strip();
        browser.click("I have stored the key");

        browser.await("document.querySelector('h1').textContent === 'Jobs'");
        browser.awaitText("No jobs yet");
        assertThat(browser.is("document.querySelector('.sign-in')")).isFalse();
        assertThat(world.engine().client(secret).keys().list().call().data()).hasSize(1);
    }

    @Test
    void ownKey_disabled_isAskedFirstAndEndsTheSession() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/settings/keys");
        browser.click("Disable console");
        browser.awaitText("This is the key that you are signed in with");
        assertThat(world.client().keys().get(world.keyId()).call().status()).isEqualTo(KeyStatus.ENABLED);

        browser.submit();

        browser.awaitText("The key that this tab was signed in with is disabled");
    }

    @Test
    void test_thatFailsToBeSent_showsNoEarlierSuccess() throws IOException {
        begin(WIDE, false);
        String id = world.client().createWebhook(world.receiver().url()).call().id();
        signIn(world.secret());
        browser.visit("#/settings/webhooks/" + id);
        browser.click("Send test");
        browser.awaitText("The receiver answered 200");
        interceptCalls("if (url.endsWith('/test')) { throw new TypeError('cut'); } return kept(url, init);");
        browser.click("Send another");
        browser.awaitText("The server does not answer");

        assertThat(browser.text()).doesNotContain("The receiver answered 200");
    }

    @Test
    void refresh_whileItLoads_keepsTheFocus() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/requests");
        interceptCalls("if (url.startsWith('/v1/requests')) { await new Promise((go) => { window.goOn = go; }); }"
                + " return kept(url, init);");
        browser.run("[...document.querySelectorAll('button')].find((each) => each.textContent === 'Refresh').focus()");
        browser.press("Enter");
        browser.await("window.goOn && document.querySelector('button[aria-busy=true]')");
        browser.pause();
        assertThat(browser.is("document.activeElement.textContent === 'Refresh'"))
                .isTrue();

        browser.run("window.goOn()");
        browser.settle();
        assertThat(browser.is("document.activeElement.textContent === 'Refresh'"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {720, 900, 1100})
    void tables_atEveryWidth_showAllColumns(int width) throws IOException {
        begin(width, false);
        ConsoleWorld.Things things = world.fill("Order 4711 of the customer with the long name");
        signIn(world.secret());
        tablesFit(List.of(
                "#/resources",
                "#/resources/" + things.resource() + "/children",
                "#/resources/" + things.resource() + "/shares",
                "#/jobs",
                "#/requests",
                "#/settings/webhooks",
                "#/settings/webhooks/" + things.endpoint(),
                "#/settings/keys"));
        browser.click(width < 820 ? "Menu" : "Sign out");
        if (width < 820) {
            browser.click("Sign out");
        }
        signIn(ConsoleWorld.ADMIN_TOKEN);
        tablesFit(List.of("#/operator/workspaces", "#/operator/health"));
    }

    private void tablesFit(List<String> pages) throws IOException {
        for (String page : pages) {
            browser.visit(page);
            browser.await("document.querySelector('.table')");
            browser.settle();
            assertThat(browser.is("[...document.querySelectorAll('.table')].every((each) => each.scrollWidth <="
                            + " each.clientWidth)"))
                    .as("every table of %s fits its box", page)
                    .isTrue();
            assertThat(browser.overflow()).isLessThanOrEqualTo(0);
        }
    }

    @Test
    void endpoint_thatFailsForGoodOrIsDisabled_isSaidAtTheTop() throws IOException {
        begin(WIDE, false);
        world.receiver().answer(410);
        String endpoint =
                world.client().createWebhook(world.receiver().url()).call().id();
        signIn(world.secret());
        String delivery = "{id:'dlv_00000000000000000000000000',status:'exhausted',attempts:"
                + "[{number:10,trigger:'auto',at:'2025-01-01T00:00:00.000Z',durationMillis:5,status:503,errorClass:'http'}]}";
        interceptCalls("return url.includes('status=exhausted') ? new Response(JSON.stringify({data: [" + delivery
                + "], hasMore: false, nextCursor: null}), {headers: {'Content-Type': 'application/json'}}) :"
                + " kept(url, init);");
        browser.visit("#/settings/webhooks");
        browser.awaitText("An endpoint is failing");
        browser.awaitText("it answered 503");
        browser.awaitText("No further attempt follows");

        // The page asks again by itself.
        world.client().publish("payment.processed", Json.EMPTY_OBJECT).call();
        browser.awaitText("An endpoint is disabled");
        assertThat(browser.text()).doesNotContain("An endpoint is failing");
        browser.click("See the endpoint");
        browser.await("location.hash.endsWith('" + endpoint + "')");
    }

    @Test
    void poll_thatIsSlowerThanItsTurn_isNotAborted() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        interceptCalls(
                "if (url.includes('/v1/rate-limit')) { init.signal?.addEventListener('abort', () => { window.aborted ="
                        + " true; }); window.begun = (window.begun || 0) + 1; await new Promise((go) => { window.goOn ="
                        + " go; }); } return kept(url, init);");
        browser.run("location.hash = '#/settings/plan'");
        browser.await("window.goOn");
        // Two turns of the poll, and a turn of the one beside the menu may come as well.
        for (int i = 0; i < 50; i++) {
            browser.pause();
        }
        assertThat(browser.is("window.aborted")).isFalse();
        assertThat(browser.is("window.begun <= 2")).isTrue();
        browser.run("window.goOn()");
        browser.await("document.querySelector('.figure')");
    }

    @Test
    void list_withPages_keepsItsFocusAndItsFilters() throws IOException {
        begin(WIDE, false);
        for (int i = 0; i < 51; i++) {
            String id = idOf(Json.EMPTY_OBJECT);
            if (i == 0) {
                world.client().resources().pause(id).call();
            }
        }
        signIn(world.secret());
        browser.visit("#/resources");
        browser.await("document.querySelector('.pager')");
        browser.run("[...document.querySelectorAll('.pager button')].at(-1).focus()");
        browser.press("Enter");
        browser.awaitText("Page 2");
        browser.settle();
        assertThat(browser.is("document.activeElement.textContent === 'Older'")).isTrue();

        // A cursor of the list without a filter would be refused here.
        browser.fill("Status", "paused");
        browser.await("document.querySelectorAll('tbody tr').length === 1");
        assertThat(browser.is("document.querySelector('[role=alert]')")).isFalse();
        browser.await("location.hash === '#/resources?status=paused'");
        browser.run("document.querySelector('tbody a').click()");
        browser.await("location.hash.includes('res_')");
        browser.awaitText("Metadata");
        browser.run("history.back()");
        browser.await("document.querySelectorAll('tbody tr').length === 1");
        assertThat(browser.is("document.querySelector('select').value === 'paused'"))
                .isTrue();

        browser.fill("Metadata", "c-17");
        browser.awaitText("Write it as key=value");
    }

    @Test
    void tabs_byKeyboard_keepTheFocus() throws IOException {
        begin(WIDE, false);
        String id = idOf(Json.EMPTY_OBJECT);
        signIn(world.secret());
        browser.visit("#/resources/" + id + "/constructor");
        browser.await("document.querySelector('[role=tab][aria-selected=true]').textContent === 'Data'");
        browser.run("document.querySelector('[role=tab][aria-selected=true]').focus()");

        browser.press("ArrowRight");
        browser.awaitText("No children");
        assertThat(browser.is("document.activeElement.textContent === 'Children'"))
                .isTrue();
        browser.press("End");
        browser.awaitText("No jobs yet");

        assertThat(browser.is("document.activeElement.textContent === 'Jobs'")).isTrue();
        assertThat(browser.is("document.getElementById(document.activeElement.getAttribute('aria-controls')).role"
                        + " === 'tabpanel'"))
                .isTrue();
    }

    @Test
    void tail_beginsWithWhatWasBefore_andTellsWhyItBroke() throws IOException {
        begin(WIDE, false);
        world.client().publish("payment.early", Json.EMPTY_OBJECT).call();
        signIn(world.secret());
        browser.visit("#/events/stream");
        browser.awaitText("This address leads nowhere");
        interceptCalls("if (!url.includes('/stream')) { return kept(url, init); } (window.began ||="
                + " []).push(init.headers['Last-Event-ID'] || ''); return window.broken ? new Response(new"
                + " ReadableStream({start: (out) => out.error(new TypeError(''))})) : kept(url, init);");
        browser.visit("#/events");
        browser.await("document.querySelector('[data-live=yes]')");
        browser.awaitText("payment.early");
        assertThat(browser.is("window.began[0].startsWith('evt_')")).isTrue();
        browser.click("Pause");
        browser.fill("Types", "payment.*");
        browser.await("document.querySelectorAll('.tail-row').length === 1");
        assertThat(browser.text()).doesNotContain("No such events");

        browser.run("window.broken = true");
        browser.fill("Types", "payment.early");
        browser.awaitText("The connection failed");
    }

    @Test
    void requests_filtered_showThoseThatFitInTheAddressToo() throws IOException {
        begin(WIDE, false);
        for (int i = 0; i < 60; i++) {
            assertThat(world.client().jobs().call().data()).isEmpty();
        }
        assertThat(world.refused(Json.of(Map.of("colour", "red"))).code()).isEqualTo("validation_failed");
        signIn(world.secret());
        browser.visit("#/requests");
        browser.fill("Answer", "422");
        browser.await("document.querySelectorAll('tbody tr').length === 1");
        browser.awaitText("Body and query");
        browser.fill("Code", "validation_failed");
        browser.await("location.hash === '#/requests?status=422&code=validation_failed'");
        browser.fill("Code", "not_found");
        browser.awaitText("No such call");
        browser.fill("Code", "NOT FOUND");
        browser.awaitText("code must be a code such as not_found");
        browser.visit("#/requests?route=%2Fv1%2Fjobs&status=200");
        browser.awaitText("Older");
        assertThat(browser.is("document.querySelectorAll('tbody tr').length === 50"))
                .isTrue();
    }

    @Test
    void request_refused_showsStepByStepWhy() throws IOException {
        begin(WIDE, false);
        Problem refused = world.refused(Json.of(Map.of("name", 7, "colour", "red")));
        signIn(world.secret());
        browser.visit("#/requests/" + refused.requestId());
        browser.awaitText("refused here");
        assertThat(browser.is("document.querySelectorAll('.steps > li').length === 14"))
                .isTrue();
        assertThat(browser.is("document.querySelectorAll('.steps li.passed').length === 8"))
                .isTrue();
        assertThat(browser.is("document.querySelector('.steps > li:nth-child(9)').className === 'refused'"))
                .isTrue();
        assertThat(browser.text())
                .contains(
                        refused.detail(),
                        refused.errors().get(0).detail(),
                        refused.errors().get(1).detail())
                .contains("No events and no jobs");
        assertThat(browser.text().split("not reached", -1)).hasSize(6);
    }

    @Test
    void signIn_withTheOtherKindOfCredential_leadsToItsFirstPage() throws IOException {
        begin(WIDE, false);
        browser.open(world.address() + "#/settings/keys");
        browser.await("document.querySelector('h1')");
        browser.fill("API key", ConsoleWorld.ADMIN_TOKEN);
        browser.click("Sign in");
        browser.await("location.hash === '#/operator/health'");
    }

    @Test
    void signIn_withAnUnknownKey_tellsAPersonWhatToDo() throws IOException {
        begin(WIDE, false);
        browser.open(world.address());
        browser.await("document.querySelector('h1')");
        browser.fill("API key", world.secret().substring(0, world.secret().length() - 1));
        browser.click("Sign in");
        browser.await("document.body.innerText.includes('opens nothing here')");
        assertThat(browser.text()).contains("copied whole").doesNotContain("/v1", "/admin");
    }

    @Test
    void signIn_overPlainHttp_warns() throws IOException {
        begin(WIDE, false);
        browser.open(world.address());
        browser.awaitText("Sign in");
        assertThat(browser.text()).doesNotContain("without TLS");

        browser.open(world.address().replace("127.0.0.1", ChromeDriver.PLAIN_HOST));

        browser.awaitText("This page came without TLS");
        assertThat(browser.violations()).isEmpty();
    }

    @Test
    void health_ofANodeThatIsNotReady_tellsWhatTheNodeSays() throws IOException {
        begin(WIDE, false);
        signIn(ConsoleWorld.ADMIN_TOKEN);
        browser.visit("#/operator/plans");
        interceptCalls("const gone = (body) => new Response(JSON.stringify(body), {status: 503});"
                + " if (url.startsWith('/admin/v1/health')) return gone({title: 'No leader', code: 'not_leader'});"
                + " return url.startsWith('/health/ready') ? gone({status: 'not_leader', durability: 'fsync',"
                + " role: 'follower', epoch: 7, sequence: 9, lagMillis: 3, leader: 'http://10.0.0.6:8080'})"
                + " : kept(url, init);");
        browser.visit("#/operator/health");

        browser.awaitText("No leader");
        browser.awaitText("Use the console of the leader");
        browser.await("document.body.innerText.match(/This node\\s+follows/)");
        browser.awaitText("http://10.0.0.6:8080");
    }

    @Test
    void tail_whoseListWasRefused_isTriedAgain() throws IOException {
        begin(WIDE, false);
        world.client().publish("payment.early", Json.EMPTY_OBJECT).call();
        signIn(world.secret());
        interceptCalls(
                "return url.startsWith('/v1/events') && !window.mended"
                        + " ? new Response('{\"title\":\"Down\",\"detail\":\"No node leads.\"}', {status: 503}) : kept(url, init);");
        browser.visit("#/events");
        browser.awaitText("No node leads.");
        assertThat(browser.text()).doesNotContain("Connecting");

        browser.run("window.mended = true");
        browser.click("Try again");

        browser.await("document.querySelector('[data-live=yes]')");
        browser.awaitText("payment.early");
    }

    /** Its answer alone has the secret, so the page waits for it. */
    @Test
    void key_madeWhileTheUserGoesBack_isShownAllTheSame() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/jobs");
        browser.visit("#/settings/keys");
        interceptCalls("const answer = await kept(url, init); if (init.method === 'POST') { await new Promise((go) => {"
                + " window.goOn = go; }); } return answer;");
        browser.click("Create key");
        browser.fill("Name", "reporting");
        browser.submit();
        browser.await("window.goOn");

        browser.run("history.back()");
        browser.await("location.hash === '#/jobs'");
        browser.pause();
        browser.run("window.goOn()");

        browser.awaitText("is shown this once");
        browser.click("I have stored the key");
        browser.await("document.querySelector('h1').textContent === 'Jobs'");
    }

    @Test
    void workspace_renamed_isNamedSoInTheMenu() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/settings/plan");
        browser.click("Edit workspace");
        browser.fill("Name", "Acme 2");
        browser.submit();
        browser.await("document.querySelector('.who strong').textContent === 'Acme 2'");
    }

    @Test
    void form_thatIsRefused_keepsTheFocusOfItsButton() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/jobs");
        browser.click("Start job");
        browser.fill("Type", "render");
        browser.fill("Resource", "nothing");
        browser.run("document.querySelector('dialog [type=submit]').focus()");
        browser.press("Enter");
        browser.await("document.querySelector('dialog [role=alert]')");
        browser.settle();
        assertThat(browser.is("document.activeElement.type === 'submit'")).isTrue();
    }

    @Test
    void readerOfAShare_isOfferedNoChange() throws IOException {
        begin(WIDE, false);
        String id = idOf(Json.EMPTY_OBJECT);
        String other =
                world.engine().admin().createWorkspace("Other", "pro").call().id();
        String secret =
                world.engine().admin().createKey(other, "other").call().secret().orElseThrow();
        world.client().shares(id).grant(other, Role.READER).call();
        signIn(secret);
        browser.visit("#/resources/" + id);
        browser.awaitText("a reader of it");

        assertThat(browser.is("[...document.querySelectorAll('.page-head button')].every((each) => each.disabled)"))
                .isTrue();
        assertThat(browser.text()).doesNotContain("Archive");
    }
}
