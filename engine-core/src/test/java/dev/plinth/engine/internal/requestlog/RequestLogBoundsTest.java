package dev.plinth.engine.internal.requestlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.CapturedLog;
import dev.plinth.engine.LoopDisk;
import dev.plinth.engine.api.LoggedRequest.KeyUse;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.list.Cursors;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much the request log keeps, of one workspace and in all. */
final class RequestLogBoundsTest {
    private static final Cursors CURSORS = new Cursors(
            new SecretCipher(new byte[SecretCipher.KEY_BYTES], new RandomIds()), new Id(IdKind.WORKSPACE, 1, 1), "f");
    private static final int PLACES = 50;
    private static final int DISK_MEGABYTES = 4;
    private static final int BLOCK_BYTES = 4096;
    private static final long MEMORY_PER_PLACE = 2;
    private static final Id KEY = new Id(IdKind.KEY, 1, 1);
    private static final InternedTexts TEXTS = new InternedTexts();
    private static final long START = 1_700_000_000_000L;

    private long time = START;

    /** The newest file opens, and the cut line in it cannot be ended. */
    @Test
    void files_onAFullDisk_areClosedEachTimeAndToldOfOnce(@TempDir Path base) throws Exception {
        try (LoopDisk full = LoopDisk.make(base, DISK_MEGABYTES)) {
            Path folder = Files.createDirectory(full.path().resolve("requests"));
            Path file = Files.writeString(folder.resolve("requests-0000000001.jsonl"), "x".repeat(BLOCK_BYTES));
            fill(full.path().resolve("filler"), BLOCK_BYTES);
            fill(full.path().resolve("rest"), 1);
            assertThatThrownBy(() -> Files.writeString(file, "\n", StandardOpenOption.APPEND))
                    .isInstanceOf(IOException.class);
            RequestFiles files = new RequestFiles(TEXTS, folder, 1_000_000);
            for (int i = 0; i < 100; i++) {
                files.add(workspace(1), entry(201).with(TEXTS).copy());
            }
            try (CapturedLog log = CapturedLog.open()) {
                files.start();
                files.close(10_000);

                assertThat(log.lines())
                        .filteredOn(line -> line.contains("not in the files of the request log"))
                        .hasSize(1);
            }
            assertThat(open(file)).isEmpty();
        }
    }

