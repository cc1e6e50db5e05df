package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedTablesTest extends TableContractTest {
    private static final int MEBIBYTE = 1024 * 1024;

    @TempDir
    Path directory;

    private long usable = Long.MAX_VALUE;

    @Override
    TableFactory factory() {
        try {
            return new MappedTables(Tables.CHRONICLE, Files.createTempDirectory(directory, "tables"), () -> usable);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void hasSpace_fileSystemNearlyFull_refusesUntilThereIsSpaceAgain() {
        TableFactory tables = factory();
        assertThat(tables.hasSpace(1)).isTrue();

        usable = MappedTables.SPACE_MIN_BYTES - 1;
        int taken = 0;
        while (tables.hasSpace(MEBIBYTE)) {
            taken++;
        }
        assertThat(taken).as("mebibytes taken between two looks").isLessThanOrEqualTo(16);
        assertThat(tables.hasSpace(1)).isFalse();

        usable = MappedTables.SPACE_MIN_BYTES;
        assertThat(tables.hasSpace(1)).isTrue();
    }
}
