package dev.plinth.engine.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.event.OwnEventTypes;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The console's modules without their pages, run by the browser that runs them in the product. */
class ConsoleModulesIT extends ConsoleBrowsing {
    ConsoleModulesIT() throws IOException {}

    @BeforeEach
    void open() throws IOException {
        browser.open(world.address());
        browser.await("document.querySelector('h1')");
    }

    /** Returns what a function body gives that may import modules by {@code await load('text')}. */
    private Object given(String body) throws IOException {
        return Objects.requireNonNull(browser.script(
                "const load = (name) => import('/console/' + name + '.js'); return (async () => {" + body + "})()"));
    }

    /** Without an end a server that hangs would leave the last good answer on the page for ever. */
    @Test
    void call_thatIsNotAnswered_isAProblemInTheEnd() throws IOException {
        assertThat(given("const {call} = await load('api'); const {timeout} = AbortSignal;"
                        + " AbortSignal.timeout = () => timeout.call(AbortSignal, 1);"
                        + " window.fetch = (url, {signal}) => new Promise((go, fail) =>"
                        + " signal.addEventListener('abort', () => fail(signal.reason)));"
                        + " return call('GET', '/v1/plan').catch((problem) => problem.title)"))
                .isEqualTo("The server does not answer");
    }

    @Test
    void json_readAndWritten_keepsEveryNumber() throws IOException {
        String text = "{\"big\":9007199254740993,\"one\":1.0,\"n\":1,\"list\":[1e2,-0,0.1],\"text\":\"1.0\"}";

        assertThat(given("const {parse} = await load('json'); return JSON.stringify(parse('" + text + "'))"))
                .isEqualTo(text);
        assertThat(given("const {parse, numberOf} = await load('json'); return numberOf(parse('[1.50]')[0]) + 1"))
                .hasToString("2.5");
    }

    @Test
    void mergePatch_takesGoneMembersAway_andKeepsWhatIsEqual() throws IOException {
        String patch = "const {parse, mergePatch} = await load('json');"
                + " return JSON.stringify(mergePatch(parse('{\"a\":{\"b\":1,\"c\":[1.0]},\"d\":1,\"__proto__\":1}'), parse('%s')))";

        assertThat(given(patch.formatted("{\"a\":{\"b\":1,\"c\":[1.0]},\"d\":1,\"__proto__\":1}")))
                .isEqualTo("{}");
        assertThat(given(patch.formatted("{\"a\":{\"c\":[1.0]},\"e\":{}}")))
                .isEqualTo("{\"d\":null,\"__proto__\":null,\"a\":{\"b\":null},\"e\":{}}");
        assertThat(given(patch.formatted("{\"a\":[],\"d\":1.0,\"__proto__\":1}")))
                .isEqualTo("{\"a\":[],\"d\":1.0}");
    }

    @Test
    void visible_escapesWhatHidesTurnsOrStacks() throws IOException {
        assertThat(
                        given(
                                "const {visible} = await load('text');"
                                        + " return visible('a\\u202eb\\u180ec\\ufff9d\\u{e0041}e\\n' + 'f' + '\\u0301'.repeat(5) + JSON.stringify({}))"))
                .isEqualTo("a\\u202eb\\u180ec\\ufff9d\\udb40\\udc41e\\u000af\u0301\u0301\u0301\u0301\\u0301{}");
        assertThat(given("const {visibleLines} = await load('text'); return visibleLines('a\\n\\tb\\u0007')"))
                .isEqualTo("a\n\tb\\u0007");
    }

    @Test
    void path_takesIdsAlone() throws IOException {
        for (String wrong : List.of("stream", "..", "evt_x/../y", "")) {
            assertThat(given("const {path} = await load('api'); try { return path`/v1/events/${'" + wrong
                            + "'}` } catch (problem) { return problem.title }"))
                    .isEqualTo("This is not an id");
        }
    }

    @Test
    void limits_ofSeveralPolicies_areThoseOfTheTightest() throws IOException {
        assertThat(given(
                        "const {call, limits} = await load('api'); window.fetch = async () => new Response('{}', {headers: {"
                                + " 'RateLimit-Policy': '\"pro\";q=6000;w=60, \"hourly\";q=1000;w=3600',"
                                + " 'RateLimit': '\"pro\";r=5900;t=0, \"hourly\";r=20;t=3'}});"
                                + " await call('GET', '/v1/plan'); return JSON.stringify(limits.get())"))
                .isEqualTo("{\"name\":\"hourly\",\"limit\":1000,\"remaining\":20}");
    }

    @Test
    void times_inAnotherZone_areLocal() throws IOException {
        browser.zone("America/New_York");
        try {
            assertThat(given("const {timeOfDay} = await load('text'); return timeOfDay('2026-07-01T12:00:00.007Z')"))
                    .isEqualTo("08:00:00.007");
            // The clock changed an hour before.
            assertThat(given("const {timeField} = await load('text'); return timeField('2026-03-08T08:00:00.000Z')"))
                    .isEqualTo("2026-03-08T04:00");
        } finally {
            browser.zone("");
        }
    }

