package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.BatchResult;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several calls as one (contract §12): all of them in one record, or none. */
final class BatchTest {
    private static final String NOWHERE = "res_00000000000000000000000000";
    private static final String CREATE = op("POST", "/v1/resources", "{\"name\":\"r\"}");
    private static final Pattern ID = Pattern.compile("\"id\":\"(\\w+)\"");

    private final TestEngine store = TestEngine.open(builder -> builder.plan(Plan.perMinute("ten", 10))
            .plan(Plan.perMinute("tight", 100).withShare("resources", new TableShare(2, 1_000_000)))
            .routeCost("POST /v1/jobs", 3)
            .requireIfMatch("PATCH /v1/resources/{id}/children/{childId}")
            .requireIdempotencyKey("POST /v1/events")
            .operation("count", on -> OperationResult.of(Json.EMPTY_OBJECT)));

    @AfterEach
    void close() {
        store.close();
    }

    static String op(String method, String path, String body) {
        return "{\"method\":\"" + method + "\",\"path\":\"" + path + "\"" + (body.isEmpty() ? "" : ",\"body\":" + body)
                + "}";
    }

    private static String ifMatch(String operation, String tag) {
        return operation.substring(0, operation.length() - 1) + ",\"ifMatch\":\"\\\"" + tag + "\\\"\"}";
    }

    static String body(String... operations) {
        return "{\"operations\":[" + String.join(",", operations) + "]}";
    }

    private Reply batch(String... operations) {
        return store.call("POST", "/v1/batch", body(operations));
    }

    private Reply keyed(String key, String... operations) {
        return store.keyed(key, "POST", "/v1/batch", body(operations));
    }

    private List<String> ids(Reply reply) {
        Matcher matcher = ID.matcher(reply.text());
        List<String> ids = new ArrayList<>();
        while (matcher.find()) {
            ids.add(matcher.group(1));
        }
        return ids;
    }

    @Test
    void operations_thatNameWhatEarlierOnesMade_areOneRecordWithAllThatFollows() {
        Map<Long, Set<String>> records = new ConcurrentHashMap<>();
        store.engine()
                .store()
                .onCommitted((sequence, writes) ->
                        writes.forEach(write -> records.computeIfAbsent(sequence, any -> ConcurrentHashMap.newKeySet())
                                .add(write.table().name())));
        String endpoint = store.endpoint();
        records.clear();

        Reply reply = keyed(
                "k",
                CREATE,
                op("POST", "/v1/resources/{{0.id}}/children", "{\"name\":\"line\",\"data\":{\"of\":[\"{{0.id}}\"]}}"),
                op("PATCH", "/v1/resources/{{0.id}}", "{\"data\":{\"first\":\"{{1.id}}\"}}"),
                op("POST", "/v1/jobs", "{\"type\":\"idle\",\"input\":{},\"resourceId\":\"{{0.id}}\"}"),
                op(
                        "POST",
                        "/v1/events",
                        "{\"type\":\"a.b\",\"data\":{\"job\":\"{{3.job_id}}\"},\"resourceId\":\"{{0.id}}\"}"));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        String resource = ids(reply).get(0);
        String child = ids(reply).get(1);
        assertThat(reply.text())
                .startsWith("{\"results\":[{\"status\":201,\"body\":{\"id\":\"" + resource + "\"")
                .contains("\"etag\":\"\\\"v1\\\"\",\"location\":\"/v1/resources/" + resource + "\"}")
                .contains("\"data\":{\"of\":[\"" + resource + "\"]}")
                .contains("\"data\":{\"first\":\"" + child + "\"}")
                .contains("\"version\":2")
                .contains("{\"status\":202,\"body\":{\"job_id\":\"job_")
                .endsWith("}]}");
        assertThat(store.events(resource))
                .containsExactly(
                        "resource.created " + resource, "child.created " + child, "resource.updated " + resource);
        assertThat(store.text("/v1/webhook-endpoints/" + endpoint + "/deliveries?limit=100")
                        .split("\"dlv_", -1))
                .hasSize(1 + 4);
        // Attempts of the deliveries are records of their own.
        Set<String> ofTheBatch = Set.of("resources", "children", "events", "remembered");
        assertThat(records.values())
                .filteredOn(tables -> tables.stream().anyMatch(ofTheBatch::contains))
                .singleElement()
                .satisfies(tables -> assertThat(tables)
                        .contains("resources", "children", "jobs", "events", "deliveries", "remembered"));
        assertThat(store.text("/v1/requests"))
                .contains("\"route\":\"/v1/batch\"")
                .contains("\"jobs\":[\"job_");
    }

