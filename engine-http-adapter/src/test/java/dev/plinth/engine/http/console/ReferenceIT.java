package dev.plinth.engine.http.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonSchema;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads the API reference at {@code /docs} as people do. Each look also asks axe-core, the policy, the log and the width. */
@Tag("slow")
class ReferenceIT extends ConsoleBrowsing {
    private static final String MODEL = "const model = await import('/console/docs-model.js');"
            + " const api = await (await fetch('/openapi.json')).json(); const entries = model.entriesOf(api); ";

    ReferenceIT() throws IOException {}

    /** Returns what a function body gives that has the model, the document and its entries. */
    private Object given(String body) throws IOException {
        return Objects.requireNonNull(browser.script("return (async () => {" + MODEL + body + "})()"));
    }

    @Test
    void operation_tellsParametersBodyAnswersAndProblems() throws IOException {
        begin(WIDE, false);
        openReference("#/operation/createResource");
        browser.run("document.querySelectorAll('main summary').forEach((each) => each.click())");
        browser.awaitText("plan_limit_reached");

        assertThat(browser.text())
                .contains(
                        "Create a resource",
                        "resources:write",
                        "Idempotency-Key",
                        "1 to 255 characters",
                        "Location",
                        "Retry-After",
                        "validation_failed")
                .contains("curl -X POST '" + world.address().replace("/console/", "/v1/resources") + "'");
        browser.click("NewResource");
        browser.await("location.hash === '#/schema/NewResource'");
        assertThat(browser.is("document.title === 'NewResource · Plinth API'")).isTrue();
    }

    @Test
    void curlOfACall_pasted_makesIt() throws Exception {
        begin(WIDE, false);
        openReference("#/operation/createResource");
        browser.await("document.querySelector('.wide-code pre')");
        Object curl =
                Objects.requireNonNull(browser.script("return document.querySelector('.wide-code pre').textContent"));
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", curl + " -s").redirectErrorStream(true);
        shell.environment().put("PLINTH_KEY", world.secret());

        Process process = shell.start();

        assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).contains("\"id\":\"res_", "My resource");
        assertThat(process.waitFor()).isZero();
        assertThat(world.client().resources().list().call().data()).hasSize(1);
    }

    @Test
    void everyEntry_hasAPageOfItsOwnThatDraws() throws IOException {
        begin(WIDE, false);
        openReference("");
        List<?> hashes = (List<?>) given("return entries.map(({hash}) => hash)");
        assertThat(hashes).doesNotHaveDuplicates().hasSizeGreaterThan(100);

        for (Object hash : hashes) {
            browser.run("location.hash = arguments[0]", hash);
            browser.await("document.querySelector('.side [aria-current]')?.getAttribute('href') === location.hash");
            assertThat(browser.is("document.querySelector('main h1').textContent.length > 1"
                            + " && !document.querySelector('main [role=alert]')"))
                    .as("%s", hash)
                    .isTrue();
        }
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void examples_ofAllBodiesAndAnswers_areWhatTheirSchemaTakes() throws Exception {
        begin(WIDE, false);
        openReference("");
        List<?> samples = (List<?>)
                given(
                        "const bodies = entries.filter(({operation}) => operation).flatMap(({operation}) =>"
                                + " [model.bodyOf(api, operation), ...Object.values(operation.responses).map((each) => model.contentOf(model.resolved(api, each)))]);"
                                + " return bodies.filter((each) => each?.type === 'application/json').map(({schema}) =>"
                                + " [JSON.stringify({...schema, components: api.components}), JSON.stringify(model.sampleOf(api, schema))])");
        assertThat(samples).hasSizeGreaterThan(80);

        for (Object each : samples) {
            List<?> pair = (List<?>) each;
            JsonSchema schema =
                    JsonSchema.of(Json.of(String.valueOf(pair.get(0))).utf8());
            assertThat(schema.check(
                            JsonReader.read(Json.of(String.valueOf(pair.get(1))).utf8()), ""))
                    .as("%s", pair.get(1))
                    .isEmpty();
        }
    }

    @Test
    void search_byKeyboard_findsAndOpens() throws IOException {
        begin(WIDE, false);
        openReference("");
        browser.press("/");
        browser.await("document.activeElement.type === 'search'");
        browser.type("pause");
        browser.await("document.querySelectorAll('.side .entry').length < 10");
        browser.awaitText("hits");

        browser.press("Enter");

        browser.await("location.hash.startsWith('#/operation/')");
        browser.awaitText("/v1/resources/{id}/pause");
        browser.await("document.activeElement.tagName === 'H1'");
        browser.press("/");
        browser.await("document.activeElement.type === 'search'");
        browser.run("document.activeElement.select()");
        browser.type("no such thing");
        browser.awaitText("0 hits");
    }

    /** A host's names are text of a stranger, in the document too. */
    @Test
    void hostileDocument_staysText() throws IOException {
        begin(WIDE, false);
        openReference("");
        browser.run(
                "const hostile = arguments[0]; const kept = window.fetch; window.fetch = async (url, init) => {"
                        + " const api = await (await kept(url, init)).json(); const post = api.paths['/v1/resources'].post;"
                        + " post.summary = post.description = hostile; api.info.title = api.info.description = hostile;"
                        + " post.tags = [hostile]; api.tags = [{name: hostile, description: hostile}];"
                        + " api.components.schemas.NewResource.properties = {[hostile]: {type: 'string', description: hostile, enum: [hostile], examples: [hostile]}};"
                        + " api.components.schemas.NewResource.examples = [{[hostile]: hostile}];"
                        + " return new Response(JSON.stringify(api), {headers: {'Content-Type': 'application/json'}}); };"
                        + " document.getElementById('app').replaceChildren(); import('/console/docs.js?again')",
                ConsoleWorld.HOSTILE);
        browser.await("document.querySelector('#nav')");
        for (String hash : List.of("#/", "#/operation/createResource", "#/schema/NewResource")) {
            browser.visit(hash);
            browser.awaitText("window.harmed=1");
            assertThat(browser.is("window.harmed || document.querySelector('iframe, img, main script, [onerror]')"))
                    .isFalse();
            assertThat(browser.text()).doesNotContain("\u202E", "\u2066", "\u0007");
            look("docs-hostile" + hash.replaceAll("[#/]+", "-"));
        }
    }

    @Test
    void documentThatDoesNotCome_isToldAndAskedForAgain() throws IOException {
        begin(WIDE, false);
        openReference("");
        browser.run("window.kept = window.fetch; window.fetch = async () => { throw new TypeError('cut'); };"
                + " document.getElementById('app').replaceChildren(); import('/console/docs.js?again')");
        browser.awaitText("The server does not answer");
        look("docs-unreachable");

        browser.run("window.fetch = window.kept");
        browser.click("Try again");

        browser.await("document.querySelector('#nav')");
        assertThat(Map.of("violations", browser.violations())).containsEntry("violations", List.of());
    }
}
