package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.CapturedClassLog;
import dev.plinth.engine.internal.store.RandomDiskWrites;
import dev.plinth.engine.internal.store.RowsCopy;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.TestRows;
import dev.plinth.engine.internal.store.log.Checksum;
import dev.plinth.engine.internal.store.log.DiskFault;
import dev.plinth.engine.internal.store.log.Frame;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.SegmentBytes;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.TornTail;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that may be damage at durability OS are told and put aside before they are zeroed; what a crash leaves is not worth a word. */
@Timeout(120)
class TornTailTest {
    private static final List<TableName<?>> TABLES = List.of(TestRows.TABLE);
    private static final String SEGMENT = Segment.name(1);
    private static final int RECORDS = 20;
    private static final int DAMAGED = 5;

    private final CapturedClassLog log = new CapturedClassLog(TornTail.class, Level.WARNING);
    private final RandomDiskWrites life = new RandomDiskWrites(TestScale.seed(), Durability.OS, Function.identity());

    @TempDir
    private Path base;

    @AfterEach
    void endListening() {
        log.close();
    }

    @Test
    void start_wholeFramesBehind_keepsACopyAndWarnsOnce() {
        MemoryDisk disk = damaged(DAMAGED);
        byte[] before = disk.bytes(SEGMENT).clone();

        for (int start = 0; start < 3; start++) {
            assertThat(life.check(disk, DAMAGED - 1)).isEqualTo(DAMAGED - 1);

            assertThat(copies(disk)).containsExactly("lost-5/" + SEGMENT);
            assertThat(disk.bytes("lost-5/" + SEGMENT)).isEqualTo(before);
        }
        assertThat(log.lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains(
                                SEGMENT, "behind record 4", "up to record " + RECORDS, "durability os", "is in lost-5")
                        .contains("bytes "
                                + SegmentBytes.frames(before).get(DAMAGED - 2).to() + " to "));
    }

