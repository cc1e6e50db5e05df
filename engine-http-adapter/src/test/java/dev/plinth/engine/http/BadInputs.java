package dev.plinth.engine.http;

import static dev.plinth.engine.http.BadInput.invalid;
import static dev.plinth.engine.http.BadInput.malformed;
import static dev.plinth.engine.http.BadInput.parameter;
import static dev.plinth.engine.http.BadInput.refused;
import static dev.plinth.engine.http.WireRequest.get;
import static dev.plinth.engine.http.WireRequest.patch;
import static dev.plinth.engine.http.WireRequest.post;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The faults that a request can have. The resource of the paths need not exist: input is judged before it is looked up. */
final class BadInputs {
    private static final String NOWHERE = "00000000000000000000000000";
    private static final String RESOURCES = "/v1/resources";
    private static final String RESOURCE = RESOURCES + "/res_" + NOWHERE;
    private static final String BULK = "/v1/resources/bulk";
    private static final String FORM = "application/x-www-form-urlencoded";

    private BadInputs() {}

    static Stream<BadInput> all() {
        return Stream.of(
                        unreadable(),
                        ofAnotherKind(),
                        invalidMembers(),
                        invalidElsewhere(),
                        invalidJobs(),
                        parameters(),
                        media(),
                        routes(),
                        idempotencyKeys())
                .flatMap(each -> each);
    }

    private static Stream<BadInput> unreadable() {
        String deep = "{\"a\":".repeat(64) + "1" + "}".repeat(64);
        return Stream.of(
                malformed("no body", body("")),
                malformed("blanks only", body(" \r\n ")),
                malformed("cut off", body("{\"name\":\"a\"")),
                malformed("single quotes", body("{'name':'a'}")),
                malformed("trailing comma", body("{\"name\":\"a\",}")),
                malformed("comment", body("/**/{\"name\":\"a\"}")),
                malformed("not a number", body("{\"name\":NaN}")),
                malformed("leading zero", body("{\"name\":\"a\",\"data\":{\"n\":01}}")),
                malformed("bare control character", body("{\"name\":\"a\u0001\"}")),
                malformed("member twice", body("{\"name\":\"a\",\"name\":\"b\"}")),
                malformed("inner member twice", body("{\"name\":\"a\",\"data\":{\"b\":1,\"b\":1}}")),
                malformed("member twice by escape", body("{\"name\":\"a\",\"n\\u0061me\":\"b\"}")),
                malformed("bytes after the end", body("{\"name\":\"a\"}x")),
                malformed("second value", body("{\"name\":\"a\"} {}")),
                malformed("65 levels of objects", body("{\"name\":\"a\",\"data\":" + deep + "}")),
                malformed("very deep arrays", body("[".repeat(100_000))),
                malformed("lone high surrogate", body("{\"name\":\"\\ud800\"}")),
                malformed("lone low surrogate as a name", body("{\"name\":\"a\",\"\\udc00\":1}")),
                malformed("surrogates in the wrong order", body("{\"name\":\"\\udc00\\ud800\"}")),
                malformed("bytes that are not UTF-8", body(latin1("{\"name\":\"\u00ff\"}"))),
                malformed("surrogate in UTF-8", body(latin1("{\"name\":\"\u00ed\u00a0\u0080\"}"))),
                malformed("overlong UTF-8", body(latin1("{\"name\":\"\u00c0\u00af\"}"))),
                malformed("byte order mark", body("\ufeff{\"name\":\"a\"}")),
                malformed("UTF-16 with a mark", body("{\"name\":\"a\"}".getBytes(StandardCharsets.UTF_16))),
                malformed("UTF-16 without", body("{\"name\":\"a\"}".getBytes(StandardCharsets.UTF_16LE))),
                malformed("UTF-32", body("{\"name\":\"a\"}".getBytes(Charset.forName("UTF-32")))),
                malformed("patch without a body", patch(RESOURCE, "")),
                malformed("malformed patch", patch(RESOURCE, "{")),
                malformed("malformed bulk", post(BULK, "{\"operations\":[")),
                malformed("malformed body of an action", post(RESOURCE + "/pause", "{")),
                malformed(
                        "malformed body of a deletion",
                        WireRequest.of("DELETE", RESOURCE).withBody("{")));
    }

