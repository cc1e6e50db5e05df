package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Committer;
import dev.plinth.engine.internal.timer.WriteBehind;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Writes the last uses of keys at most once a minute and at the end, so that no call pays for it. Each record has many
 * keys. A crash loses at most the last minute.
 */
public final class LastUsedWriter extends WriteBehind<LastUsedTimes.Use> {
    private static final long INTERVAL_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static final int KEYS_PER_RECORD = 500;

    private final LastUsedTimes lastUsed;
    private volatile long nextMillis;

    /**
     * Makes a writer that writes these uses.
     *
     * @param nowMillis the engine's time, in epoch milliseconds
     */
    public LastUsedWriter(LastUsedTimes lastUsed, Committer committer, long nowMillis) {
        super(committer, KEYS_PER_RECORD);
        this.lastUsed = lastUsed;
        this.nextMillis = nowMillis + INTERVAL_MILLIS;
    }

    @Override
    public boolean startReady(long nowMillis) {
        if (nowMillis >= nextMillis) {
            nextMillis = nowMillis + INTERVAL_MILLIS;
            writeAll();
        }
        return true;
    }

    @Override
    public long nextReadyMillis() {
        return lastUsed.isUnwritten() ? nextMillis : Long.MAX_VALUE;
    }

    @Override
    protected Command.Change change(List<LastUsedTimes.Use> uses) {
        return LastUsedTimes.write(uses);
    }

    @Override
    protected String named(int count) {
        return "the last uses of " + count + " keys";
    }

    /** Writes all uses that are not in a row yet. */
    public void writeAll() {
        write(lastUsed.takeUnwritten());
    }
}
