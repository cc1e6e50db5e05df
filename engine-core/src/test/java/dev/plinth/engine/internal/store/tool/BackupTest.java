package dev.plinth.engine.internal.store.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.RandomDiskWrites;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.TestRows;
import dev.plinth.engine.internal.store.log.ForwardingDisk;
import dev.plinth.engine.internal.store.log.MemoryDisk;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.settings.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A store is copied while it writes, makes snapshots and deletes segments: between any two reads of the copy. */
@Timeout(300)
@Tag("scaled")
class BackupTest {
    private static final List<TableName<?>> TABLES = List.of(TestRows.TABLE);

    private final long seed = TestScale.seed();

    @ParameterizedTest
    @EnumSource(Durability.class)
    void copy_ofAStoreThatWrites_hasAllThatWasAcknowledgedBeforeAndIsABeginning(Durability durability)
            throws IOException {
        for (int i = 0; i < TestScale.count(100); i++) {
            run(new RandomDiskWrites(seed + i, durability, Function.identity()));
        }
    }

    private static void run(RandomDiskWrites life) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        MemoryDisk copy = new MemoryDisk();
        long acknowledged;
        RecoverablePrefix copied;
        try (Store store = life.open(disk, RandomDiskWrites.NEVER)) {
            for (int i = life.random().nextInt(4); i > 0; i--) {
                life.work(store, life.random().nextInt(100));
                store.snapshot();
            }
            life.work(store, life.random().nextInt(100));
            acknowledged = store.committed();
            HeldFiles held = HeldFiles.of(new BusyDisk(disk, store, life));
            copied = Backup.make(held, copy, TABLES, RandomDiskWrites.SEGMENT_BYTES);
            Verification.Found found = Verification.of(held, held.storeNames(), TABLES);
            assertThat(found.damages()).as(life.where()).isEmpty();
            assertThat(found.opened().last()).as(life.where()).isGreaterThanOrEqualTo(copied.last());
        }
        assertThat(copied.last()).as(life.where()).isGreaterThanOrEqualTo(acknowledged);
        Verification.Found found = Verification.of(copy, StoreNames.of(copy), TABLES);
        assertThat(found.damages()).as(life.where()).isEmpty();
        life.checkAndGoOn(copy.crash(life.random()), copied.last());
    }

    /** Before each read of who copies, the store does something. */
    private static final class BusyDisk extends ForwardingDisk {
        private final Store store;
        private final RandomDiskWrites life;

        BusyDisk(Disk disk, Store store, RandomDiskWrites life) {
            super(disk);
            this.store = store;
            this.life = life;
        }

        @Override
        public List<String> names() throws IOException {
            beBusy();
            return super.names();
        }

        @Override
        public File open(String name) throws IOException {
            beBusy();
            return super.open(name);
        }

        @Override
        public int read(String name, File file, ByteBuffer target, long position) throws IOException {
            beBusy();
            return super.read(name, file, target, position);
        }

        private void beBusy() throws IOException {
            int what = life.random().nextInt(12);
            if (what == 0) {
                store.snapshot();
            } else if (what < 6) {
                life.work(store, life.random().nextInt(5));
            } else if (what < 9) {
                long unused = life.append(store);
            }
        }
    }
}
