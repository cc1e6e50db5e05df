package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deleting a workspace (contract §10): gone for everybody at once, and out of all tables soon after. */
@Tag("scaled")
final class DeletedWorkspaceTest {
    private static final int ROUNDS = TestScale.count(400);
    private static final int WAIT_SECONDS = 30;
    private static final int SMALL_TABLES = 1_000;
    private static final int CUTS = 12;

    @TempDir
    private Path directory;

    @Test
    void wait_whenItsWorkspaceIsDeleted_endsAtOnce() throws Exception {
        try (TestEngine store = TestEngine.inMemory()) {
            String doomed = store.newWorkspace("doomed");
            store.use(store.newKey(doomed));
            String job = store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{}}");
            CompletableFuture<Reply> poll = store.submit("GET", "/v1/jobs/" + job + "?wait=30");
            CompletableFuture<Reply> lease = store.engine()
                    .submit(Call.of("POST", "/v1/jobs/lease")
                            .withKey(store.key())
                            .withBody(Json.of("{\"types\":[\"other\"],\"wait\":30}")));
            assertThat(poll).isNotDone();

            String unused = store.engine().admin().deleteWorkspace(doomed).call();
            store.pass(Duration.ZERO);

            // Well before the end of the waits.
            assertThat(poll.get(20, TimeUnit.SECONDS).status()).isEqualTo(401);
            assertThat(lease.get(20, TimeUnit.SECONDS).status()).isEqualTo(401);
        }
    }

    @Test
    void delete_answersOnceAndThenNotFound() {
        try (TestEngine store = TestEngine.inMemory()) {
            String doomed = store.newWorkspace("doomed");

            Reply first = delete(store, doomed, "k");
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.text()).isEqualTo("{\"id\":\"" + doomed + "\",\"deleted\":true}");
            assertThat(delete(store, doomed, "k").text()).isEqualTo(first.text());
            assertThat(delete(store, doomed, "other").status()).isEqualTo(404);
            assertThat(catchThrowableOfType(
                                    PlinthException.class,
                                    () -> store.engine()
                                            .admin()
                                            .workspace(doomed)
                                            .call())
                            .code())
                    .isEqualTo("not_found");
        }
    }

    @Test
    void delete_keysAndSharesBothWays_areNoMoreAtOnce() {
        try (TestEngine store = TestEngine.inMemory()) {
            String own = store.key();
            String ownWorkspace = store.engine().client(own).workspace().call().id();
            String doomed = store.newWorkspace("doomed");
            String doomedKey = store.newKey(doomed);
            String mine = store.make("/v1/resources", "{\"name\":\"mine\"}");
            share(store, mine, doomed);
            store.use(doomedKey);
            String theirs = store.make("/v1/resources", "{\"name\":\"theirs\"}");
            share(store, theirs, ownWorkspace);
            store.use(own);
            assertThat(store.status("/v1/resources/" + theirs)).isEqualTo(200);
            // A clock that stands still with an executor that has other things to do: the sweep may or may not have
            // run.
            assertThat(store.engine().admin().deleteWorkspace(doomed).call()).isEqualTo(doomed);

            assertThat(store.status("/v1/resources/" + theirs)).isEqualTo(404);
            assertThat(store.status("/v1/resources/" + theirs + "/children")).isEqualTo(404);
            assertThat(store.text("/v1/resources?shared=true")).doesNotContain(theirs);
            assertThat(store.text("/v1/resources/" + mine + "/shares")).doesNotContain(doomed);
            assertThat(store.call("DELETE", "/v1/resources/" + mine + "/shares/" + doomed)
                            .status())
                    .isEqualTo(404);
            assertThat(store.call("PUT", "/v1/resources/" + mine + "/shares/" + doomed, "{\"role\":\"reader\"}")
                            .status())
                    .isEqualTo(422);
            store.use(doomedKey);
            Reply refused = store.call("GET", "/v1/resources/" + theirs);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.text()).contains("invalid_token");
        }
    }

    @Test
    void sweep_workspaceWithRowsOfAllKinds_leavesTheTablesAsTheyWereBefore() {
        try (TestEngine store = TestEngine.inMemory()) {
            String own = store.key();
            fill(store, 3);
            store.days(1);
            Map<String, Long> before = rows(store);
            byte[] hash = store.engine().store().stateHash();
            String doomed = store.newWorkspace("doomed");
            store.use(store.newKey(doomed));
            fill(store, ROUNDS);
            assertThat(store.rows("resources")).isEqualTo(before.get("resources") + ROUNDS);

            store.engine().admin().deleteWorkspace(doomed).call();
            store.pass(Duration.ZERO);
            assertThat(store.engine().workspacesBeingDeleted()).isZero();
            assertThat(store.engine().sweptRows().get("deleted workspaces")).isGreaterThan(10L * ROUNDS);
            store.days(2);

            assertThat(rows(store)).isEqualTo(before);
            assertThat(store.engine().store().stateHash()).isEqualTo(hash);
            store.use(own);
            assertThat(store.text("/v1/resources")).contains("\"name\":\"r\"");
        }
    }

    @Test
    void sweep_closedInTheMiddle_goesOnAfterReopening() {
        try (TestEngine store =
                TestEngine.open(builder -> builder.directory(directory).durability(Durability.OS))) {
            store.days(1);
            Map<String, Long> before = rows(store);
            String own = store.key();
            String doomed = store.newWorkspace("doomed");
            store.use(store.newKey(doomed));
            fill(store, ROUNDS);
            store.engine().admin().deleteWorkspace(doomed).call();

            store.reopen();
            store.reopen();
            store.pass(Duration.ZERO);
            assertThat(store.engine().workspacesBeingDeleted()).isZero();
            store.days(2);

            assertThat(rows(store)).isEqualTo(before);
            store.use(own);
            assertThat(store.status("/v1/workspace")).isEqualTo(200);
        }
    }

    /** A remembered answer counts against its table, so it must not outlive its workspace for a day. */
    @ParameterizedTest
    @EnumSource(Tables.class)
    void delete_workspaceWhoseRememberedAnswersFillTheTable_makesRoom(Tables tables) {
        try (TestEngine store =
                TestEngine.open(builder -> builder.tables(tables).maxResources(SMALL_TABLES))) {
            String honest = store.newKey(store.newWorkspace("honest"));
            long before = store.rows("remembered");
            String doomed = store.newWideWorkspace();
            store.use(store.newKey(doomed));
            int filled = rememberUntilRefused(store);
            assertThat(filled).isGreaterThan(Limits.SWEEP_ROWS_MAX);

            Reply deleted = delete(store, doomed, "k");
            store.pass(Duration.ZERO);

            assertThat(store.rows("remembered")).isEqualTo(before + 1); // that of the deletion itself
            Reply replayed = delete(store, doomed, "k");
            assertThat(replayed.text()).isEqualTo(deleted.text());
            assertThat(replayed.header("Idempotent-Replayed")).isEqualTo("true");
            store.use(store.newKey(store.newWideWorkspace()));
            assertThat(rememberUntilRefused(store)).isBetween(filled - 1, filled + 1);
            store.use(honest);
            assertThat(remember(store, 0).status()).isEqualTo(404);
        }
    }

    @Test
    void delete_processDiesAnywhere_leavesNoRememberedAnswerAfterTheNextStart() throws IOException {
        AtomicReference<Path> place = new AtomicReference<>(directory.resolve("data"));
        try (TestEngine store = TestEngine.open(builder -> CrashedDirectory.keepIn(place.get(), builder))) {
            remember(store, 0);
            String doomed = store.newWideWorkspace();
            store.use(store.newKey(doomed));
            for (int i = 0; i < 5 * Limits.SWEEP_ROWS_MAX; i++) {
                remember(store, i);
            }
            long full = store.rows("remembered");
            CrashedDirectory crashed = CrashedDirectory.begin(place.get());
            Reply deleted = delete(store, doomed, "k");
            store.pass(Duration.ZERO);
            crashed.end();

            for (int i = 1; i < CUTS; i++) {
                place.set(crashed.cut((double) i / CUTS, directory.resolve("copy" + i)));
                store.reopen();
                boolean isDeleted = store.engine().workspacesBeingDeleted() > 0;
                store.pass(Duration.ZERO);

                // The answer of the deletion is in its record, and so are those of others.
                assertThat(store.rows("remembered")).as("cut %s", i).isEqualTo(isDeleted ? 2 : full);
                assertThat(delete(store, doomed, "k").text()).isEqualTo(deleted.text());
            }
        }
    }

    /** A workspace must not keep rows by deleting its endpoints before it is deleted. */
    @Test
    void delete_workspaceThatDeletedItsEndpoints_purgesTheirDeliveriesToo() {
        try (TestEngine store = TestEngine.inMemory()) {
            store.days(1);
            Map<String, Long> before = rows(store);
            store.answerWith(number -> number % 2 == 0 ? 200 : 500);
            String doomed = store.newWorkspace("doomed");
            store.use(store.newKey(doomed));
            for (int i = 0; i < 3; i++) {
                String endpoint = store.endpoint();
                for (int event = 0; event < Limits.SWEEP_ROWS_MAX; event++) {
                    store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
                }
                store.pass(Duration.ofMillis(1));
                store.call("DELETE", "/v1/webhook-endpoints/" + endpoint);
            }
            store.pass(Duration.ofMinutes(1));
            assertThat(store.rows("deliveries")).isEqualTo(3L * Limits.SWEEP_ROWS_MAX);

            store.engine().admin().deleteWorkspace(doomed).call();
            store.pass(Duration.ZERO);

            for (String table : List.of("deliveries", "attempts", "endpoint remains", "deleted endpoints")) {
                assertThat(store.rows(table)).as(table).isEqualTo(before.get(table));
            }
        }
    }

    @Test
    void sweep_deletedEndpointWhoseDeliveriesAreExpired_isForgotten() {
        try (TestEngine store = TestEngine.inMemory()) {
            String endpoint = store.endpoint();
            store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
            store.pass(Duration.ofMillis(1));
            store.call("DELETE", "/v1/webhook-endpoints/" + endpoint);
            store.days((int) EngineSetting.DELIVERIES_KEPT.byDefault());
            assertThat(store.rows("endpoint remains")).isEqualTo(1);

            store.days(2);

            assertThat(store.rows("deliveries")).isZero();
            assertThat(store.rows("endpoint remains")).isZero();
        }
    }

    @Test
    void job_runningWhenItsWorkspaceIsDeleted_isToldAndLeavesNothing() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        try (TestEngine store = TestEngine.open(builder -> builder.jobHandler("t", job -> {
            started.countDown();
            Patience.until(() -> job.isCancelRequested());
            told.complete(true);
            return Json.of("{\"late\":true}");
        }))) {
            store.days(1);
            Map<String, Long> before = rows(store);
            String doomed = store.newWorkspace("doomed");
            store.use(store.newKey(doomed));
            store.endpoint();
            store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{}}");
            started.await();

            store.engine().admin().deleteWorkspace(doomed).call();

            assertThat(told.get(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            store.days(2);
            assertThat(rows(store)).isEqualTo(before);
        }
    }

    /** A call that was let in before the workspace was deleted must not write after it. */
    @Test
    void call_underWayWhenItsWorkspaceIsDeleted_isRefusedAndLeavesNothing() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        try (TestEngine store = TestEngine.open(builder -> builder.operation("slow", operation -> {
            started.countDown();
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            operation.effects().publish(NewEvent.of("a.b", Json.EMPTY_OBJECT).about(operation.resourceId()));
            return OperationResult.of(Json.EMPTY_OBJECT);
        }))) {
            store.days(1);
            Map<String, Long> before = rows(store);
            String doomed = store.newWorkspace("doomed");
            String doomedKey = store.newKey(doomed);
            store.use(doomedKey);
            String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
            CompletableFuture<Reply> slow = store.engine()
                    .submit(Call.of("POST", "/v1/resources/" + resource + "/operations/slow")
                            .withKey(doomedKey)
                            .withHeader("Idempotency-Key", "slow")
                            .withBody(Json.of("{\"input\":{}}")));
            started.await();
            store.engine().admin().deleteWorkspace(doomed).call();
            store.pass(Duration.ZERO);
            mayGoOn.countDown();

            assertThat(slow.get(WAIT_SECONDS, TimeUnit.SECONDS).status()).isEqualTo(401);
            store.days(2);
            assertThat(rows(store)).isEqualTo(before);
        }
    }

    @Test
    void delivery_pendingWhenItsWorkspaceIsDeleted_doesNotGoOut() {
        try (TestEngine store = TestEngine.inMemory()) {
            store.answerWith(number -> 500);
            String doomed = store.newWorkspace("doomed");
            store.use(store.newKey(doomed));
            store.endpoint();
            store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
            store.pass(Duration.ZERO);
            int sent = store.received();

            store.engine().admin().deleteWorkspace(doomed).call();
            store.days(10);

            assertThat(store.received()).isEqualTo(sent);
        }
    }

    @Test
    void key_ofAnotherWorkspace_staysUntouched() {
        try (TestEngine store = TestEngine.inMemory()) {
            fill(store, 2);
            String resources = store.text("/v1/resources");
            String doomed = store.newWorkspace("doomed");
            ApiKey key = store.engine().admin().createKey(doomed, "k").call();
            assertThat(key.id()).isNotEmpty();

            store.engine().admin().deleteWorkspace(doomed).call();
            store.pass(Duration.ZERO);

            assertThat(store.text("/v1/resources")).isEqualTo(resources);
        }
    }

    /** Rows of all tables but that of the sets: a set that was large once is kept in another form than one that never was. */
    private static Map<String, Long> rows(TestEngine store) {
        Map<String, Long> rows = store.rows();
        rows.remove("sets");
        return rows;
    }

    private static Reply delete(TestEngine store, String workspace, String idempotencyKey) {
        return store.engine()
                .call(Call.of("DELETE", "/admin/v1/workspaces/" + workspace)
                        .withKey(store.adminToken())
                        .withHeader("Idempotency-Key", idempotencyKey));
    }

    private static int rememberUntilRefused(TestEngine store) {
        int count = 0;
        while (remember(store, count).status() == 404) {
            count++;
        }
        return count;
    }

    /** Makes a call that changes nothing but the table of remembered answers. */
    private static Reply remember(TestEngine store, int number) {
        return store.keyed("k" + number, "POST", "/v1/resources/res_00000000000000000000000000/pause", "{}");
    }

    private static void share(TestEngine store, String resource, String workspace) {
        assertThat(store.call("PUT", "/v1/resources/" + resource + "/shares/" + workspace, "{\"role\":\"editor\"}")
                        .status())
                .isEqualTo(201);
    }

    /** Rows of all kinds for the workspace whose key is in use. */
    private static void fill(TestEngine store, int rounds) {
        store.endpoint();
        for (int i = 0; i < rounds; i++) {
            String resource = TestEngine.id(store.keyed("r" + i, "POST", "/v1/resources", "{\"name\":\"r\"}"));
            store.make("/v1/resources/" + resource + "/children", "{\"name\":\"c\",\"metadata\":{\"a\":\"b\"}}");
            store.make("/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
            store.make("/v1/jobs", "{\"type\":\"t\",\"input\":{},\"uniqueKey\":\"u" + i + "\"}");
            if (i % 20 == 0) {
                store.pass(Duration.ofMillis(1));
                store.make("/v1/keys", "{\"name\":\"k\"}");
            }
        }
        store.pass(Duration.ZERO);
    }
}
