package dev.plinth.engine.log;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A log for the records of one cell, which several nodes share. One node reigns and appends, all others follow. A
 * position in the log is the sequence of a record, counted from 1 without gaps.
 *
 * <p>A log promises four things, and {@code SharedLogContract} of the testkit checks them:
 * <ul>
 * <li>Once {@link #reign} has returned, no append of an earlier reign succeeds any more.
 * <li>A batch that was reported durable is read by every later reign, at its place.
 * <li>Batches are in the order of their appends. No batch is there twice.
 * <li>A batch is read whole or not at all, with the bytes that were appended.
 * </ul>
 *
 * <p>It need not check that batches follow each other. The engine does so on each reading, by position, epoch and
 * checksums.
 *
 * <p>Thread-safe. {@link #append}, {@link #resolve} and {@link #beat} of a reign are called by one thread at a time.
 */
public interface SharedLog extends AutoCloseable {
    /** Returns the id of the log, which no other log has and which never changes. Snapshots carry it. */
    UUID id();

    /** Returns the number of the cell whose records are in this log, 0 or higher. It never changes. */
    int cell();

    /** Returns true if durable batches survive the end of all processes and a power cut. False for a log in memory. */
    boolean isPersistent();

    /**
     * Announces a node before it follows or leads, so that no other process has its id. Waits a while for the remains of an
     * earlier process with this id.
     *
     * @throws IllegalStateException if another process with this id lives; one sentence says so and what to do
     * @throws IOException if the log cannot tell
     */
    default void join(Node me) throws IOException {}

    /**
     * Begins a reign if no other node's lease lives. It fences all earlier reigns before it returns.
     *
     * @param me the node that wants to reign
     * @return the reign; empty while another node has a lease
     * @throws IOException if the log cannot tell; then no reign has begun that would keep other nodes out for long
     */
    Optional<Reign> reign(Node me) throws IOException;

    /**
     * Appends a batch, and returns once its fate is known or the log gives up. An append also says that everything
     * before the batch is durable. If it succeeds, it extends the lease. {@link #beat} does both too. A failure is
     * {@link Fate#UNKNOWN} and no exception. After a fate other than durable, the reign appends nothing more. A log that
     * may lose records checks that it still has the one before the batch. If not, it ends the reign.
     *
     * @param batch begins right after the last one of this reign or, if it is the first one, after the end that
     *     {@link #read} has shown
     */
    Fate append(Reign reign, Batch batch);

    /**
     * Waits until the fate of an unknown batch is certain, as long as the log finds reasonable. Afterwards the reign
     * goes on only if the batch is durable.
     *
     * @param first the position at which the batch begins
     * @return the fate; {@link Fate#UNKNOWN} if it still is, or if the batch may be among those that were deleted
     */
    Fate resolve(Reign reign, long first);

    /**
     * Extends the lease of a reign, and tells followers how far the log is durable.
     *
     * @param durable the position of the last durable record; 0 if there is none
     * @return false if the reign has certainly ended
     */
    boolean beat(Reign reign, long durable);

    /**
     * Returns the time by the log's own clock, as far as the last {@link #beat} of this node tells. Does not wait. The engine's
     * time goes by it for as long as the reign lasts.
     *
     * @return the time now; empty if the log has no clock, or has not been asked for some time
     */
    default Optional<Instant> time() {
        return Optional.empty();
    }

    /**
     * Asks whether this reign was still the last one after the question began. If so, no other node had acknowledged
     * anything before. The engine asks once for all calls that wait, one question at a time.
     *
     * @return false if another reign has begun, or the log cannot tell
     */
    boolean confirm(Reign reign);

    /** Ends a reign, so that another node need not wait for the end of its lease. Does nothing if it has ended. */
    void resign(Reign reign);

    /**
     * Reads to the very end, for a node that has begun to reign and has not appended yet. All returned batches are
     * durable.
     *
     * @param after the position after which to read, 0 or higher
     * @param bytesMax bytes of frames at which to stop; at least one batch is returned if there is one, and all that fit
     * @return batches in order; empty at the end of the log. They begin later than asked if the earlier ones are
     *     truncated
     * @throws IOException if the log fails, or the reign has ended
     */
    List<Batch> read(Reign reign, long after, int bytesMax) throws IOException;

    /**
     * Reads for a follower: only batches up to the position that a leader has named as durable. Waits a moment if there
     * is none. A log that was opened read-only follows to the very end.
     *
     * @param after the position after which to read, 0 or higher
     * @param bytesMax bytes of frames at which to stop; at least one batch is returned if there is one, and all that fit
     * @return batches in order; empty if none came in that moment. They begin later than asked if the earlier ones are
     *     truncated
     * @throws IOException if the log fails
     */
    List<Batch> follow(long after, int bytesMax) throws IOException;

    /**
     * Tells whether the log has a record that it once had. A database loses records if it fails over to a server without
     * them, or if an old copy of it is restored. A node that has such a record makes its rows anew.
     *
     * @param position the last position of a batch that was durable, or of a snapshot
     * @param crc CRC-32C of that record
     * @return true if the record is there, or was truncated; false if it is lost, or another one is in its place
     * @throws IOException if the log fails
     */
    boolean has(long position, int crc) throws IOException;

    /**
     * Returns the node that reigns, if there is one.
     *
     * @throws IOException if the log cannot tell
     */
    Optional<Leader> leader() throws IOException;

    /** Returns the snapshots of this log. */
    SnapshotStore snapshots();

    /**
     * Writes the first snapshot of an empty log, for a reign that has appended nothing. The first batch of the reign
     * follows it.
     * The snapshot is complete and durable on return, and otherwise no node sees any of it.
     *
     * @param position the last record that is in it, 1 or higher
     * @throws IOException if the log is not empty, the reign has ended, or the log or the content fails
     */
    void importSnapshot(Reign reign, long position, SnapshotStore.Content content) throws IOException;

    /**
     * Deletes the batches that end at a position or before it.
     *
     * @param position not after the second newest snapshot, so that two ways to the rows are left
     * @throws IllegalArgumentException if fewer than two snapshots are at the position or after it
     * @throws IOException if the log fails
     */
    void truncate(long position) throws IOException;

    /**
     * Closes the connection of this node to the log. The log itself stays. Calls that wait end, as if the log were out of
     * reach, and so do later ones. May be called beside other calls, and again.
     */
    @Override
    void close();
}