    /** A change keeps its key for half a minute, if neither a thing nor a secret would be made twice. */
    @Test
    void key_ofAChangeWhoseAnswerWasLost_lapsesUnlessSomethingIsMade() throws IOException {
        Object same =
                given("const {call} = await load('api'); let now = 0; Date.now = () => now; let keys = []; let cut;"
                        + " window.fetch = async (url, init) => { keys.push(init.headers['Idempotency-Key']);"
                        + "  if (cut) throw new TypeError('cut'); return new Response('{}'); };"
                        + " const id = (prefix) => prefix + '_' + '0'.repeat(26);"
                        + " const keeps = async (target, millis, between) => { keys = [];"
                        + "  cut = true; await call('POST', target).catch(() => {}); cut = false; now += millis;"
                        + "  if (between) await call('PATCH', between, {body: {}});"
                        + "  await call('POST', target); return keys.at(-1) === keys[0]; };"
                        + " const retry = '/v1/jobs/' + id('job') + '/retry'; const key = '/v1/keys/' + id('key');"
                        + " const children = '/v1/resources/' + id('res') + '/children';"
                        + " return [await keeps(retry, 29000), await keeps(retry, 31000), await keeps(key + '/rotate', 31000),"
                        + "  await keeps(key + '/rotate', 0, key), await keeps(children, 31000, '/v1/resources/' + id('res')),"
                        + "  await keeps('/v1/jobs', 31000, key)].join()");

        assertThat(same).isEqualTo("true,false,true,false,true,true");
    }

    @Test
    void storage_thatTheBrowserRefuses_lastsAsLongAsThePage() throws IOException {
        assertThat(given("const {kept} = await load('store'); const place = kept('noSuchStorage', 'x');"
                        + " const before = place.get(); place.set('y'); return before + '|' + place.get()"))
                .isEqualTo("|y");
    }

    /** A proxy that ends each stream at once, and a server that asks for patience, are not asked every second. */
    @Test
    void stream_thatEndsAtOnce_isOpenedLessAndLess() throws IOException {
        Object waits = given(
                "const {follow} = await load('api'); const {setTimeout} = window; const waits = []; let calls = 0;"
                        + " window.setTimeout = (run, millis) => { if (millis >= 1000) waits.push(millis); return setTimeout(run, 0); };"
                        + " window.fetch = async () => ++calls === 4"
                        + " ? new Response('{}', {status: 429, headers: {'Retry-After': '70'}}) : new Response('');"
                        + " const stop = follow({query: {}, after: '', onEvents() {}, onState() {}});"
                        + " while (waits.length < 5) await new Promise((go) => setTimeout(go, 5)); stop(); return waits.slice(0, 5).join()");

        assertThat(waits).isEqualTo("1000,2000,4000,70000,15000");
    }

    @Test
    void stream_ofATabThatIsNotSeen_endsAndGoesOnWhereItWas() throws IOException {
        Object places =
                given("const {follow} = await load('api'); const places = []; let hidden = false; let aborted = 0;"
                        + " Object.defineProperty(document, 'hidden', {get: () => hidden});"
                        + " const show = (on) => { hidden = !on; document.dispatchEvent(new Event('visibilitychange')); };"
                        + " const until = async (test) => { while (!test()) await new Promise((go) => setTimeout(go, 5)); };"
                        + " window.fetch = async (url, {signal, headers}) => { places.push(headers['Last-Event-ID'] || 'now');"
                        + "  return new Response(new ReadableStream({start(out) {"
                        + "   out.enqueue(new TextEncoder().encode('id: evt_' + places.length + '\\ndata: {}\\n\\n'));"
                        + "   signal.addEventListener('abort', () => { aborted++; out.error(new DOMException('', 'AbortError')); }); }})); };"
                        + " let got = 0; const stop = follow({query: {}, after: '', onEvents: () => got++, onState() {}});"
                        + " await until(() => got === 1); show(false); await until(() => aborted === 1);"
                        + " await new Promise((go) => setTimeout(go, 50)); const whileHidden = places.length; show(true);"
                        + " await until(() => got === 2); stop(); return whileHidden + ' ' + places.join()");

        assertThat(places).isEqualTo("1 now,evt_1");
    }

    /** The lists that the console has of the engine's words. */
    @Test
    void lists_areThoseOfTheEngine() throws IOException {
        assertThat(
                        (List<?>)
                                given(
                                        "const {ENGINE_TYPES} = await load('event-types');"
                                                + " return Object.entries(ENGINE_TYPES).flatMap(([first, verbs]) => verbs.map((verb) => first + '.' + verb))"))
                .isEqualTo(OwnEventTypes.ALL);
        assertThat(words("(await load('jobs')).STATUSES")).containsExactlyInAnyOrderElementsOf(statuses("Job"));
        assertThat(words("(await load('webhooks')).STATUSES"))
                .containsExactlyInAnyOrderElementsOf(statuses("Delivery"));
        assertThat(given("return (await load('requests')).STEPS.length")).hasToString("14");
    }

    private List<String> words(String list) throws IOException {
        return ((List<?>) given("return [..." + list + "]"))
                .stream().map(String::valueOf).toList();
    }

    /** Returns the states that an object has by the OpenAPI document. */
    private List<String> statuses(String schema) throws IOException {
        return words("(await (await fetch('/openapi.json')).json()).components.schemas." + schema
                + ".properties.status.enum");
    }
}