    @Test
    void laterOperation_seesEarlierState() {
        Reply reply = batch(
                CREATE, op("POST", "/v1/resources/{{0.id}}/archive", ""), op("DELETE", "/v1/resources/{{0.id}}", ""));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(store.status("/v1/resources/" + ids(reply).get(0))).isEqualTo(404);
        assertThat(store.rows("resources")).isZero();
    }

    @Test
    void deletion_takesTheChildrenThatTheBatchHasMade() {
        String child = op("POST", "/v1/resources/{{0.id}}/children", "{\"name\":\"c\"}");

        Reply reply = batch(
                CREATE,
                child,
                child,
                op("PATCH", "/v1/resources/{{0.id}}/children/{{1.id}}", "{\"name\":\"d\"}")
                        .replace("\"body\"", "\"ifMatch\":\"*\",\"body\""),
                op("POST", "/v1/resources/{{0.id}}/archive", ""),
                op("DELETE", "/v1/resources/{{0.id}}", ""));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(store.rows("children")).isZero();
        assertThat(store.text("/v1/events?type=child.deleted"))
                .contains(ids(reply).get(1), ids(reply).get(2));
    }

    @Test
    void deletion_passesOverTheChildrenThatTheBatchHasDeleted() {
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
        String path = "/v1/resources/" + resource;
        String first = store.make(path + "/children", "{\"name\":\"a\"}");
        String second = store.make(path + "/children", "{\"name\":\"b\"}");

        Reply reply = batch(
                op("PATCH", path + "/children/" + second, "{\"name\":\"new\"}")
                        .replace("\"body\"", "\"ifMatch\":\"*\",\"body\""),
                op("DELETE", path + "/children/" + first, ""),
                op("POST", path + "/archive", ""),
                op("DELETE", path, ""));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(store.events(resource))
                .endsWith(
                        "child.updated " + second,
                        "child.deleted " + first,
                        "resource.archived " + resource,
                        "child.deleted " + second,
                        "resource.deleted " + resource);
    }

