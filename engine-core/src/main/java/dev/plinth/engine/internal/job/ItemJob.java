package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Outcome;

/** A job of items, each of which is one commit, so that a crash between two items repeats none. */
public interface ItemJob {
    /** Returns how many items there are. */
    int count();

    /**
     * Returns the change of an item. Called outside the writer lock. A thrown {@code RefusedException} becomes the item's
     * outcome.
     */
    Command.Change item(int index);

    byte[] render(int index, Outcome outcome);
}
