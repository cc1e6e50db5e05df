package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.Limits;
import java.util.HashMap;
import java.util.Map;

/**
 * Divides places among independent holders. The fewer places are free, the fewer a holder may have.
 *
 * <p>If {@code f} of {@code p} places are free, a holder may have {@code f² / (8 p)}, at least one. So a holder that is
 * alone may have an eighth. Many greedy holders settle at the same number each, and places stay free for new holders:
 * {@code p / (1 + n / 8)} after {@code n} greedy ones. That holds even if none of them has given anything back yet. A
 * fixed number for each would be too small for one holder or too large for many (dynamic thresholds, Choudhury and
 * Hahne, 1998). Not thread-safe.
 *
 * @param <H> the kind of holder
 */
public final class FairShares<H> {
    private final Map<H, Integer> held = new HashMap<>();
    private int places;
    private final int perHolderMax;
    private int free;

    /**
     * Makes shares of free places.
     *
     * @param perHolderMax the most places of one holder, however many are free
     */
    public FairShares(int places, int perHolderMax) {
        this.places = places;
        this.perHolderMax = perHolderMax;
        this.free = places;
    }

    /** Sets the places from now on. Taken ones stay taken. */
    public void resize(int number) {
        free += number - places;
        places = number;
    }

    /** Returns how many places a holder may have now. */
    public int most() {
        if (free <= 0) {
            return 0;
        }
        long parts = (long) places * Limits.SHARE_PARTS;
        long part = ((long) free * free + parts - 1) / parts;
        return (int) Math.min(perHolderMax, part);
    }

    /** Returns true if a holder may take one more. */
    public boolean isFree(H holder) {
        return held(holder) < most();
    }

    /** Takes places for a holder, even beyond its share, because an attempt may turn out to need more than one. */
    public void take(H holder, int count) {
        held.merge(holder, count, Integer::sum);
        free -= count;
    }

    /** Gives places back. */
    public void giveBack(H holder, int count) {
        held.computeIfPresent(holder, (same, had) -> had <= count ? null : had - count);
        free += count;
    }

    /** Returns how many places a holder has. */
    public int held(H holder) {
        return held.getOrDefault(holder, 0);
    }
}
