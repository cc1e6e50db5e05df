package dev.plinth.engine.internal.requestlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Plan;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.Scope;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.list.Cursors;
import dev.plinth.engine.internal.list.PageRequest;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How much the request log keeps, of one workspace and in all. */
final class RequestLogBoundsTest {
    private static final Cursors CURSORS = new Cursors(
            new SecretCipher(new byte[SecretCipher.KEY_BYTES], new RandomIds()), new Id(IdKind.WORKSPACE, 1, 1), "f");
    private static final int PLACES = 50;
    private static final long START = 1_700_000_000_000L;

    private long time = START;

    @Test
    void add_beyondTheShareOfAWorkspace_keepsTheLastOnes() {
        RequestLog log = new RequestLog();
        for (int i = 0; i < Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX + 7; i++) {
            log.add(workspace(1), entry(i));
        }
        List<Integer> kept = statuses(log, workspace(1));
        assertThat(kept).hasSize(Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX);
        assertThat(kept.get(0)).isEqualTo(Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX + 6);
        assertThat(kept.get(kept.size() - 1)).isEqualTo(7);
    }

    @Test
    void add_beyondAllPlaces_takesTheOldestOfWhoeverGotItsPlaceFirst() {
        RequestLog log = new RequestLog(PLACES);
        for (int i = 0; i < PLACES; i++) {
            log.add(workspace(1), entry(i));
        }
        log.add(workspace(2), entry(100));
        log.add(workspace(3), entry(200));
        assertThat(statuses(log, workspace(1)))
                .hasSize(PLACES - 2)
                .contains(PLACES - 1, 2)
                .doesNotContain(0, 1);
        assertThat(statuses(log, workspace(2))).containsExactly(100);
        assertThat(statuses(log, workspace(3))).containsExactly(200);
    }

    @Test
    void add_manyWorkspacesWithOneRequestEach_keepsAsManyAsThereArePlaces() {
        RequestLog log = new RequestLog(PLACES);
        for (int i = 0; i < 10 * PLACES; i++) {
            log.add(workspace(i), entry(i));
        }
        int kept = 0;
        for (int i = 0; i < 10 * PLACES; i++) {
            kept += statuses(log, workspace(i)).size();
        }
        assertThat(kept).isEqualTo(PLACES);
        assertThat(log.workspaces()).isEqualTo(PLACES);
    }

    @Test
    void add_fromManyThreads_neverKeepsMoreThanThereArePlaces() throws Exception {
        RequestLog log = new RequestLog(PLACES);
        int threads = 8;
        CyclicBarrier start = new CyclicBarrier(threads);
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int self = t;
            running.add(CompletableFuture.runAsync(
                    () -> {
                        try {
                            start.await();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                        for (int i = 0; i < 2_000; i++) {
                            log.add(workspace((self + i) % 20), entry(i));
                            if (i % 100 == 0) {
                                log.forget(workspace(i % 20));
                            }
                        }
                    },
                    task -> new Thread(task, "adder-" + self).start()));
        }
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
        int kept = 0;
        for (int i = 0; i < 20; i++) {
            kept += statuses(log, workspace(i)).size();
        }
        assertThat(kept).isBetween(1, PLACES);
    }

    @Test
    void page_whileEntriesComeAndGo_showsEachThatStaysOnce() {
        RequestLog log = new RequestLog();
        for (int i = 0; i < Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX; i++) {
            log.add(workspace(1), entry(i));
        }
        List<Integer> seen = new ArrayList<>();
        long edge = Long.MAX_VALUE;
        int added = Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX;
        while (edge != 0) {
            String page = page(log, workspace(1), edge, 100);
            seen.addAll(statuses(page));
            edge = next(page);
            for (int i = 0; i < 10; i++) {
                log.add(workspace(1), entry(added++));
            }
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX - 90);
        assertThat(seen.get(seen.size() - 1)).isEqualTo(90);
    }

    @Test
    void forget_workspace_leavesNothingOfItAndAllOfTheOthers() {
        RequestLog log = new RequestLog();
        LogEntry one = entry(1);
        log.add(workspace(1), one);
        log.add(workspace(2), entry(2));
        log.forget(workspace(1));
        assertThat(statuses(log, workspace(1))).isEmpty();
        assertThat(isFound(log, workspace(1), one.id())).isFalse();
        assertThat(statuses(log, workspace(2))).containsExactly(2);
    }

    @Test
    void get_requestOfAnotherWorkspace_isNotThere() {
        RequestLog log = new RequestLog();
        LogEntry one = entry(1);
        log.add(workspace(1), one);
        log.add(workspace(2), entry(2));
        assertThat(isFound(log, workspace(1), one.id())).isTrue();
        assertThat(isFound(log, workspace(2), one.id())).isFalse();
    }

    @Test
    void add_entriesOfAllLengths_showsEachWhole() {
        RequestLog log = new RequestLog();
        List<LogEntry> added = new ArrayList<>();
        for (int i = 0; i < 5 * Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX; i++) {
            int length = i * 31 % Limits.REQUEST_LOG_PATH_LENGTH_MAX;
            added.add(entry(i, "/" + "p".repeat(length), i % 7 == 0 ? null : "key-" + i, ids(i % 4, i % 13)));
            log.add(workspace(1), added.get(i));
            if (i % 997 == 0) {
                assertThat(shown(log, added.get(i).id())).isEqualTo(added.get(i).json());
            }
        }
        List<LogEntry> last = added.subList(added.size() - Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX, added.size());
        for (LogEntry logEntry : last) {
            assertThat(shown(log, logEntry.id())).isEqualTo(logEntry.json());
        }
    }

