package dev.plinth.engine.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Backlog;
import dev.plinth.engine.internal.base.rows.NewRows;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.settings.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A holder of the key of an exported file can write any row into it. Tests that a row that names another workspace, or
 * what belongs to another one, is refused with its table, and that nothing is written.
 */
@Timeout(300)
final class ForgedExportTest {
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 0x0123_4567_89AB_CDEFL, 0x1122_3344_5566_7788L);
    private static final Pattern ID = Pattern.compile("\"(?:id|job_id)\":\"([a-z]+_[0-9a-z]{26})\"");

    /** Tables whose rows have no id but those of their key, which begins with the workspace. */
    private static final Set<String> WITHOUT_IDS_INSIDE = Set.of("key uses", "quota checkpoints", "remembered");
    /** Tables whose rows are left out if what they belong to is not in the file. */
    private static final Set<String> MAY_LACK_THEIR_OWNER = Set.of("deliveries", "deleted endpoints");

    private final RandomIds ids = new RandomIds();
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final List<Written> all = new ArrayList<>();
    private final AtomicInteger files = new AtomicInteger();
    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private Id workspace = OTHER;
    private long positions;

    @TempDir
    private Path base;

    private Path key;
    private Engine source;
    private String secret;

    @BeforeEach
    void export() throws IOException {
        key = Files.write(base.resolve("transfer.key"), new byte[SecretCipher.KEY_BYTES]);
        Path whole = base.resolve("whole");
        source = Engine.builder().testClock(clock).webhookAllow("127.0.0.0/8").open();
        fill(source.admin().createWorkspace("acme", "business").call().id(), whole);
        ExportReader.End end = new ExportReader(whole, key, cipher).read(new ExportReader.Visitor() {
            @Override
            public void workspace(Id id) {
                workspace = id;
            }

            @Override
            public void row(int kind, TransferredTable table, byte[] rowKey, byte @Nullable [] row) {
                all.add(new Written(table, rowKey, Objects.requireNonNull(row)));
            }
        });
        positions = end.positions();
        addSeldomRows();
        assertThatCode(() -> checked(all)).doesNotThrowAnyException();
    }

    @AfterEach
    void close() {
        source.close();
    }

    @Test
    void rows_ofAllTables_areInTheFile() {
        Set<String> there = new TreeSet<>();
        all.forEach(each -> there.add(each.table.table().name()));
        Set<String> expected = new TreeSet<>();
        for (TransferredTable table : TransferredTables.inOrder()) {
            if (table.stage() != TransferredTable.Stage.NEVER) {
                expected.add(table.table().name());
            }
        }
        assertThat(there).isEqualTo(expected);
    }

    @Test
    void rows_thatNameAnotherWorkspaceInside_areRefused() throws IOException {
        for (int i = 0; i < all.size(); i++) {
            Written row = all.get(i);
            List<Integer> at = places(row.row, workspace.key());
            assertThat(at.isEmpty() && !WITHOUT_IDS_INSIDE.contains(name(row)) && !isOfRemainsOrUnique(row))
                    .as(name(row))
                    .isFalse();
            for (int place : at) {
                refused(i, row.withRow(with(row.row, place, OTHER.key())));
            }
        }
    }

    @Test
    void rows_underAnotherKey_areRefused() throws IOException {
        for (int i = 0; i < all.size(); i++) {
            Written row = all.get(i);
            boolean isDigest = row.key.length != 2 * Id.BYTES || isOfDigest(row);
            for (int place = 0; place + Id.BYTES <= (isDigest ? Id.BYTES : row.key.length); place += Id.BYTES) {
                if (name(row).equals("attempts")) {
                    leftOut(i, row.withKey(with(row.key, place, OTHER.key())));
                } else if (!name(row).equals("tokens")) {
                    refused(i, row.withKey(with(row.key, place, OTHER.key())));
                }
            }
        }
    }

    @Test
    void rows_thatBelongToWhatIsNotInTheFile_areRefusedOrLeftOut() throws IOException {
        Set<String> refused = new TreeSet<>();
        Set<String> leftOut = new TreeSet<>();
        for (int i = 0; i < all.size(); i++) {
            Written row = all.get(i);
            for (byte[] named : namedIds()) {
                boolean isInKey = !places(row.key, named).isEmpty();
                for (int place : places(row.row, named)) {
                    UnaryOperator<byte[]> forged = bytes -> with(bytes, place, OTHER.key());
                    byte[] other = isInKey && !isOfRemainsOrUnique(row)
                            ? with(row.key, places(row.key, named).get(0), OTHER.key())
                            : row.key;
                    if (mayBelongToOthers(row, named)) {
                        continue;
                    }
                    if (MAY_LACK_THEIR_OWNER.contains(name(row))) {
                        leftOut(i, new Written(row.table, other, forged.apply(row.row)));
                        leftOut.add(name(row));
                        continue;
                    }
                    refused(i, new Written(row.table, other, forged.apply(row.row)));
                    refused.add(name(row));
                }
            }
        }
        assertThat(refused).contains("children", "shares", "tokens", "unique jobs", "missed events");
        assertThat(leftOut).isEqualTo(MAY_LACK_THEIR_OWNER);
    }

    @Test
    void rows_withThePositionOfAnother_areRefused() throws IOException {
        Written first = all.stream()
                .filter(each -> name(each).equals("resources"))
                .findFirst()
                .orElseThrow();
        int second = all.lastIndexOf(all.stream()
                .filter(each -> name(each).equals("events"))
                .findFirst()
                .orElseThrow());
        long taken = first.table.number().applyAsLong(first.row);
        Written event = all.get(second);
        byte[] row = event.row.clone();
        Bytes.putLong(row, RowReader.HEAD_BYTES + 2 * Id.BYTES, taken);

        refused(second, event.withRow(row));
    }

    @Test
    void rows_ofTablesInAnotherOrder_areRefused() throws IOException {
        for (int i = 1; i < all.size(); i++) {
            if (!all.get(i).table.equals(all.get(i - 1).table)) {
                List<Written> swapped = new ArrayList<>(all);
                Collections.swap(swapped, i - 1, i);
                assertThatThrownBy(() -> checked(swapped))
                        .as("%s before %s", name(swapped.get(i - 1)), name(swapped.get(i)))
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("has its tables in another order, which this release does not know")
                        .hasMessageContaining("nothing was imported");
            }
        }
    }

    @Test
    void import_ofIdsThatAnotherWorkspaceHas_isRefused() throws IOException {
        // The same rows, with another workspace in all of them: a whole file, of things that are there already.
        List<Written> renamed = new ArrayList<>();
        for (Written row : all) {
            if (!name(row).equals("tokens") && row.table.stage() == TransferredTable.Stage.IN_STEPS
                    || name(row).equals("workspaces")) {
                renamed.add(new Written(row.table, renamed(row.key), renamed(row.row)));
            }
        }
        Path file = write(OTHER, renamed);
        byte[] before = hash();

        assertThatThrownBy(() -> source.admin().importWorkspace(WorkspaceImport.of(file, key)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("which belongs to workspace " + workspace.text() + " in this store")
                .hasMessageContaining("nothing was imported");
        assertThat(hash()).isEqualTo(before);
        try (Engine other = Engine.builder().testClock(clock).open()) {
            assertThat(other.admin()
                            .importWorkspace(WorkspaceImport.of(file, key))
                            .rows())
                    .isPositive();
        }
    }

    /** A row that belongs to nothing in the file is not written. A store with a full table exports such rows itself. */
    private void leftOut(int place, Written forged) throws IOException {
        List<Written> rows = new ArrayList<>(all);
        rows.set(place, forged);
        assertThat(count(rows, forged)).as(name(forged)).isLessThan(count(all, forged));
    }

    private long count(List<Written> rows, Written of) throws IOException {
        return checked(rows).totals().stream()
                .filter(each -> each.table().number() == of.table.table().number())
                .mapToLong(NewRows::rows)
                .sum();
    }

    private byte[] hash() {
        return Bytes.sha256(source.admin().tables().call().toString().getBytes(StandardCharsets.UTF_8));
    }

    private byte[] renamed(byte[] bytes) {
        byte[] other = bytes;
        for (int place : places(bytes, workspace.key())) {
            other = with(other, place, OTHER.key());
        }
        return other;
    }

    private void fill(String id, Path whole) {
        String grantee =
                source.admin().createWorkspace("grantee", "business").call().id();
        secret = source.admin().createKey(id, "k").call().secret().orElseThrow();
        String endpoint = made("/v1/webhook-endpoints", "{\"url\":\"http://127.0.0.1:9/\"}", null);
        String gone = made("/v1/webhook-endpoints", "{\"url\":\"http://127.0.0.1:9/\"}", null);
        String resource = made("/v1/resources", "{\"name\":\"r\"}", "key");
        made("/v1/resources/" + resource + "/children", "{\"name\":\"c\"}", null);
        source.client(secret).shares(resource).grant(grantee, Role.READER).call();
        String input = "{\"text\":\"" + "x".repeat(9_000) + "\"}";
        made(
                "/v1/jobs",
                "{\"type\":\"leased\",\"uniqueKey\":\"u\",\"resourceId\":\"" + resource + "\",\"input\":" + input + "}",
                null);
        assertThat(call("POST", "/v1/jobs/lease", "{\"types\":[\"leased\"]}", null)
                        .status())
                .isEqualTo(200);
        clock.advance(Duration.ofSeconds(10));
        call("DELETE", "/v1/webhook-endpoints/" + gone, "", null);
        clock.advance(Duration.ofSeconds(10));
        assertThat(endpoint).isNotEqualTo(gone);
        source.admin().exportWorkspace(id, whole, key);
    }

    private Reply call(String method, String path, String body, @Nullable String idempotencyKey) {
        Call call = Call.of(method, path).withKey(secret);
        Call filled = body.isEmpty() ? call : call.withBody(Json.of(body));
        return source.call(idempotencyKey == null ? filled : filled.withHeader("Idempotency-Key", idempotencyKey));
    }

    private String made(String path, String body, @Nullable String idempotencyKey) {
        Reply reply = call("POST", path, body, idempotencyKey);
        Matcher id = ID.matcher(reply.text());
        assertThat(id.find()).as(reply.text()).isTrue();
        return id.group(1);
    }

    /** Adds rows that a store has only after a while, and those of work that the sweep does at once. */
    private void addSeldomRows() {
        Id used = Id.read(IdKind.KEY, first("keys").key, Id.BYTES);
        work("key uses", workspace.keyOf(used), new RowWriter(1).number(1).row());
        work("quota checkpoints", workspace.key(), new RowWriter(1).number(1).row());
        Id endpoint = Id.read(IdKind.ENDPOINT, first("webhook endpoints").key, Id.BYTES);
        Id remains = Id.read(IdKind.ENDPOINT, first("endpoint remains").key, Id.BYTES);
        Id resource = Id.read(IdKind.RESOURCE, first("resources").key, Id.BYTES);
        work(
                "deleted endpoints",
                workspace.keyOf(remains),
                backlog().id(remains).number(0).row());
        work("missed events", workspace.keyOf(endpoint), backlog().id(endpoint).row());
        work(
                "canceled jobs",
                workspace.keyOf(resource),
                backlog().id(resource).number(-1).row());
        work(
                "releases",
                workspace.keyOf(endpoint),
                backlog()
                        .small(1)
                        .id(endpoint)
                        .number(0)
                        .small(1)
                        .number(0)
                        .number(-1)
                        .row());
        all.sort((one, other) ->
                Integer.compare(TransferredTables.place(one.table), TransferredTables.place(other.table)));
    }

    private RowWriter backlog() {
        return Backlog.row(++positions).id(workspace);
    }

    private void work(String name, byte[] rowKey, byte[] row) {
        TransferredTable table = TransferredTables.inOrder().stream()
                .filter(each -> each.table().name().equals(name))
                .findFirst()
                .orElseThrow();
        all.add(new Written(table, rowKey, row));
    }

    private Written first(String name) {
        return all.stream().filter(each -> name(each).equals(name)).findFirst().orElseThrow();
    }

    /** The ids by which rows name others: of keys, resources, jobs, endpoints and deliveries. */
    private List<byte[]> namedIds() {
        List<byte[]> named = new ArrayList<>();
        for (Written row : all) {
            Id name = row.table.name(row.key);
            if (name != null) {
                named.add(name.key());
            }
        }
        return named;
    }

    /** Jobs, their cancellations and events may be about a resource of others, and each row names itself. */
    private static boolean mayBelongToOthers(Written row, byte[] named) {
        boolean isItself =
                row.table.names() != null && Arrays.equals(named, Arrays.copyOfRange(row.key, Id.BYTES, 2 * Id.BYTES));
        return isItself
                || Set.of("jobs", "canceled jobs", "events", "releases").contains(name(row))
                || name(row).equals("deliveries")
                        && places(row.row, named).get(0) != RowReader.HEAD_BYTES + 2 * Id.BYTES;
    }

    private static boolean isOfDigest(Written row) {
        return Set.of("unique jobs", "leased types", "remembered").contains(name(row));
    }

    private static boolean isOfRemainsOrUnique(Written row) {
        return Set.of("endpoint remains", "unique jobs").contains(name(row));
    }

    private static String name(Written row) {
        return row.table.table().name();
    }

    private void refused(int place, Written forged) throws IOException {
        List<Written> rows = new ArrayList<>(all);
        rows.set(place, forged);
        assertThatThrownBy(() -> checked(rows))
                .as("%s, row %s", name(forged), place)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has a row of " + name(forged))
                .hasMessageContaining("row " + (place + 1))
                .hasMessageContaining("nothing was imported");
    }

    private CheckedExport checked(List<Written> rows) throws IOException {
        Path file = write(workspace, rows);
        return CheckedExport.read(() -> new ExportReader(file, key, cipher));
    }

    private Path write(Id of, List<Written> rows) throws IOException {
        Path file = base.resolve("forged" + files.incrementAndGet());
        try (ExportWriter out = ExportWriter.begin(file, cipher, ids, of)) {
            rows.forEach(each -> out.row(ExportFormat.ROWS, each.table.table().number(), each.key, each.row));
            out.publish(positions);
        }
        return file;
    }

    private static List<Integer> places(byte[] bytes, byte[] id) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i + id.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + id.length, id, 0, id.length)) {
                places.add(i);
            }
        }
        return places;
    }

    private static byte[] with(byte[] bytes, int place, byte[] other) {
        byte[] changed = bytes.clone();
        System.arraycopy(other, 0, changed, place, other.length);
        return changed;
    }

    /** A row as it is in the file. */
    private record Written(TransferredTable table, byte[] key, byte[] row) {
        Written withRow(byte[] other) {
            return new Written(table, key, other);
        }

        Written withKey(byte[] other) {
            return new Written(table, other, row);
        }
    }
}
