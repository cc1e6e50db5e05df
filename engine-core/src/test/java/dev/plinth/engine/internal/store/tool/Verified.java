package dev.plinth.engine.internal.store.tool;

import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.store.log.StoreNames;
import dev.plinth.engine.internal.store.log.disk.Disk;
import java.io.IOException;
import java.util.List;

/** Verifies disks, for tests outside of this package. */
public final class Verified {
    private Verified() {}

    /** Returns the damages of a disk that no store opens, or none if one opens it. */
    public static List<String> damagesOf(Disk disk, List<TableName<?>> tables) throws IOException {
        Verification.Found found = Verification.of(disk, StoreNames.of(disk), tables);
        return found.opens() ? List.of() : found.damages();
    }
}
