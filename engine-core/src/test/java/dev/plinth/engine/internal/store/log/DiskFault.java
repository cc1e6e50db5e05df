package dev.plinth.engine.internal.store.log;

import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** In which ways an operation of a disk fails. */
public enum DiskFault {
    READ_ERROR("Input/output error", Operation.READ),
    WRITE_ERROR("Input/output error", Operation.WRITE),
    /** Nothing is written, or no file is made. */
    FULL("No space left on device", Operation.WRITE, Operation.NAME),
    /** Half of it is written. */
    SHORT_WRITE("No space left on device", Operation.WRITE),
    SYNC_ERROR("Input/output error", Operation.SYNC),
    SYNC_NAMES_ERROR("Input/output error", Operation.SYNC_NAMES),
    /** A file is not made, renamed or deleted. */
    NAME_ERROR("Input/output error", Operation.NAME);

    private final String message;
    private final Set<Operation> operations;

    DiskFault(String message, Operation... operations) {
        this.message = message;
        this.operations = Set.of(operations);
    }

    /** Kinds of operations. */
    public enum Operation {
        READ,
        WRITE,
        SYNC,
        NAME,
        SYNC_NAMES
    }

    /** Counts operations until one fails, or all from it on. */
    static final class Countdown {
        private @Nullable DiskFault fault;
        private long left;
        private boolean stays;
        private @Nullable Thread failedOn;

        void start(DiskFault kind, long number, boolean failsFromThenOn) {
            fault = kind;
            left = number;
            stays = failsFromThenOn;
        }

        @Nullable
        DiskFault fault() {
            return fault;
        }

        @Nullable
        Thread failedOn() {
            return failedOn;
        }

        void step(Operation operation) throws IOException {
            if (fault == null || !fault.operations.contains(operation)) {
                return;
            }
            left--;
            if (left == 0 || stays && left < 0) {
                failedOn = Thread.currentThread();
                throw new IOException(fault.message);
            }
        }
    }
}
