package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.RowTranslation;
import dev.plinth.engine.internal.base.rows.Rows;
import java.util.Arrays;

/**
 * The list numbers of a workspace's rows in order. The position of a row is its place among them, from 1. So a file
 * does not tell how much other workspaces have written. Not thread-safe.
 */
final class Positions implements RowTranslation {
    private final SecretCipher cipher;
    private final long last;
    private final Numbers numbers = new Numbers();
    private final Numbers later = new Numbers();

    /**
     * Makes positions without numbers.
     *
     * @param cipher opens the secrets of the store
     * @param last the last number that was used before the rows are read. Rows with later numbers come last
     */
    Positions(SecretCipher cipher, long last) {
        this.cipher = cipher;
        this.last = last;
    }

    /** Adds the number of a row, unless it has none or came later. */
    void add(long number) {
        if (number != Rows.NONE && number <= last) {
            numbers.add(number);
        }
    }

    /** Ends the numbers of the first reading. */
    void endFirst() {
        numbers.sort();
    }

    /** Returns true if a row of the second reading can be written: it has no number, or one of the first reading. */
    boolean has(long number) {
        return number == Rows.NONE || numbers.contains(number);
    }

    /** Adds the number of a row that came later, once its end is known. */
    void addLater(long number) {
        if (number != Rows.NONE && number > last) {
            later.add(number);
        }
    }

    /** Ends the numbers of rows that came later. They follow the others. */
    void endLater() {
        later.sort();
        for (int i = 0; i < later.size(); i++) {
            numbers.add(later.at(i));
        }
        numbers.sort();
    }

    /** Returns how many positions there are. */
    long count() {
        return numbers.size();
    }

    @Override
    public long number(long number) {
        int place = numbers.placeOf(number);
        if (place < 0) {
            throw new IllegalStateException("The workspace changed too much while it was exported. Export it again.");
        }
        return place + 1L;
    }

    @Override
    public long atMost(long number) {
        int place = numbers.placeOf(number);
        return number < 0 ? number : place < 0 ? -place - 1L : place + 1L;
    }

    @Override
    public long atLeast(long number) {
        int place = numbers.placeOf(number);
        return place < 0 ? -place : place + 1L;
    }

    @Override
    public byte[] secret(byte[] secret, byte[] owner) {
        return cipher.open(secret, owner);
    }

    /** A list of numbers that grows. */
    static final class Numbers {
        private static final int AT_FIRST = 1024;

        private long[] all = new long[AT_FIRST];
        private int size;

        void add(long number) {
            if (size == all.length) {
                all = Arrays.copyOf(all, 2 * size);
            }
            all[size++] = number;
        }

        void sort() {
            Arrays.sort(all, 0, size);
        }

        int size() {
            return size;
        }

        long at(int place) {
            return all[place];
        }

        boolean contains(long number) {
            return placeOf(number) >= 0;
        }

        /** Returns the place in the sorted list; if it is not there, minus the place it would have, minus 1. */
        int placeOf(long number) {
            return Arrays.binarySearch(all, 0, size, number);
        }
    }
}
