package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.settings.EngineStore;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.StoreFiles;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The engine beside the model: in memory, or in a directory that it is closed in, killed in and opened again. */
final class ModelledEngine implements AutoCloseable {
    static final String ADMIN_TOKEN = "plain-model-admin-token";
    static final int PRO_RESOURCES_MAX = 4;
    private static final int SEGMENT_BYTES = 2 * 1024 * 1024;
    private static final long BYTES_PER_SNAPSHOT = 40_000;
    private static final int RESOURCES = 1_000;

    final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final List<Path> directories = new ArrayList<>();
    private final Tables tables;
    private final KeptIds ids;
    private final SurvivingRows rows = new SurvivingRows(EngineStore.tables());
    private Engine engine;

    /** An engine in memory if no directory is given, else one below it. */
    ModelledEngine(Tables tables, Path parent, long seed) {
        this.tables = tables;
        this.ids = new KeptIds(seed);
        if (parent != null) {
            directories.add(parent.resolve("engine-" + seed + "-0"));
        }
        this.engine = opened();
        if (!isDurable()) {
            engine.store().onCommitted(rows);
        }
    }

    boolean isDurable() {
        return !directories.isEmpty();
    }

    ModelAnswer answer(ModelRequest ask) {
        return new ModelAnswer(engine.call(ask.call()));
    }

    void advance(Duration span) {
        clock.advance(span);
    }

    void reopen() {
        engine.close();
        engine = opened();
    }

    /** Opens what is in the files at this moment, as if the process had died: nothing is written when it ends. */
    void killAndReopen() {
        Path to = next();
        copy(directories.get(directories.size() - 1), to);
        directories.add(to);
        engine.close();
        engine = opened();
    }

    /**
     * Fails unless the sets that were kept up, change by change, are those that follow from the rows alone, which is how a snapshot,
     * where there is one, brings them back. A member too many is seen in no list, because its row says so; it only costs, and counts, for ever.
     */
    void checkSets() {
        byte[] kept;
        byte[] rebuilt;
        long before;
        do { // until nothing was written meanwhile: the engine notes uses of keys when it comes to it
            before = engine.store().journalFigures().durable();
            rebuilt = isDurable() ? stateHashOfFiles() : rows.stateHash();
            kept = engine.store().stateHash();
        } while (engine.store().journalFigures().appended() != before);
        assertThat(kept)
                .as("sets kept up, against those that follow from the rows")
                .isEqualTo(rebuilt);
    }

    private byte[] stateHashOfFiles() {
        Path to = next();
        try {
            engine.store().snapshot();
            copy(directories.get(directories.size() - 1), to);
            StoreSettings settings = new StoreSettings(Tables.HEAP, EngineStore.tables(), RESOURCES);
            StoreFiles files = new StoreFiles(to, Durability.OS, SEGMENT_BYTES, BYTES_PER_SNAPSHOT);
            try (Store rebuilt = files.open(settings, clock)) {
                return rebuilt.stateHash();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(to);
        }
    }

    private Path next() {
        Path first = directories.get(0);
        return first.resolveSibling(first.getFileName() + "-" + directories.size());
    }

    @Override
    public void close() {
        engine.close();
        directories.forEach(ModelledEngine::delete);
    }

    private Engine opened() {
        EngineBuilder builder = Engine.builder()
                .testClock(clock)
                .ids(ids)
                .adminToken(ADMIN_TOKEN)
                .tables(tables)
                .maxResources(RESOURCES)
                .plan(Plan.perMinute("tiny", ModelQuota.QUOTAS.get("tiny")))
                .plan(Plan.PRO.withResourcesMax(PRO_RESOURCES_MAX));
        if (isDurable()) {
            builder.directory(directories.get(directories.size() - 1))
                    .durability(Durability.OS)
                    .files(SEGMENT_BYTES, BYTES_PER_SNAPSHOT);
        }
        return builder.open();
    }

    /** Copies files of an engine that runs: where one is renamed or deleted meanwhile, all are copied anew. */
    private static void copy(Path from, Path to) {
        while (true) {
            try (Stream<Path> files = Files.list(from)) {
                Files.createDirectories(to);
                for (Path file : files.toList()) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
                return;
            } catch (NoSuchFileException e) {
                delete(to);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
