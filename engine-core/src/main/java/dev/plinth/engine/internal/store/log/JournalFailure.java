package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.base.FatalErrors;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Tells why a journal has ended. Only the failure of a disk counts as one. */
final class JournalFailure {
    private JournalFailure() {}

    /**
     * Returns true if the disk has failed or another process has taken it. Returns false for missing memory and for
     * bugs.
     */
    static boolean isTheDisks(Throwable e) {
        return (e instanceof IOException || e instanceof UncheckedIOException) && FatalErrors.noMemory(e) == null;
    }

    /** Tells of missing memory only, because everything else is tried again. */
    static void tellOfNoMemory(Journal.AppendListener listener, Throwable e) {
        if (FatalErrors.noMemory(e) != null) {
            listener.ended(SegmentPreparer.THREAD, e);
        }
    }

    /**
     * Returns the sentence for the log.
     *
     * @param ours true if no other process has the directory
     */
    static String sentence(Throwable e, boolean ours) {
        if (!isTheDisks(e)) {
            return "Could not write the journal, and not because of the disk; nothing is written any more. Restart.";
        }
        return ours
                ? "The disk failed to write the journal; nothing is written any more. Check the disk and restart."
                : "The journal has ended, because another process has got past the lock of the directory;"
                        + " nothing is written here any more. End one of the two.";
    }
}
