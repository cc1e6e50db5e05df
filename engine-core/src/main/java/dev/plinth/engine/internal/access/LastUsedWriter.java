package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Committer;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.timer.DueSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Writes the last uses of keys at most once a minute and at the end, so that no call pays for it. Each record has many
 * keys. A crash loses at most the last minute.
 */
public final class LastUsedWriter implements DueSource {
    private static final System.Logger LOG = Log.of(LastUsedWriter.class);
    private static final long INTERVAL_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static final int KEYS_PER_RECORD = 500;

    private final LastUsedTimes lastUsed;
    private final Committer committer;
    private volatile long nextMillis;

    /**
     * Makes a writer that writes these uses.
     *
     * @param nowMillis the engine's time, in epoch milliseconds
     */
    public LastUsedWriter(LastUsedTimes lastUsed, Committer committer, long nowMillis) {
        this.lastUsed = lastUsed;
        this.committer = committer;
        this.nextMillis = nowMillis + INTERVAL_MILLIS;
    }

    @Override
    public int number() {
        return 0;
    }

    @Override
    public boolean start(long number) {
        throw new IllegalStateException("Expected nothing of this source in the due index, but there is " + number);
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
    public boolean isBusy(long number) {
        return false;
    }

    /** Returns true, because nothing of this source is in the due index. */
    @Override
    public boolean isFull() {
        return true;
    }

    @Override
    public boolean awaitIdle(long timeoutMillis) {
        return true;
    }

    /**
     * Writes all uses that are not in a row yet. If the store refuses them, they are lost, because no call depends on
     * them.
     */
    public void writeAll() {
        List<LastUsedTimes.Use> all = lastUsed.takeUnwritten();
        try {
            for (int from = 0; from < all.size(); from += KEYS_PER_RECORD) {
                int to = Math.min(all.size(), from + KEYS_PER_RECORD);
                committer.commit(Caller.OPERATOR, LastUsedTimes.write(List.copyOf(all.subList(from, to))));
            }
        } catch (RefusedException refused) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The store refused to write the last uses of " + all.size() + " keys: "
                            + refused.refusal().detail());
        }
    }
}