    private static void fill(Path filler, int bytes) {
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] block = new byte[bytes];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(filler).exists();
        }
    }

    /** Returns the descriptors of this process for a file. */
    private static List<Path> open(Path file) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : all.toList()) {
                if (Files.isSymbolicLink(each) && Files.readSymbolicLink(each).equals(file.toRealPath())) {
                    found.add(each);
                }
            }
        } catch (NoSuchFileException closedMeanwhile) {
            return open(file);
        }
        return found;
    }

    @Test
    void add_beyondTheShareOfAWorkspace_keepsTheLastOnes() {
        RequestLog log = new RequestLog(100_000);
        for (int i = 0; i < Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX + 7; i++) {
            log.add(workspace(1), entry(i).in(log));
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
            log.add(workspace(1), entry(i).in(log));
        }
        log.add(workspace(2), entry(100).in(log));
        log.add(workspace(3), entry(200).in(log));
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
            log.add(workspace(i), entry(i).in(log));
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
                            log.add(workspace((self + i) % 20), entry(i).in(log));
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
        RequestLog log = new RequestLog(100_000);
        for (int i = 0; i < Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX; i++) {
            log.add(workspace(1), entry(i).in(log));
        }
        List<Integer> seen = new ArrayList<>();
        long edge = Long.MAX_VALUE;
        int added = Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX;
        while (edge != 0) {
            String page = page(log, workspace(1), edge, 100);
            seen.addAll(statuses(page));
            edge = next(page);
            for (int i = 0; i < 10; i++) {
                log.add(workspace(1), entry(added++).in(log));
            }
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX - 90);
        assertThat(seen.get(seen.size() - 1)).isEqualTo(90);
    }

    @Test
    void forget_workspace_leavesNothingOfItAndAllOfTheOthers() {
        RequestLog log = new RequestLog(100_000);
        TestEntry one = entry(1);
        log.add(workspace(1), one.in(log));
        log.add(workspace(2), entry(2).in(log));
        log.forget(workspace(1));
        assertThat(statuses(log, workspace(1))).isEmpty();
        assertThat(isFound(log, workspace(1), one.id)).isFalse();
        assertThat(statuses(log, workspace(2))).containsExactly(2);
    }

    @Test
    void get_requestOfAnotherWorkspace_isNotThere() {
        RequestLog log = new RequestLog(100_000);
        TestEntry one = entry(1);
        log.add(workspace(1), one.in(log));
        log.add(workspace(2), entry(2).in(log));
        assertThat(isFound(log, workspace(1), one.id)).isTrue();
        assertThat(isFound(log, workspace(2), one.id)).isFalse();
    }

    @Test
    void add_entriesOfAllLengths_showsEachWhole() {
        RequestLog log = new RequestLog(100_000);
        List<TestEntry> added = new ArrayList<>();
        for (int i = 0; i < 5 * Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX; i++) {
            int length = i * 31 % Limits.REQUEST_LOG_PATH_LENGTH_MAX;
            added.add(entry(i, "/" + "p".repeat(length), i % 7 == 0 ? null : "key-" + i, ids(i % 101, i % 13)));
            log.add(workspace(1), added.get(i).in(log));
            if (i % 997 == 0) {
                assertThat(shown(log, added.get(i).id)).isEqualTo(added.get(i).json());
            }
        }
        List<TestEntry> last = added.subList(added.size() - Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX, added.size());
        for (TestEntry one : last) {
            assertThat(shown(log, one.id)).isEqualTo(one.json());
        }
    }

    /** A reader has what was there, although the log goes round and round meanwhile. */
    @Test
    void items_whileTheLogGoesRound_stayAsTheyWere() {
        WorkspaceLog log = new WorkspaceLog(TEXTS, workspace(1), START);
        for (int i = 0; i < 2 * Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX; i++) {
            assertThat(log.add(entry(i).with(TEXTS))).isNotNegative();
        }
        WorkspaceLog.Copy copy = log.items(RequestFilter.ALL);
        for (int i = 0; i < 3 * Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX; i++) {
            assertThat(log.add(entry(7, "/other", null, List.of()).with(TEXTS))).isZero();
        }
        int expected = 2 * Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX;
        for (long at = copy.next(Long.MAX_VALUE); at != Rows.NONE; at = copy.next(at)) {
            assertThat(copy.entry(at).answered().status()).isEqualTo(--expected);
        }
        assertThat(expected).isEqualTo(Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX);
    }

    @Test
    void add_longEntries_takesAPlaceForEachPartOfOne() {
        RequestLog log = new RequestLog(PLACES);
        int part = Limits.REQUEST_LOG_PLACE_BYTES;
        for (int i = 0; i < 3 * PLACES; i++) {
            log.add(
                    workspace(1),
                    log.entry(entry(i).id)
                            .sent(KEY, "GET", "/", "/", null)
                            .under(null, null)
                            .answered(i, 9, 0, 1)
                            .refused("validation_failed", "d".repeat(3 * part), List.of(), null));
        }
        assertThat(statuses(log, workspace(1))).hasSize(PLACES / 4).contains(3 * PLACES - 1);
        for (int i = 0; i < PLACES; i++) {
            log.add(workspace(2), entry(i).in(log));
        }
        assertThat(statuses(log, workspace(1))).isEmpty();
        assertThat(statuses(log, workspace(2))).hasSize(PLACES);
    }

    /** The most that a log may take is for a workspace with one place, which needs a chunk of its own. */
    @Test
    void add_whoeverHasThePlaces_keepsTheMemoryWithinThem() {
        int each = Limits.REQUEST_LOG_PLACE_BYTES;
        for (int workspaces : new int[] {1, 2, PLACES / 2, PLACES, 40 * PLACES}) {
            for (int length : new int[] {1, each / 2, 3 * each, Limits.REQUEST_LOG_PATH_LENGTH_MAX}) {
                RequestLog log = new RequestLog(PLACES);
                for (int i = 0; i < 40 * PLACES; i++) {
                    log.add(
                            workspace(i % workspaces),
                            entry(i, "/" + "p".repeat(length), null, List.of()).in(log));
                }
                assertThat(log.memoryBytes())
                        .as("%s workspaces, paths of %s characters", workspaces, length)
                        .isLessThanOrEqualTo(MEMORY_PER_PLACE * PLACES * each);
            }
        }
    }

    @Test
    void add_manyAndThenOnePlaceLeft_keepsNoChunkForMany() {
        RequestLog log = new RequestLog(PLACES);
        for (int i = 0; i < 10 * PLACES; i++) {
            log.add(workspace(1), entry(i).in(log));
        }
        for (int i = 0; i < PLACES - 1; i++) {
            log.add(workspace(2 + i), entry(i).in(log));
        }
        log.add(workspace(1), entry(7).in(log));

        assertThat(statuses(log, workspace(1))).containsExactly(7);
        assertThat(log.memoryBytes()).isLessThanOrEqualTo(MEMORY_PER_PLACE * PLACES * Limits.REQUEST_LOG_PLACE_BYTES);
    }

    /** An entry that cannot be rendered keeps no other line from the file, nor the writer from its end. */
    @Test
    void files_entryThatCannotBeWritten_keepsTheOthersOfItsBatch(@TempDir Path folder) throws Exception {
        RequestFiles files = new RequestFiles(TEXTS, folder, 1_000_000);
        files.add(workspace(1), new byte[0]);
        files.add(workspace(1), entry(201).with(TEXTS).copy());
        files.add(workspace(1), new byte[0]);
        files.add(workspace(1), entry(202).with(TEXTS).copy());
        try (CapturedLog log = CapturedLog.open()) {
            files.start(); // All of them are one batch.
            files.close(10_000);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("not in the files of the request log"))
                    .hasSize(2);
        }
        List<String> lines = new ArrayList<>();
        files.forEachLine(1_000_000, line -> lines.add(new String(line, StandardCharsets.UTF_8)));

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("\"status\":201");
        assertThat(lines.get(1)).contains("\"status\":202");
    }

    @Test
    void refused_manyAndLongErrors_keepsTheFirstAndCutsTheirTexts() {
        RequestLog log = new RequestLog(100_000);
        List<ProblemError> errors = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            errors.add(ProblemError.of(ProblemError.Source.POINTER, "/" + i, "too_long", "e".repeat(300)));
        }
        assertThat(refused(log, errors)).contains("\"/19\"").doesNotContain("\"/20\"");
        errors.set(3, ProblemError.of(ProblemError.Source.PARAMETER, "p", "too_long", "e".repeat(8_000)));
        assertThat(refused(log, errors)).contains("\"/19\"", "\"" + "e".repeat(400) + "\"");
    }

    @Test
    void entry_withTextsOfAllKinds_showsThemAndNoSecret() {
        RequestLog log = new RequestLog(100_000);
        for (KeyUse use : KeyUse.values()) {
            Id id = entry(0).id;
            ProblemError error = ProblemError.of(
                    ProblemError.Source.PARAMETER,
                    "\u00fc\u20ac",
                    "invalid",
                    "got \"sk_live_" + "a1".repeat(18) + "\".");
            log.add(
                    workspace(1),
                    log.entry(id)
                            .sent(KEY, "POST", "/v1/keys/{keyId}", "/v1/keys/rk_test_abc\u00fc\u20ac\ud83d\ude00", null)
                            .under("whsec_abc+/=", use)
                            .answered(422, 9, 3, Long.MAX_VALUE)
                            .refused("validation_failed", "sk_ \ud83d\ude00", List.of(error), "burst"));
            assertThat(new String(shown(log, id), StandardCharsets.UTF_8))
                    .contains(
                            "/v1/keys/rk_test_\u2026\u00fc\u20ac\ud83d\ude00",
                            "\"idempotencyKey\":\"whsec_\u2026\"",
                            "\"idempotency\":\"" + use.name().toLowerCase(Locale.ROOT) + "\"",
                            "\"detail\":\"sk_ \ud83d\ude00\"",
                            "{\"parameter\":\"\u00fc\u20ac\",\"code\":\"invalid\",\"detail\":\"got \\\"sk_live_\u2026\\\".\"}",
                            "\"policy\":\"burst\"",
                            "\"units\":3",
                            "\"durationMicros\":" + Integer.MAX_VALUE);
        }
    }

    private String refused(RequestLog log, List<ProblemError> errors) {
        Id id = entry(0).id;
        log.add(
                workspace(1),
                log.entry(id)
                        .sent(KEY, "GET", "/", "/", null)
                        .under(null, null)
                        .answered(422, 9, 0, 1)
                        .refused("validation_failed", "d", errors, null));
        return new String(shown(log, id), StandardCharsets.UTF_8);
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

    private TestEntry entry(int status) {
        return entry(status, "/v1/resources", null, List.of());
    }

    private TestEntry entry(int status, String path, @Nullable String idempotencyKey, List<Id> events) {
        time++;
        return new TestEntry(new Id(IdKind.REQUEST, time << 16, status), status, path, idempotencyKey, events);
    }

    /** An entry of a test, and how it looks. */
    private record TestEntry(
            Id id, int status, String path, @Nullable String idempotencyKey, List<Id> events) {
        EntryWriter in(RequestLog log) {
            return write(log.entry(id));
        }

        EntryWriter with(InternedTexts texts) {
            return write(new EntryWriter(texts, id));
        }

        private EntryWriter write(EntryWriter writer) {
            return writer.sent(KEY, "GET", "/v1/resources", path, null)
                    .under(idempotencyKey, use())
                    .answered(status, 14, 1, 1)
                    .caused(events, List.of());
        }

        private @Nullable KeyUse use() {
            return idempotencyKey == null ? null : KeyUse.EXECUTED;
        }

        byte[] json() {
            return new LogEntry(
                            id,
                            new LogEntry.Sent(KEY, "GET", "/v1/resources", path, null, idempotencyKey, use()),
                            new LogEntry.Answered(status, 14, 1, 1),
                            null,
                            events,
                            List.of())
                    .json();
        }
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
        Outcome outcome = log.list(new PageRequest(limit, edge, false, CURSORS), RequestFilter.ALL)
                .answer(context(workspace));
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
        Caller caller = new Caller(workspace, new Id(IdKind.KEY, 1, 1), ScopeBits.FULL, Plan.BUSINESS, 0);
        RandomIds ids = new RandomIds();
        return new Context(
                caller, START, rows, ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids), count -> 0);
    }
}
