package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.store.memory.arena.Arena;
import dev.plinth.engine.internal.store.memory.arena.MappedArena;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MappedArenaTableTest extends ArenaTableTest {
    private static final TableShape SHAPE = new TableShape("left", KEY_BYTES, 10_000, 300);

    private final long seed = TestScale.seed();

    @TempDir
    Path directory;

    private int files;

    @Override
    Arena arena() {
        files++;
        return new MappedArena(directory.resolve("plinth-" + files + ".rows"));
    }

    /** The index is split, rows are in pieces, extents are free and partly filled when the table is left; then it goes on. */
    @Test
    void restore_tableThatWasLeft_isAsItWasAndGoesOn() throws IOException {
        Random random = new Random(seed);
        Path file = directory.resolve("plinth-left.rows");
        Map<ByteBuffer, byte[]> model = new HashMap<>();
        byte[] saved = {};
        long rows = 0;
        long bytes = 0;
        for (int round = 0; round < 4; round++) {
            try (ArenaTable left = new ArenaTable(SHAPE, new MappedArena(file))) {
                if (round > 0) {
                    left.recount(rows, bytes);
                    left.restore(new DataInputStream(new ByteArrayInputStream(saved)));
                }
                assertSame(left, model);
                change(left, model, random);
                assertSame(left, model);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                left.save(new DataOutputStream(out));
                saved = out.toByteArray();
                rows = left.size();
                bytes = left.bytes();
            }
        }
        assertThat(rows).as("seed %d", seed).isEqualTo(model.size());
    }

    private static void change(ArenaTable table, Map<ByteBuffer, byte[]> model, Random random) {
        for (int i = 0; i < 20_000; i++) {
            byte[] key = key(random.nextInt(10_000));
            if (random.nextInt(5) < 2) {
                table.remove(key);
                model.remove(ByteBuffer.wrap(key));
            } else {
                byte[] row = new byte[random.nextInt(random.nextInt(500) == 0 ? 60_000 : 400)];
                random.nextBytes(row);
                table.put(key, row);
                model.put(ByteBuffer.wrap(key), row);
            }
        }
    }

    private void assertSame(ArenaTable table, Map<ByteBuffer, byte[]> model) {
        for (int i = 0; i < 10_000; i++) {
            assertThat(table.get(key(i))).as("row %d, seed %d", i, seed).isEqualTo(model.get(ByteBuffer.wrap(key(i))));
        }
    }
}