    private static Stream<BadInput> ofAnotherKind() {
        return Stream.of("[]", "[{\"name\":\"a\"}]", "\"a\"", "1", "true", "null")
                .flatMap(text -> Stream.of(RESOURCES, BULK, "/v1/jobs", "/v1/keys")
                        .map(path -> invalid(path + " " + text, post(path, text), "")));
    }

    private static Stream<BadInput> invalidMembers() {
        return Stream.of(
                invalid("nothing", body("{}"), "/name"),
                invalid("name of another type", body("{\"name\":7}"), "/name"),
                invalid("name null", body("{\"name\":null}"), "/name"),
                invalid("name empty", body("{\"name\":\"\"}"), "/name"),
                invalid("name of 256 code points", body("{\"name\":\"" + "\ud83d\ude00".repeat(256) + "\"}"), "/name"),
                invalid("type in capitals", body("{\"name\":\"a\",\"type\":\"Type\"}"), "/type"),
                invalid("type too long", body("{\"name\":\"a\",\"type\":\"" + "t".repeat(65) + "\"}"), "/type"),
                invalid("data an array", body("{\"name\":\"a\",\"data\":[]}"), "/data"),
                invalid("data of 64 KiB and a byte", body("{\"name\":\"a\",\"data\":" + data(65_537) + "}"), "/data"),
                invalid("metadata of a number", body("{\"name\":\"a\",\"metadata\":{\"k\":1}}"), "/metadata/k"),
                invalid("metadata of 51 pairs", body("{\"name\":\"a\",\"metadata\":" + pairs(51) + "}"), "/metadata"),
                invalid("metadata value too long", metadata("k", "v".repeat(501)), "/metadata/k"),
                invalid("metadata key too long", metadata("k".repeat(41), "v"), "/metadata/" + "k".repeat(41)),
                invalid("metadata key that a pointer escapes", metadata("a/b~c", 1), "/metadata/a~1b~0c"),
                invalid("unknown members", body("{\"name\":\"a\",\"nam\":1,\"x y\":2}"), "/nam", "/x y"),
                invalid("read-only members", body("{\"name\":\"a\",\"id\":\"x\",\"version\":1}"), "/id", "/version"),
                invalid(
                        "all at once",
                        body("{\"name\":1,\"type\":2,\"data\":3,\"z\":4}"),
                        "/name",
                        "/type",
                        "/data",
                        "/z"),
                invalid("patch of name to null", patch(RESOURCE, "{\"name\":null}"), "/name"),
                invalid("patch of type", patch(RESOURCE, "{\"type\":\"other\"}"), "/type"),
                invalid("patch of status", patch(RESOURCE, "{\"status\":\"paused\"}"), "/status"),
                invalid("patch of metadata", patch(RESOURCE, "{\"metadata\":{\"k\":[]}}"), "/metadata/k"),
                invalid("action with a member", post(RESOURCE + "/pause", "{\"x\":1}"), "/x"),
                invalid(
                        "child without a name",
                        post(RESOURCE + "/children", "{\"resourceId\":1}"),
                        "/name",
                        "/resourceId"));
    }

