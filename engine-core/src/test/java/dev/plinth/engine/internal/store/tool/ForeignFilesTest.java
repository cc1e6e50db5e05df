package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.RandomDiskWrites;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.TestRows;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.Segment;
import dev.plinth.engine.internal.store.log.Snapshot;
import dev.plinth.engine.internal.store.log.StoreDamageException;
import dev.plinth.engine.internal.store.log.StoreId;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.settings.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of another store among those of this one is damage with a name; nothing of it is ever shown. */
@Timeout(120)
class ForeignFilesTest {
    private static final List<TableName<?>> TABLES = List.of(TestRows.TABLE);

    private final RandomDiskWrites life = new RandomDiskWrites(TestScale.seed(), Durability.FSYNC, Function.identity());
    private final RandomDiskWrites other =
            new RandomDiskWrites(TestScale.seed() + 1, Durability.FSYNC, Function.identity());
    private final Map<String, byte[]> own = written(life);
    private final Map<String, byte[]> foreign = written(other);

    /** In the place of the second segment, and behind the last one. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void segment_ofAnotherStore_isRefusedAndCutOff(boolean behind) throws IOException {
        long number = behind
                ? own.keySet().stream().mapToLong(Segment::numberOf).max().orElseThrow() + 1
                : 2;
        Map<String, byte[]> mixed = copied(own);
        byte[] bytes = foreign.get(Segment.name(2)).clone();
        Segment header = Segment.readHeader(ByteBuffer.wrap(bytes), Segment.name(2), RandomDiskWrites.SEGMENT_BYTES);
        new Segment(header.store(), header.epoch(), number, header.firstSequence(), header.crcBefore())
                .header(bytes.length)
                .get(bytes, 0, Segment.HEADER_BYTES);
        mixed.put(Segment.name(number), bytes);

        assertNamed(mixed, Segment.name(number));
    }

    @Test
    void snapshot_ofAnotherStoreAndNewer_isRefusedAndPutAside() throws IOException {
        Map<String, byte[]> mixed = copied(own);
        mixed.put(Snapshot.name(240), foreign.get(Snapshot.name(240)));

        assertNamed(mixed, Snapshot.name(240));
        MemoryDisk disk = MemoryDisk.of(mixed);
        StoreReport done = Salvage.run(disk, TABLES, true, RandomDiskWrites.SEGMENT_BYTES);
        assertThat(done.lines()).contains("kept records 1 to " + life.history().size());
        life.checkAndGoOn(disk, life.history().size());
    }

    private void assertNamed(Map<String, byte[]> mixed, String name) throws IOException {
        MemoryDisk disk = MemoryDisk.of(mixed);
        String what = name + " is of store " + idIn(foreign) + " and not of store " + idIn(own);
        assertThatThrownBy(() -> life.open(disk, RandomDiskWrites.NEVER))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(what + "; nothing was changed");
        assertThat(disk.contents()).containsExactlyEntriesOf(mixed);
        Verification.Found found = Verification.of(disk, StoreNames.of(disk), TABLES);
        assertThat(found.opens()).isFalse();
        assertThat(found.damages()).contains(what);
        assertThatThrownBy(
                        () -> Backup.make(HeldFiles.of(disk), new MemoryDisk(), TABLES, RandomDiskWrites.SEGMENT_BYTES))
                .isInstanceOf(StoreDamageException.class)
                .hasMessage(what);
        assertThat(Salvage.run(disk, TABLES, true, RandomDiskWrites.SEGMENT_BYTES)
                        .isWhole())
                .isTrue();
        long kept;
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            kept = life.check(store, 1);
        }
        assertThat(kept).isPositive();
    }

    private static StoreId idIn(Map<String, byte[]> contents) throws IOException {
        MemoryDisk disk = MemoryDisk.of(contents);
        return StoreNames.of(disk).storeId(disk);
    }

    /** Several segments, and a snapshot behind record 240. */
    private static Map<String, byte[]> written(RandomDiskWrites life) {
        MemoryDisk disk = new MemoryDisk();
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            life.work(store, 240);
            if (life.history().size() == 240) {
                store.snapshot();
            }
            life.work(store, 10);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Map<String, byte[]> contents = disk.contents();
        return contents;
    }

    private static Map<String, byte[]> copied(Map<String, byte[]> contents) {
        Map<String, byte[]> copy = new TreeMap<>();
        contents.forEach((name, bytes) -> {
            if (Snapshot.sequenceOf(name) < 0) {
                copy.put(name, bytes.clone());
            }
        });
        return copy;
    }
}
