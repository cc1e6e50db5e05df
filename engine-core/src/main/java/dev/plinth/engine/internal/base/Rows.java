package dev.plinth.engine.internal.base;

import org.jspecify.annotations.Nullable;

/** Reads the store. An implementation remembers the highest sequence it has shown, because an answer waits for that. */
public interface Rows {
    /** Stands for "no such member". */
    long NONE = -1;

    /** The row under a key; null if there is none. Not to be changed. */
    byte @Nullable [] get(TableName table, byte[] key);

    /** The largest member of a set that is at most this number; {@link #NONE} if there is none. */
    long floor(SetKey set, long number);

    /** The smallest member of a set that is at least this number; {@link #NONE} if there is none. */
    long ceiling(SetKey set, long number);

    /** How many members a set has. */
    long size(SetKey set);

    /** The row that a number stands for; null if there is none. */
    byte @Nullable [] at(long number);

    /** The key of the row that a number stands for; null if there is none. */
    byte @Nullable [] keyAt(long number);
}