    private static Stream<BadInput> invalidElsewhere() {
        String share = RESOURCE + "/shares/ws_" + NOWHERE;
        return Stream.of(
                invalid("bulk without operations", post(BULK, "{}"), "/operations"),
                invalid("bulk of another type", post(BULK, "{\"operations\":{}}"), "/operations"),
                invalid("bulk action unknown", bulk("{\"action\":\"make\"}"), "/operations/0/action"),
                invalid("bulk action missing", bulk("{\"name\":\"a\"}"), "/operations/0/action"),
                invalid("bulk item of another type", bulk("{\"action\":\"pause\"},7"), "/operations/1"),
                invalid("bulk of 10,001", bulk("{\"action\":\"pause\"},".repeat(10_000) + "{}"), "/operations"),
                invalid("share without a role", WireRequest.of("PUT", share).withBody("{}"), "/role"),
                invalid("share of a role unknown", WireRequest.of("PUT", share).withBody("{\"role\":\"a\"}"), "/role"),
                invalid("event of the engine", post("/v1/events", "{\"type\":\"job.done\",\"data\":{}}"), "/type"),
                invalid("event without all", post("/v1/events", "{}"), "/type", "/data"),
                invalid("webhook without a URL", post("/v1/webhook-endpoints", "{}"), "/url"),
                invalid("webhook to itself", webhook("\"url\":\"http://127.0.0.1/\""), "/url"),
                invalid("webhook to a short address", webhook("\"url\":\"http://0x7f.1/\""), "/url"),
                invalid("webhook types", webhook("\"url\":\"https://a.example/\",\"types\":[\"*\"]"), "/types"),
                invalid(
                        "webhook header",
                        webhook("\"url\":\"https://a.example/\",\"headers\":{\"Host\":\"b\"}"),
                        "/headers/Host"),
                invalid(
                        "webhook header with the sign of Kelvin for a k",
                        webhook("\"url\":\"https://a.example/\",\"headers\":{\"x-\u212aey\":\"b\"}"),
                        "/headers/x-\u212aey"),
                invalid("key of a scope unknown", post("/v1/keys", "{\"name\":\"a\",\"scopes\":[\"all\"]}"), "/scopes"),
                invalid(
                        "key without a name",
                        post("/v1/keys", "{\"mode\":\"x\",\"secret\":\"y\"}"),
                        "/name",
                        "/mode",
                        "/secret"),
                invalid("plan of one's own workspace", patch("/v1/workspace", "{\"plan\":\"business\"}"), "/plan"));
    }

    private static Stream<BadInput> invalidJobs() {
        return Stream.of(
                invalid("nothing", job(""), "/type", "/input"),
                invalid("input of another type", job("\"type\":\"t\",\"input\":[]"), "/input"),
                invalid("priority 0", job("\"type\":\"t\",\"input\":{},\"priority\":0"), "/priority"),
                invalid("priority 5", job("\"type\":\"t\",\"input\":{},\"priority\":5"), "/priority"),
                invalid("priority with a fraction", job("\"type\":\"t\",\"input\":{},\"priority\":1.5"), "/priority"),
                invalid("priority beyond any", job("\"type\":\"t\",\"input\":{},\"priority\":1e99"), "/priority"),
                invalid("attempts 101", job("\"type\":\"t\",\"input\":{},\"maxAttempts\":101"), "/maxAttempts"),
                invalid("no time", job("\"type\":\"t\",\"input\":{},\"runAt\":\"2025-01-01T00:00Z\""), "/runAt"),
                invalid("the bulk route's type", job("\"type\":\"resources.bulk\",\"input\":{}"), "/type"));
    }

    private static Stream<BadInput> parameters() {
        String foreign = RESOURCES + "?type=a&cursor=AAAAAAAAAAAAAAAAAAAAAA";
        Stream<BadInput> limits = Stream.of("0", "101", "-1", "x", "", "1.5", "9999999999999999999")
                .map(limit -> parameter("limit " + limit, get(RESOURCES + "?limit=" + limit), "limit"));
        Stream<BadInput> others = Stream.of(
                parameter("unknown", get(RESOURCES + "?colour=red"), "colour"),
                parameter("unknown at a change", post(RESOURCES + "?dry=1", "{\"name\":\"a\"}"), "dry"),
                parameter("unknown where there is none", get("/v1/workspace?x"), "x"),
                parameter("twice", get(RESOURCES + "?limit=1&limit=1"), "limit"),
                parameter("half an escape", get(RESOURCES + "?type=%f"), "type"),
                parameter("not UTF-8", get(RESOURCES + "?type=%ff"), "type"),
                parameter("status unknown", get(RESOURCES + "?status=gone"), "status"),
                parameter("two metadata filters", get(RESOURCES + "?metadata.a=1&metadata.b=2"), "metadata.b"),
                parameter(
                        "several",
                        get(RESOURCES + "?shared=maybe&createdAfter=now&x=1"),
                        "shared",
                        "createdAfter",
                        "x"),
                parameter("filters of requests", get("/v1/requests?status=6xx&code=C"), "status", "code"),
                parameter("include unknown", get(RESOURCE + "?include=shares"), "include"),
                parameter("after no event", get("/v1/events?after=x"), "after"),
                parameter("wait too long", get("/v1/jobs/job_" + NOWHERE + "?wait=31"), "wait"));
        Stream<BadInput> cursors = Stream.of(
                        RESOURCES + "?cursor=x", RESOURCES + "?cursor=", foreign, "/v1/jobs?cursor=%00")
                .map(target -> new BadInput(target, get(target), 400, "cursor_invalid", List.of("parameter:cursor")));
        return Stream.of(limits, others, cursors).flatMap(each -> each);
    }

