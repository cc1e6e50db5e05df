package dev.plinth.engine.log.postgres;

import dev.plinth.engine.log.Batch;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.SnapshotStore;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A shared log in a PostgreSQL database with a synchronous standby. A batch is durable once primary and standby have it.
 *
 * <p>It takes up to three connections from the data source and keeps them until {@link #close}, and another one while a
 * snapshot is written or read. They must be sessions of the server, so a pooler may pool sessions and not transactions.
 * A firewall between must not forget connections that are silent for some seconds.
 *
 * <p>Without a standby an append waits, and the log is read as before. Nothing becomes less durable by itself.
 *
 * <p>Thread-safe. An instance is the connection of one node.
 */
public final class PostgresLog implements SharedLog {
    private static final System.Logger LOG = System.getLogger(PostgresLog.class.getName());
    private static final Duration BEAT_MAX = Duration.ofMillis(100);
    private static final Duration TIMEOUT_MIN = Duration.ofSeconds(2);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
    private static final int BEATS_PER_LEASE = 3;
    private static final String THREAD = "plinth-log-watch";

    private final ServerCheck check;
    private final Cell cell;
    private final Duration lease;
    private final Session primary;
    private final Session side;
    private final Session reading;
    private final BatchTables tables;
    private final TableRotation rotation;
    private final CurrentReign current = new CurrentReign();
    private final NodeLock nodeLock;
    private final NodeTable nodes;
    private final Reigns reigns;
    private final Appends appends;
    private final Beats beats;
    private final Tail tail;
    private final PostgresSnapshots snapshots;
    private final ScheduledExecutorService watching;
    private final Pause pause = new Pause();

    /**
     * The times of a log.
     *
     * @param lease how long a leader may be silent
     * @param nodePatience how long another holder of a node's id is tolerated
     */
    record Times(Duration lease, Duration nodePatience) {}

    PostgresLog(
            DataSource source, ServerCheck check, SessionSettings settings, Cell cell, Times times, long tableBytes) {
        this.check = check;
        this.cell = cell;
        this.lease = times.lease();
        Duration timeout = lease.compareTo(TIMEOUT_MIN) > 0 ? lease : TIMEOUT_MIN;
        this.primary = new Session(source, check, settings, Duration.ZERO);
        this.side = new Session(source, check, settings, timeout);
        this.reading = new Session(source, check, settings, READ_TIMEOUT);
        this.tables = new BatchTables(cell, check.standbys());
        this.rotation = new TableRotation(tables, tableBytes);
        this.nodeLock = new NodeLock(cell, times.nodePatience());
        this.nodes = new NodeTable(cell);
        this.reigns = new Reigns(cell, lease, nodeLock, current, check.standbys());
        this.watching = Executors.newSingleThreadScheduledExecutor(PostgresLog::daemon);
        this.beats = new Beats(cell, primary, side, nodeLock, current, watching);
        this.appends = new Appends(primary, tables, rotation, reigns, beats, lease, pause);
        this.tail = new Tail(reading, tables, check.isReading(), pause);
        this.snapshots = new PostgresSnapshots(source, check, settings, cell);
        SessionWatch watch = new SessionWatch(primary, side, beats, lease);
        watching.scheduleWithFixedDelay(
                watch::look, watch.interval().toNanos(), watch.interval().toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Begins the choices of a log.
     *
     * @param source gives connections to the primary, as a user with the rights to create the tables of the log or to own them
     */
    public static PostgresLogBuilder of(DataSource source) {
        return new PostgresLogBuilder(source);
    }

    @Override
    public UUID id() {
        return cell.id();
    }

    @Override
    public int cell() {
        return cell.number();
    }

    @Override
    public boolean isPersistent() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if another process has the id, as {@link #reign} does
     */
    @Override
    public void join(Node me) throws IOException {
        requireWriting();
        try {
            new NodeJoin(primary, nodeLock, pause).await(me);
            reading.run(connection -> {
                nodes.join(connection, me);
                return null;
            });
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if another process that lives has had the id of this node for 15 s
     */
    @Override
    public Optional<Reign> reign(Node me) throws IOException {
        requireWriting();
        try {
            return primary.run(connection -> {
                Optional<Reigns.Begun> begun = reigns.begin(connection, me);
                if (begun.isPresent()) {
                    rotation.begin(connection);
                } else if (reigns.isLeaderGone()) {
                    tail.lookSoon();
                }
                return begun.map(now -> new Reign(now.epoch(), me, beat(), Optional.of(now.time())));
            });
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    @Override
    public Fate append(Reign reign, Batch batch) {
        return appends.append(batch);
    }

    @Override
    public Fate resolve(Reign reign, long first) {
        return appends.resolve(reign.epoch(), first);
    }

    @Override
    public boolean beat(Reign reign, long durable) {
        return beats.beat(reign.epoch(), durable);
    }

    @Override
    public Optional<Instant> time() {
        return beats.time();
    }

    @Override
    public boolean confirm(Reign reign) {
        try {
            return twice(side, connection -> reigns.isLast(connection, reign.epoch()));
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void resign(Reign reign) {
        try {
            primary.run(connection -> {
                beats.sendLast(connection, reign.epoch());
                reigns.resign(connection, reign.epoch());
                return null;
            });
        } catch (SQLException e) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "Could not resign: " + e.getMessage() + "; another node takes over when the lease ends");
        }
    }

    @Override
    public List<Batch> read(Reign reign, long after, int bytesMax) throws IOException {
        try {
            return reading.run(connection -> {
                List<Batch> found = tables.read(connection, after, bytesMax);
                if (!reigns.isLast(connection, reign.epoch())) {
                    // A failure gives the connection up, which may be to a server that is no primary any more.
                    throw new SQLException("another reign has begun after that of epoch " + reign.epoch());
                }
                return found;
            });
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    @Override
    public List<Batch> follow(long after, int bytesMax) throws IOException {
        if (nodes.isDue()) {
            nodes.record(reading, after);
        }
        return tail.follow(after, bytesMax);
    }

    @Override
    public boolean has(long position, int crc) throws IOException {
        try {
            return reading.run(connection -> tables.hasRecord(connection, position, crc));
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    @Override
    public Optional<Leader> leader() throws IOException {
        try {
            return reading.run(reigns::leader);
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    @Override
    public SnapshotStore snapshots() {
        return snapshots;
    }

    @Override
    public void importSnapshot(Reign reign, long position, SnapshotStore.Content content) throws IOException {
        snapshots.writeFirst(reign.epoch(), tables, position, content);
    }

    @Override
    public void truncate(long position) throws IOException {
        List<Long> positions = snapshots.positions();
        if (positions.size() < 2 || positions.get(1) < position) {
            throw new IllegalArgumentException("Two snapshots must be at position " + position
                    + " or after it, but there are those at " + positions + ". Write snapshots first.");
        }
        try {
            twice(reading, connection -> {
                tables.truncate(connection, position);
                return null;
            });
        } catch (SQLException e) {
            throw SqlStates.asIo(e);
        }
    }

    @Override
    public void close() {
        pause.close();
        watching.shutdownNow();
        primary.close();
        side.close();
        reading.close();
        snapshots.close();
    }

    /** Runs work, and once more on a new connection if it fails. The first one may have ended while it was idle. */
    private static <T extends @Nullable Object> T twice(Session session, Session.Work<T> work) throws SQLException {
        try {
            return session.run(work);
        } catch (SQLException first) {
            return session.run(work);
        }
    }

    private void requireWriting() {
        if (check.isReading()) {
            throw new IllegalStateException("The log of cell " + cell.name()
                    + " was opened to be read. Open it with PostgresLogBuilder.cell for a node.");
        }
    }

    private Duration beat() {
        Duration part = lease.dividedBy(BEATS_PER_LEASE);
        return part.compareTo(BEAT_MAX) < 0 ? part : BEAT_MAX;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, THREAD);
        thread.setDaemon(true);
        return thread;
    }
}
