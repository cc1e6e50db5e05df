package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Outcome;

/** A job that consists of items, each of them one commit, so that a crash between two items repeats none. */
public interface ItemJob {
    /** How many items there are. */
    int count();

    /** What an item does; called outside the writer lock. May throw {@code Refused}: that is the item's outcome then. */
    Command.Change item(int index);

    /** How the outcome of an item is shown. */
    byte[] render(int index, Outcome outcome);

    /** Opens the job that an input describes. */
    @FunctionalInterface
    interface Opener {
        /** The job of an input. */
        ItemJob open(byte[] input);
    }
}