    @Test
    void start_nothingWholeBehind_isSilent() {
        MemoryDisk disk = damaged(RECORDS);

        assertThat(life.check(disk, RECORDS - 1)).isEqualTo(RECORDS - 1);

        assertThat(copies(disk)).isEmpty();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void start_longerThanAFrame_keepsACopy() {
        byte[] bytes = new byte[Frame.BYTES_MAX + RandomDiskWrites.SEGMENT_BYTES];
        Arrays.fill(bytes, Segment.HEADER_BYTES, bytes.length, (byte) 0xff);
        Segment.first(StoreId.random()).header(bytes.length).get(bytes, 0, Segment.HEADER_BYTES);
        MemoryDisk disk = MemoryDisk.of(Map.of(SEGMENT, bytes));

        assertThat(life.check(disk, 0)).isZero();

        assertThat(disk.bytes("lost-1/" + SEGMENT)).isEqualTo(bytes);
        assertThat(log.lines())
                .singleElement()
                .satisfies(line -> assertThat(line).contains("more than one write to the journal"));
    }

    @Test
    void start_diskFull_isRefusedAndNothingIsLost() {
        MemoryDisk disk = damaged(DAMAGED);
        byte[] before = disk.bytes(SEGMENT).clone();
        disk.limit(0);

        for (int start = 0; start < 2; start++) {
            assertThatThrownBy(() -> life.open(disk, RandomDiskWrites.NEVER))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("Expected to copy " + SEGMENT + " before bytes ")
                    .hasMessageEndingWith("No space left on device; free some space and start again.");
            assertThat(disk.contents()).containsOnlyKeys(SEGMENT);
            assertThat(disk.bytes(SEGMENT)).isEqualTo(before);
        }
        assertThat(log.lines()).isEmpty();

        disk.limit(Long.MAX_VALUE);
        assertThat(life.check(disk, DAMAGED - 1)).isEqualTo(DAMAGED - 1);
        assertThat(disk.bytes("lost-5/" + SEGMENT)).isEqualTo(before);
    }

    /** The machine stops before any operation of that start, or the disk fails in it. */
    @Test
    void start_isInterruptedAnywhere_theNextOneHasOneWholeCopy() {
        MemoryDisk disk = damaged(DAMAGED);
        byte[] before = disk.bytes(SEGMENT).clone();
        List<MemoryDisk> moments = new ArrayList<>();
        disk.watch(operation -> moments.add(disk.killed()));
        life.open(disk, RandomDiskWrites.NEVER).close();
        disk.watch(null);
        for (MemoryDisk moment : List.copyOf(moments)) {
            moments.add(moment.crash(life.random()));
        }

        for (MemoryDisk moment : moments) {
            assertThat(life.check(moment, DAMAGED - 1)).isEqualTo(DAMAGED - 1);
            assertThat(copies(moment)).containsExactly("lost-5/" + SEGMENT);
            assertThat(moment.bytes("lost-5/" + SEGMENT)).isEqualTo(before);
        }
        assertThat(moments).hasSizeGreaterThan(10);
    }

    @Test
    void start_zeroingFails_copiesDoNotPileUp() {
        MemoryDisk disk = damaged(DAMAGED);
        byte[] before = disk.bytes(SEGMENT).clone();

        for (int start = 0; start < 3; start++) {
            // The first start writes the copy and then the zeros; later ones write zeros only.
            disk.failAt(DiskFault.SHORT_WRITE, start == 0 ? 2 : 1);
            assertThatThrownBy(() -> life.open(disk, RandomDiskWrites.NEVER)).isInstanceOf(IllegalStateException.class);
            assertThat(copies(disk)).containsExactly("lost-5/" + SEGMENT);
        }
        assertThat(life.check(disk, DAMAGED - 1)).isEqualTo(DAMAGED - 1);
        assertThat(copies(disk)).containsExactly("lost-5/" + SEGMENT);
        assertThat(disk.bytes("lost-5/" + SEGMENT)).isEqualTo(before);
    }

    @Test
    void verify_tellsWhetherAcknowledgedRecordsMayBeInIt() throws IOException {
        MemoryDisk disk = damaged(RECORDS);
        assertThat(lines(disk))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("torn end: bytes ")
                        .contains("are no whole record; nothing acknowledged is in them"));

        flip(disk.bytes(SEGMENT), DAMAGED);
        assertThat(lines(disk))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("torn end: bytes ")
                        .contains(
                                "up to record " + (RECORDS - 1) + " are behind",
                                "acknowledged behind record 4 may be in them")
                        .doesNotContain("nothing acknowledged"));
    }

    private static List<String> lines(MemoryDisk disk) throws IOException {
        return Verification.of(disk, StoreNames.of(disk), TABLES).lines();
    }

    /** A store at durability OS whose process was killed, with a bit flipped in one record. */
    private MemoryDisk damaged(int record) {
        MemoryDisk disk = new MemoryDisk();
        MemoryDisk killed;
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            for (int i = 0; i < RECORDS; i++) {
                store.await(life.append(store, 1));
            }
            killed = disk.killed();
        }
        flip(killed.bytes(SEGMENT), record);
        return MemoryDisk.of(Map.of(SEGMENT, killed.bytes(SEGMENT)));
    }

    private static void flip(byte[] segment, int record) {
        segment[SegmentBytes.frames(segment).get(record - 1).to() - 1] ^= 1;
    }

    private static List<String> copies(MemoryDisk disk) {
        return disk.contents().keySet().stream()
                .filter(name -> name.startsWith("lost-"))
                .toList();
    }

    /** A tenant may put any characters into a name. Bytes of a row that look like a frame are none. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void start_cutWriteOfARowThatLooksLikeAFrame_keepsWhatIsBeforeIt(int count) throws IOException {
        byte[] row =
                new RowWriter(1).number(1_000).number(1).bytes(planted(count)).row();
        MemoryDisk disk = new MemoryDisk();
        byte[] segment;
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            store.await(life.append(store, 1));
            store.await(store.write(transaction -> transaction.append(
                    List.of(new Changes.Write(TestRows.TABLE, TestRows.key(100), row)), transaction.nowMillis())));
            segment = disk.killed().bytes(SEGMENT);
        }
        segment[SegmentBytes.frames(segment).get(1).from() + Integer.BYTES] ^= 1;
        MemoryDisk left = MemoryDisk.of(Map.of(SEGMENT, segment));

        assertThat(Verification.of(left, StoreNames.of(left), TABLES).damages()).isEmpty();
        assertThat(life.check(left, 1)).isEqualTo(1);
    }

    /** Returns the bytes of a frame behind all others. Its record, if it has one, is longer than the frame. */
    private static byte[] planted(int count) {
        ByteBuffer frame = ByteBuffer.allocate(Frame.HEADER_BYTES + Integer.BYTES * count);
        frame.putInt(frame.capacity())
                .putInt(0)
                .putLong(Long.MAX_VALUE / 2)
                .putInt(count)
                .put((byte) 1);
        if (count > 0) {
            frame.putInt(100);
        }
        return frame.putInt(4, Checksum.of(frame, 8, frame.capacity() - 8)).array();
    }

    @Test
    void copies_wholeFramesBehind_refuseOrTellWhatTheyLeaveOut() throws IOException {
        MemoryDisk disk = damaged(DAMAGED);

        assertThatThrownBy(() -> RowsCopy.ofDirectory(disk, new StoreSettings(Tables.HEAP, TABLES, 100_000)))
                .isInstanceOf(StoreDamageException.class)
                .hasMessageContaining("whole ones up to record " + RECORDS + " are behind");
        Path directory = Files.createDirectory(base.resolve("data"));
        Files.write(directory.resolve(SEGMENT), disk.bytes(SEGMENT));
        StoreReport report = StoreTools.backup(directory, base.resolve("copy"), TABLES, List.of());

        assertThat(report.lines())
                .contains("copied all records up to " + (DAMAGED - 1) + " to " + base.resolve("copy")
                        + ", and verified the copy")
                .anySatisfy(
                        line -> assertThat(line).startsWith("left out: bytes ").contains("up to record " + RECORDS));
    }
}