    private static Stream<BadInput> media() {
        WireRequest form = body("name=a").with("Content-Type", FORM);
        return Stream.of(
                refused("a form", form, 415, "unsupported_media_type"),
                refused(
                        "a mark before an object",
                        body("\ufeff{").with("Content-Type", FORM),
                        415,
                        "unsupported_media_type"),
                refused("XML", body("<a/>").with("Content-Type", "application/xml"), 415, "unsupported_media_type"),
                refused("gzip", body("{}").with("Content-Encoding", "gzip"), 415, "unsupported_media_type"),
                refused(
                        "two codings",
                        body("{}").with("Content-Encoding", "identity, br"),
                        415,
                        "unsupported_media_type"),
                malformed("broken JSON as a form", body("{\"name\":").with("Content-Type", FORM)),
                malformed("a broken array as XML", body(" \r\n\t[1,").with("Content-Type", "application/xml")),
                malformed("single quotes as a form", body("{'name':'a'}").with("Content-Type", FORM)),
                malformed("JSON by name only", body("name=a").with("Content-Type", "application/json; charset=utf-8")),
                invalid("JSON by content only", body("{}").with("Content-Type", "text/plain"), "/name"));
    }

    private static Stream<BadInput> routes() {
        Stream<BadInput> unknown = Stream.of(
                        "/v1", "/v1/", "/v2/resources", "/v1/resources/", "//v1/resources", "/v1/x")
                .map(path -> refused(path, get(path), 404, "route_not_found"));
        Stream<BadInput> methods = Stream.of("PUT", "DELETE", "OPTIONS", "TRACE", "get", "BREW")
                .map(method -> refused(method, WireRequest.of(method, RESOURCES), 405, "method_not_allowed"));
        Stream<BadInput> ids = Stream.of(
                        "x", "res_" + NOWHERE, "sub_" + NOWHERE, "res_", "%00", "res_" + NOWHERE + "0", "a.b")
                .map(id -> refused("id " + id, get(RESOURCES + "/" + id), 404, "not_found"));
        return Stream.of(unknown, methods, ids).flatMap(each -> each);
    }

    private static Stream<BadInput> idempotencyKeys() {
        return Stream.of("", "\"\"", "  ", "k".repeat(256), "\"" + "k".repeat(256) + "\"", "\u00e9", "a\tb")
                .map(text -> refused(
                        "key of " + text.length(),
                        body("{\"name\":\"a\"}").with("Idempotency-Key", text),
                        400,
                        "idempotency_key_invalid"));
    }

    private static WireRequest body(String text) {
        return post(RESOURCES, text);
    }

    private static WireRequest body(byte[] bytes) {
        return WireRequest.of("POST", RESOURCES).withBody(bytes);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static WireRequest metadata(String name, Object value) {
        String shown = value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
        return body("{\"name\":\"a\",\"metadata\":{\"" + name + "\":" + shown + "}}");
    }

    private static WireRequest bulk(String operations) {
        return post(BULK, "{\"operations\":[" + operations + "]}");
    }

    private static WireRequest webhook(String members) {
        return post("/v1/webhook-endpoints", "{" + members + "}");
    }

    private static WireRequest job(String members) {
        return post("/v1/jobs", "{" + members + "}");
    }

    /** An object of so many bytes. */
    private static String data(int bytes) {
        return "{\"a\":\"" + "x".repeat(bytes - 8) + "\"}";
    }

    private static String pairs(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"k" + i + "\":\"v\"")
                .collect(Collectors.joining(",", "{", "}"));
    }
}
