package dev.plinth.engine.internal.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.base.rows.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The time at which each key was used last: exact in memory, and coarse in rows that are written behind the calls.
 *
 * <p>A use is a plain store on the thread of its call. The writer collects unwritten uses once a minute. If more keys
 * are used in that time than it keeps, some uses are forgotten. Thread-safe.
 */
public final class LastUsedTimes {
    /** Keys of which something is kept in memory: one for each 4 KiB of the heap, of which it takes less than 1 KiB. */
    static final int KEYS_MAX =
            (int) Math.max(100_000, Math.min(1_000_000, Runtime.getRuntime().maxMemory() / 4096));

    private static final int ROW_VERSION = 1;

    private final Cache<Id, Use> byKey =
            Caffeine.newBuilder().maximumSize(KEYS_MAX).build();
    private volatile boolean unwritten;

    /** Begins without uses. */
    public LastUsedTimes() {}

    Use of(Id workspace, Id key) {
        return byKey.get(key, id -> new Use(workspace, id));
    }

    void note(Use use, long nowMillis) {
        use.at.lazySet(nowMillis);
        if (!unwritten) {
            unwritten = true;
        }
    }

    void forget() {
        byKey.invalidateAll();
    }

    /** Returns true if some uses may not be in a row yet. */
    boolean isUnwritten() {
        return unwritten;
    }

    /** Returns the uses that are not in a row yet, and counts them as written from now on. */
    List<Use> takeUnwritten() {
        unwritten = false;
        List<Use> uses = new ArrayList<>();
        for (Use use : byKey.asMap().values()) {
            long at = use.at.get();
            if (at > use.written) {
                use.written = at;
                uses.add(use);
            }
        }
        return uses;
    }

    /** Writes the last uses of keys. Deleted keys are left out. */
    static Command.Change write(List<Use> uses) {
        return context -> {
            Changes changes = new Changes();
            for (Use use : uses) {
                byte[] key = use.workspace.keyOf(use.key);
                if (context.rows().get(AccessTables.KEYS, key) != null && stored(context.rows(), key) < use.written) {
                    changes.put(
                            AccessTables.USES,
                            key,
                            new RowWriter(ROW_VERSION).number(use.written).row());
                }
            }
            return Decision.of(changes, Outcome.Done.ok(new byte[0]));
        };
    }

    /** Returns when a key was last used, in epoch milliseconds, or 0 if it never was. */
    long lastUsedAt(Rows rows, KeyRow key) {
        Use use = byKey.getIfPresent(key.id());
        return Math.max(stored(rows, key.key()), use == null ? 0 : use.at.get());
    }

    private static long stored(Rows rows, byte[] key) {
        byte[] row = rows.get(AccessTables.USES, key);
        return row == null ? 0 : new RowReader(row, ROW_VERSION).number();
    }

    /** The last use of one key, in epoch milliseconds. */
    static final class Use {
        private final Id workspace;
        private final Id key;
        private final AtomicLong at = new AtomicLong();
        private volatile long written;

        Use(Id workspace, Id key) {
            this.workspace = workspace;
            this.key = key;
        }
    }
}
