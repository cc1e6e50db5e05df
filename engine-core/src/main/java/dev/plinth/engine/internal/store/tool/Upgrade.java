package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.api.StoreReport;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.RowsCopy;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.upgrade.StoreFormat;
import dev.plinth.engine.internal.store.log.upgrade.UpgradedFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Converts the directory of an older format, and keeps its files. {@link UpgradedFiles} says in which steps. */
final class Upgrade {
    private final Disk disk;
    private final StoreSettings settings;
    private final Supplier<SecretCipher> cipher;
    private final long nowMillis;

    /** @param cipher the one of the store; asked only if rows have to be encrypted */
    Upgrade(Disk disk, StoreSettings settings, Supplier<SecretCipher> cipher, long nowMillis) {
        this.disk = disk;
        this.settings = settings;
        this.cipher = cipher;
        this.nowMillis = nowMillis;
    }

    /**
     * Converts the directory.
     *
     * @param isCheck true to read and convert everything and change nothing
     */
    StoreReport run(boolean isCheck) throws IOException {
        if (UpgradedFiles.areDecided(disk)) {
            if (isCheck) {
                return new StoreReport(true, List.of("would finish an interrupted upgrade; nothing was changed"));
            }
            UpgradedFiles.finish(disk);
            return new StoreReport(
                    true, List.of("finished an interrupted upgrade to format " + StoreFormat.CURRENT, kept()));
        }
        StoreNames names = StoreNames.of(disk);
        if (!StoreFormat.isOld(disk, names)) {
            StoreFormat.requireCurrent(disk, names);
            return new StoreReport(true, List.of("nothing to upgrade: the store is of format " + StoreFormat.CURRENT));
        }
        try (RowsCopy copy = RowsCopy.ofFormat1(disk, settings, new Format1Rows(cipher, nowMillis))) {
            List<String> lines = new ArrayList<>();
            lines.add("format " + StoreFormat.OLD + ": " + copy.rowCount() + " rows up to record " + copy.sequence());
            if (isCheck) {
                lines.add("would convert them to format " + StoreFormat.CURRENT + " and move "
                        + (names.snapshots().size() + names.segments().size()) + " files to " + UpgradedFiles.ASIDE
                        + "; nothing was changed");
                return new StoreReport(true, lines);
            }
            UpgradedFiles.discardUndecided(disk);
            write(copy, lastSegment(names) + 1);
            UpgradedFiles.finish(disk);
            lines.add("converted to format " + StoreFormat.CURRENT + ": all records up to " + copy.sequence());
            lines.add(kept());
            return new StoreReport(true, lines);
        }
    }

    /** Writes the new files. A full disk gets their room back if they were not decided for. */
    private void write(RowsCopy copy, long segment) throws IOException {
        try {
            copy.writeUpgradedTo(disk, segment);
        } catch (IOException | RuntimeException e) {
            try {
                UpgradedFiles.discardUndecided(disk);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private String kept() throws IOException {
        return "the old files are in " + String.join(" and ", UpgradedFiles.asides(disk))
                + "; delete them once the store serves";
    }

    private static long lastSegment(StoreNames names) {
        List<Long> segments = names.segments();
        return segments.isEmpty() ? 0 : segments.get(segments.size() - 1);
    }
}
