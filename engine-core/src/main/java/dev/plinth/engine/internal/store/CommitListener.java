package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Changes;
import java.util.List;

/** Learns of durable records. */
@FunctionalInterface
public interface CommitListener {
    /** Tells that a record is durable. Must be quick and must not write. */
    void committed(long sequence, List<Changes.Write> writes);
}