    /** As when there is no memory for a moment. */
    @Test
    void add_whilePackingFailsOnce_losesNothingThatWasAdded() {
        boolean[] failed = {false};
        List<Id> failingOnce = new AbstractList<>() {
            @Override
            public Id get(int index) {
                if (!failed[0]) {
                    failed[0] = true;
                    throw new IllegalStateException("fails once, as it should");
                }
                return new Id(IdKind.EVENT, 1, 1);
            }

            @Override
            public int size() {
                return 1;
            }
        };
        RequestLog log = new RequestLog();
        log.add(workspace(1), entry(0, "/", null, failingOnce));
        int refused = 0;
        for (int i = 1; i <= 100; i++) {
            try {
                log.add(workspace(1), entry(i));
            } catch (IllegalStateException e) {
                refused++;
            }
        }
        assertThat(refused).isEqualTo(1);
        assertThat(statuses(log, workspace(1))).hasSize(100).contains(0, 1, 100);
    }

    /** With what is refused and what is not ASCII. */
    @Test
    void pack_entries_keepsAllOfThem() {
        for (LogEntry.KeyUse use : LogEntry.KeyUse.values()) {
            LogEntry logEntry = new LogEntry(
                    new Id(IdKind.REQUEST, START << 16, -1),
                    new Id(IdKind.KEY, Long.MIN_VALUE, 3),
                    "POST",
                    "/v1/resources/{id}",
                    "/v1/resources/\u00fc\u20ac\ud83d\ude00",
                    599,
                    "not_found",
                    "k\u00e9",
                    use,
                    Long.MAX_VALUE,
                    List.of(new Id(IdKind.EVENT, 1, 2)),
                    List.of(new Id(IdKind.JOB, 3, 4), new Id(IdKind.JOB, 5, 6)));
            LogEntry bare = entry(200);
            assertThat(LogEntry.unpack(LogEntry.pack(new LogEntry[] {logEntry, bare}), 2))
                    .containsExactly(logEntry, bare);
        }
    }

    private static List<Id> ids(int count, int low) {
        List<Id> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(new Id(IdKind.EVENT, i, low));
        }
        return ids;
    }

    private static byte[] shown(RequestLog log, Id id) {
        return ((Outcome.Done) log.get(id).answer(context(workspace(1)))).body();
    }

    private LogEntry entry(int status) {
        return entry(status, "/v1/resources", null, List.of());
    }

    private LogEntry entry(int status, String path, @Nullable String idempotencyKey, List<Id> events) {
        time++;
        return new LogEntry(
                new Id(IdKind.REQUEST, time << 16, status),
                new Id(IdKind.KEY, 1, 1),
                "GET",
                "/v1/resources",
                path,
                status,
                null,
                idempotencyKey,
                idempotencyKey == null ? null : LogEntry.KeyUse.EXECUTED,
                1,
                events,
                List.of());
    }

    private static Id workspace(int number) {
        return new Id(IdKind.WORKSPACE, 1, number + 1L);
    }

    private static List<Integer> statuses(RequestLog log, Id workspace) {
        return statuses(page(log, workspace, Long.MAX_VALUE, Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX));
    }

    private static List<Integer> statuses(String page) {
        List<Integer> statuses = new ArrayList<>();
        for (String part : page.split("\"status\":", -1)) {
            if (!part.startsWith("{")) {
                statuses.add(Integer.parseInt(part.substring(0, part.indexOf(','))));
            }
        }
        return statuses;
    }

    private static long next(String page) {
        String cursor = page.substring(page.indexOf("\"nextCursor\":") + 13, page.length() - 1);
        return cursor.equals("null") ? 0 : CURSORS.read(cursor.substring(1, cursor.length() - 1));
    }

    private static String page(RequestLog log, Id workspace, long edge, int limit) {
        Outcome outcome = log.list(new PageRequest(limit, edge, false, CURSORS)).answer(context(workspace));
        return new String(((Outcome.Done) outcome).body(), StandardCharsets.UTF_8);
    }

    private static boolean isFound(RequestLog log, Id workspace, Id id) {
        Command.Query get = log.get(id);
        try {
            return get.answer(context(workspace)).status() == 200;
        } catch (RefusedException refused) {
            return false;
        }
    }

    private static Context context(Id workspace) {
        Rows rows = (Rows) Proxy.newProxyInstance(
                Rows.class.getClassLoader(), new Class<?>[] {Rows.class}, (proxy, method, args) -> {
                    throw new AssertionError("Expected no rows to be read");
                });
        Caller caller = new Caller(workspace, new Id(IdKind.KEY, 1, 1), Scope.FULL, Plan.BUSINESS, 0);
        RandomIds ids = new RandomIds();
        return new Context(caller, START, rows, ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids), () -> 0);
    }
}