    @Test
    void laterOperationFails_nothingIsDoneAndTheProblemNamesIt() {
        long events = store.rows("events");

        Reply reply = keyed("k", CREATE, op("POST", "/v1/resources/" + NOWHERE + "/pause", ""));

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.text()).contains("\"code\":\"not_found\"").contains("\"operation\":1");
        assertThat(store.rows("resources")).isZero();
        assertThat(store.rows("events")).isEqualTo(events);
        Reply again = keyed("k", CREATE, op("POST", "/v1/resources/" + NOWHERE + "/pause", ""));
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(again.text()).isEqualTo(reply.text());
    }

    @Test
    void precondition_ofAnOperation_isThatOfTheVersionBeforeIt() {
        String patch = op("PATCH", "/v1/resources/{{0.id}}", "{\"name\":\"s\"}");

        assertThat(batch(CREATE, ifMatch(patch, "v1"), ifMatch(patch.replace("\"s\"", "\"t\""), "v2"))
                        .status())
                .isEqualTo(200);
        Reply stale = keyed("k", CREATE, ifMatch(patch, "v1"), ifMatch(patch.replace("\"s\"", "\"t\""), "v1"));
        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.text()).contains("\"operation\":2");
        assertThat(keyed("k", CREATE).status()).as("a 412 is not remembered").isEqualTo(200);
    }

    @Test
    void demandsOfTheHost_holdForOperations() {
        String child = op("POST", "/v1/resources/{{0.id}}/children", "{\"name\":\"c\"}");
        Reply unconditional =
                batch(CREATE, child, op("PATCH", "/v1/resources/{{0.id}}/children/{{1.id}}", "{\"name\":\"d\"}"));
        assertThat(unconditional.status()).isEqualTo(428);
        assertThat(unconditional.text()).contains("\"operation\":2");

        String event = op("POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
        Reply keyless = batch(CREATE, event);
        assertThat(keyless.status()).isEqualTo(400);
        assertThat(keyless.text()).contains("idempotency_key_missing").contains("\"operation\":1");
        assertThat(keyed("k", CREATE, event).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "GET /v1/resources method",
                "HEAD /v1/resources method",
                "post /v1/resources method",
                "PUT /v1/resources method",
                "DELETE /v1/events method",
                "POST /v1/resources/bulk path",
                "POST /v1/batch path",
                "POST /v1/resources?a=b path",
                "POST /v1/resources/ path",
                "POST v1/resources path",
                "POST /v1/resources/res_1/operations/count path",
                "POST /v1/jobs/job_1/cancel path",
                "POST /v1/jobs/job_1/retry path",
                "POST /v1/jobs/lease path",
                "POST /v1/keys path",
                "POST /v1/webhook-endpoints path",
                "PATCH /v1/workspace path",
                "POST /admin/v1/workspaces path",
                "POST /v1/nothing path"
            })
    void otherCall_isRefusedAtItsMember(String method, String path, String member) {
        Reply reply = batch(CREATE, op(method, path, "{}"));

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text())
                .contains("\"code\":\"validation_failed\"")
                .contains("\"operation\":1")
                .contains("\"pointer\":\"/operations/1/" + member + "\"");
        assertThat(store.rows("resources")).isZero();
    }

    @Test
    void errors_ofABody_pointIntoTheBatch_beforeAnythingIsTried() {
        Reply reply = batch(
                op("POST", "/v1/resources/" + NOWHERE + "/pause", ""),
                op("POST", "/v1/resources", "{\"name\":\"\",\"colour\":1}"));

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text())
                .contains("\"operation\":1")
                .contains("\"pointer\":\"/operations/1/body/name\"")
                .contains("\"pointer\":\"/operations/1/body/colour\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"operations\":[1]}|/operations/0",
                "{\"operations\":[{\"method\":\"POST\"}]}|/operations/0/path",
                "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"r\"},\"a\":1}]}|/operations/0/a",
                "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":[]}]}|/operations/0/body",
                "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":null}]}|/operations/0/body",
                "{\"operations\":[{\"method\":\"PATCH\",\"path\":\"/v1/resources/x\",\"body\":{},\"ifMatch\":1}]}|/operations/0/ifMatch",
                "{\"operations\":[]}|/operations",
                "{\"operations\":{}}|/operations",
                "{}|/operations"
            })
    void malformedBatch_isRefusedWithThePlace(String body, String pointer) {
        Reply reply = store.call("POST", "/v1/batch", body);

        assertThat(reply.status()).as(reply.text()).isEqualTo(422);
        assertThat(reply.text()).contains("\"pointer\":\"" + pointer + "\"");
    }

    @Test
    void bodyOfAnOperation_missing_isMalformed() {
        Reply reply = batch(op("POST", "/v1/resources", ""));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("malformed_request").contains("\"operation\":0");
    }

    @Test
    void operations_beyondTheMost_areRefused() {
        String[] most = IntStream.range(0, Limits.BATCH_OPERATIONS_MAX)
                .mapToObj(i -> CREATE)
                .toArray(String[]::new);
        assertThat(batch(most).status()).isEqualTo(200);
        assertThat(store.rows("resources")).isEqualTo(Limits.BATCH_OPERATIONS_MAX);

        Reply more = batch(String.join(",", most), CREATE);
        assertThat(more.status()).isEqualTo(422);
        assertThat(more.text()).contains("\"pointer\":\"/operations\"").contains("too_many");
    }

    @Test
    void scopes_ofAllOperations_areChecked() {
        String full = store.key();
        String restricted = store.call("POST", "/v1/keys", "{\"name\":\"k\",\"scopes\":[\"resources:write\"]}")
                .text()
                .replaceAll(".*\"secret\":\"([^\"]+)\".*", "$1");
        store.use(restricted);

        Reply reply = batch(CREATE, op("POST", "/v1/jobs", "{}"));

        assertThat(reply.status()).as(reply.text()).isEqualTo(403);
        assertThat(reply.header("WWW-Authenticate")).contains("scope=\"jobs:write\"");
        assertThat(batch(CREATE).status()).isEqualTo(200);
        store.use(full);
    }

    @Test
    void hostsCode_takesNoUnits() {
        String workspace =
                store.engine().admin().createWorkspace("small", "ten").call().id();

        assertThat(store.engine()
                        .workspace(workspace)
                        .batch(IntStream.range(0, 20)
                                .mapToObj(i -> BatchOperation.post("/v1/resources", Json.of("{\"name\":\"r\"}")))
                                .toList())
                        .call())
                .hasSize(20);
    }

    @Test
    void typedClient_givesResultsAndNamesTheRefusedOperation() {
        BatchOperation create = BatchOperation.post("/v1/resources", Json.of("{\"name\":\"r\"}"));
        BatchOperation pause =
                BatchOperation.post("/v1/resources/{{0.id}}/pause").ifVersion(1);

        List<BatchResult> results =
                store.engine().client(store.key()).batch(List.of(create, pause)).call();

        assertThat(results).extracting(BatchResult::status).containsExactly(201, 200);
        Resource paused = Resource.of(results.get(1).body());
        assertThat(results.get(0).location()).hasValue("/v1/resources/" + paused.id());
        assertThat(results.get(1).etag()).hasValue("\"v2\"");
        assertThat(BatchOperation.of(pause.json())).isEqualTo(pause);
        assertThat(BatchResult.of(results.get(0).json())).isEqualTo(results.get(0));
        assertThatThrownBy(() -> store.engine()
                        .client(store.key())
                        .batch(List.of(create, pause.ifVersion(7)))
                        .call())
                .isInstanceOfSatisfying(PlinthException.class, refused -> {
                    assertThat(refused.problem().status()).isEqualTo(412);
                    assertThat(refused.problem().operation()).isEqualTo(1);
                    assertThat(Problem.of(refused.problem().json())).isEqualTo(refused.problem());
                });
    }

    @Test
    void deletion_opensNoReserveToTheCreateBeforeIt() {
        store.use(store.newKey(
                store.engine().admin().createWorkspace("w", "tight").call().id()));
        String path = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"a\"}");
        store.make("/v1/resources", "{\"name\":\"b\"}");
        store.call("POST", path + "/archive");

        Reply reply = batch(CREATE, op("DELETE", path, ""));

        assertThat(reply.status()).as(reply.text()).isEqualTo(403);
        assertThat(reply.text()).contains("plan_limit_reached");
        assertThat(batch(op("DELETE", path, "")).status()).isEqualTo(200);
    }

    @Test
    void operation_forWhoseRowsIsNoRoom_isNamed() {
        store.use(store.newKey(
                store.engine().admin().createWorkspace("w", "tight").call().id()));
        String path = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"a\"}");
        String rename = op("PATCH", path, "{\"name\":\"b\"}");

        for (int at = 1; at < 5; at++) {
            List<String> operations = new ArrayList<>(List.of(CREATE, rename, rename, rename, rename));
            operations.add(at, CREATE);
            Reply reply = keyed("k" + at, operations.toArray(String[]::new));

            assertThat(reply.status()).as(reply.text()).isEqualTo(403);
            assertThat(reply.text()).contains("plan_limit_reached", "\"operation\":" + at);
        }
        assertThat(store.rows("resources")).isOne();
    }

    @Test
    void idOfAnotherWorkspace_isAbsent() {
        String mine = store.key();
        store.use(store.newKey(store.newWorkspace("other")));
        String foreign = store.make("/v1/resources", "{\"name\":\"theirs\"}");
        store.use(mine);

        Reply reply = batch(CREATE, op("PATCH", "/v1/resources/" + foreign, "{\"name\":\"x\"}"));
        Reply absent = batch(CREATE, op("PATCH", "/v1/resources/" + NOWHERE, "{\"name\":\"x\"}"));

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.text().replaceAll("req_\\w+", ""))
                .isEqualTo(absent.text().replaceAll("req_\\w+", ""));
        assertThat(reply.text()).doesNotContain(foreign);
    }

    @Test
    void sharedResources_goByTheRole_andAReplayLooksAtEachOfThem() {
        String owner = store.key();
        String grantee = store.newWorkspace("grantee");
        String granteeKey = store.newKey(grantee);
        String first = store.make("/v1/resources", "{\"name\":\"a\"}");
        String second = store.make("/v1/resources", "{\"name\":\"b\"}");
        String share = "/shares/" + grantee;
        store.call("PUT", "/v1/resources/" + first + share, "{\"role\":\"editor\"}");
        store.call("PUT", "/v1/resources/" + second + share, "{\"role\":\"reader\"}");
        store.use(granteeKey);
        String patchFirst = op("PATCH", "/v1/resources/" + first, "{\"data\":{\"n\":1}}");
        String patchSecond = op("PATCH", "/v1/resources/" + second, "{\"data\":{\"n\":1}}");

        Reply asReader = batch(patchFirst, patchSecond);
        assertThat(asReader.status()).isEqualTo(403);
        assertThat(asReader.text()).contains("\"operation\":1");
        assertThat(store.text("/v1/resources/" + first)).contains("\"version\":1");

        store.use(owner);
        store.call("PUT", "/v1/resources/" + second + share, "{\"role\":\"editor\"}");
        store.use(granteeKey);
        Reply asEditor = keyed("k", patchFirst, patchSecond);
        assertThat(asEditor.status()).as(asEditor.text()).isEqualTo(200);
        assertThat(keyed("k", patchFirst, patchSecond).text()).isEqualTo(asEditor.text());

        store.use(owner);
        store.call("DELETE", "/v1/resources/" + first + share);
        store.use(granteeKey);
        assertThat(keyed("k", patchFirst, patchSecond).status()).isEqualTo(404);
    }

    @Test
    void shareOfABatch_isSeenByTheNextOperation() {
        String grantee = store.newWorkspace("grantee");

        Reply reply = batch(
                CREATE,
                op("PUT", "/v1/resources/{{0.id}}/shares/" + grantee, "{\"role\":\"reader\"}"),
                op("PUT", "/v1/resources/{{0.id}}/shares/" + grantee, "{\"role\":\"editor\"}"),
                op("DELETE", "/v1/resources/{{0.id}}/shares/" + grantee, ""));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text())
                .contains("{\"status\":201,\"body\":{\"id\":\"shr_", "{\"status\":200,\"body\":{\"id\":\"shr_");
        assertThat(store.rows("shares")).isZero();
    }

    @Test
    void shareThatEndsAndBeginsAgain_isListedOnce() {
        String owner = store.key();
        String grantee = store.newWorkspace("grantee");
        String granteeKey = store.newKey(grantee);
        String resource = store.make("/v1/resources", "{\"name\":\"a\"}");
        String path = "/v1/resources/" + resource + "/shares/" + grantee;
        String unshare = op("DELETE", path, "");
        String share = op("PUT", path, "{\"role\":\"reader\"}");
        store.call("PUT", path, "{\"role\":\"editor\"}");

        for (int i = 0; i < 2; i++) {
            Reply reply = batch(unshare, share);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(store.text("/v1/resources/" + resource + "/shares").split("\"shr_", -1))
                    .hasSize(1 + 1);
        }
        store.use(granteeKey);
        assertThat(store.text("/v1/resources?shared=true").split("\"" + resource, -1))
                .hasSize(1 + 1);
        store.use(owner);
        assertThat(batch(unshare).status()).isEqualTo(200);
        assertThat(store.text("/v1/resources/" + resource + "/shares")).doesNotContain("shr_");
    }

    @Test
    void errorOfAPath_pointsToThePathOfItsOperation() {
        Reply reply = batch(CREATE, op("PUT", "/v1/resources/{{0.id}}/shares/" + NOWHERE, "{\"role\":\"reader\"}"));

        assertThat(reply.status()).as(reply.text()).isEqualTo(422);
        assertThat(reply.text()).contains("\"pointer\":\"/operations/1/path\"").contains("unknown_workspace");
    }

    @Test
    void otherBatch_underTheSameKey_isAMismatch() {
        assertThat(keyed("k", CREATE).status()).isEqualTo(200);

        assertThat(keyed("k", CREATE, CREATE).status()).isEqualTo(422);
        assertThat(keyed("k", CREATE).header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test
    void sameKey_whileTheFirstWaits_isInUse() {
        CompletableFuture<Reply> first = new CompletableFuture<>();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        HeldWriterLock.awaitInLine(HeldWriterLock.hold(store.engine().store(), held, goOn));
        HeldWriterLock.awaitInLine(HeldWriterLock.start(() -> first.complete(keyed("k", CREATE))));

        Reply second = keyed("k", CREATE);

        goOn.countDown();
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.text()).contains("idempotency_key_in_use");
        assertThat(first.join().status()).isEqualTo(200);
        assertThat(store.rows("resources")).isEqualTo(1);
    }

    @Test
    void jobQueue_countsTheJobsOfTheBatch() {
        store.use(store.newKey(
                store.engine().admin().createWorkspace("w", "business").call().id()));
        String unique = op("POST", "/v1/jobs", "{\"type\":\"idle\",\"input\":{},\"uniqueKey\":\"u\"}");

        Reply reply = batch(unique, unique);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).contains("\"deduplicated\":true");
        assertThat(store.rows("jobs")).isEqualTo(1);
    }

    @Test
    void routesOfABatch_areThoseOfTheContract() {
        String names = store.engine().wire().table().stream()
                .filter(Route::inBatch)
                .map(route -> route.method() + " " + route.path())
                .sorted()
                .collect(Collectors.joining(", "));

        assertThat(names)
                .isEqualTo("DELETE /v1/resources/{id}, DELETE /v1/resources/{id}/children/{childId},"
                        + " DELETE /v1/resources/{id}/shares/{workspaceId}, PATCH /v1/resources/{id},"
                        + " PATCH /v1/resources/{id}/children/{childId}, POST /v1/events, POST /v1/jobs, POST /v1/resources,"
                        + " POST /v1/resources/{id}/archive, POST /v1/resources/{id}/children, POST /v1/resources/{id}/pause,"
                        + " POST /v1/resources/{id}/resume, POST /v1/resources/{id}/unarchive,"
                        + " PUT /v1/resources/{id}/shares/{workspaceId}");
    }
}
