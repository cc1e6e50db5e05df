package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.IoFailure;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The door of the room: the last requests of each workspace. It is bounded for each workspace and in all, and lost at a
 * restart unless it is kept in files. Thread-safe.
 *
 * <p>Each entry needs a place of {@code Limits.REQUEST_LOG_PLACE_BYTES}, or several. A workspace with as many entries as
 * it may have reuses its own places, without contact to other workspaces. A log that still grows takes the place that
 * was given out longest ago, and the owner of that place loses its oldest entry. So a busy workspace never takes more
 * than its share of the log from the others, and the memory of the whole log is bounded.
 */
public final class RequestLog {
    /** The folder of the files in the directory of the engine. */
    private static final String FOLDER = "requests";

    /** Steps of the order of evaluation. */
    private static final int STEPS = 14;

    private static final Entity CAUSED = Entity.named("Caused")
            .with("events", Schema.list(Schema.id(IdKind.EVENT)))
            .with("jobs", Schema.list(Schema.id(IdKind.JOB)));

    private static final Entity ERROR = Entity.named("LoggedError")
            .maybe("pointer", Schema.TEXT)
            .maybe("parameter", Schema.TEXT)
            .with("code", Schema.TEXT)
            .with("detail", Schema.TEXT);

    /** The members of a request. */
    public static final Entity ENTITY = Entity.named("LoggedRequest")
            .with("id", Schema.id(IdKind.REQUEST))
            .with("method", Schema.TEXT)
            .with("route", Schema.TEXT)
            .with("path", Schema.TEXT)
            .with("status", Schema.WHOLE)
            .with("step", Schema.whole(1, STEPS))
            .maybe("code", Schema.TEXT)
            .maybe("detail", Schema.TEXT)
            .maybe("errors", Schema.list(1, Limits.REQUEST_LOG_ERRORS_MAX, Schema.of(ERROR)))
            .maybe("policy", Schema.TEXT)
            .maybe("keyId", Schema.id(IdKind.KEY))
            .maybe("caller", Schema.oneOf(List.of("host")))
            .maybe("node", Schema.TEXT)
            .maybe("idempotencyKey", Schema.TEXT)
            .maybe("idempotency", Schema.oneOf(Schema.words(LoggedRequest.KeyUse.values())))
            .with("units", Schema.WHOLE)
            .with("durationMicros", Schema.WHOLE)
            .with("createdAt", Schema.TIME)
            .with("caused", Schema.of(CAUSED));

    private static final Lists.Items NOTHING = new Lists.Items() {
        @Override
        public long next(long edge) {
            return Rows.NONE;
        }

        @Override
        public byte[] item(long number) {
            return new byte[0];
        }
    };

    private final InternedTexts texts = new InternedTexts();
    private final ConcurrentHashMap<Id, WorkspaceLog> logs = new ConcurrentHashMap<>();
    private final int placesMax;
    private volatile @Nullable RequestFiles files;
    private volatile @Nullable AtomicReferenceArray<WorkspaceLog> places;
    private final AtomicLong given = new AtomicLong();

    /** Makes an empty log of at most so many places. A request takes one, or several if it is long. */
    public RequestLog(int placesMax) {
        this.placesMax = placesMax;
    }

    /**
     * Keeps the requests in files too, from now on, and shows those that the files have.
     *
     * @param directory the directory of the engine, if it has one
     * @param bytesMax the most bytes of all files; 0 for no files
     * @param isThere tells whether a workspace exists
     * @throws IllegalStateException if the files cannot be made or read
     */
    public void keepIn(Optional<Path> directory, long bytesMax, Predicate<Id> isThere) {
        if (directory.isEmpty() || bytesMax == 0) {
            return;
        }
        Path folder = directory.get().resolve(FOLDER);
        try {
            RequestFiles kept = new RequestFiles(texts, folder, bytesMax);
            kept.forEachLine(Limits.REQUEST_LOG_READ_BYTES_MAX, line -> RequestLine.addTo(this, line, isThere));
            kept.start();
            files = kept;
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The request log in " + folder + " cannot be made or read: " + IoFailure.reason(e)
                            + ". Check its owner and permissions, or open without it.",
                    e);
        }
    }

    /**
     * Writes what was added to the files and ends them.
     *
     * @param millis the real time that a slow disk gets, at most {@link Limits#REQUEST_LOG_DRAIN_SECONDS}
     */
    public void close(long millis) {
        RequestFiles kept = files;
        files = null;
        try {
            if (kept != null) {
                kept.close(Math.min(millis, TimeUnit.SECONDS.toMillis(Limits.REQUEST_LOG_DRAIN_SECONDS)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins an entry on this thread, to be completed and added at once. */
    public EntryWriter entry(Id request) {
        return new EntryWriter(texts, request);
    }

    /** Adds a request that is about to be answered. */
    public void add(Id workspace, EntryWriter entry) {
        RequestFiles kept = files;
        if (kept != null) {
            kept.add(workspace, entry.copy());
        }
        remember(workspace, entry);
    }

    /** Adds units that a request took after it was added, in memory alone. */
    public void addUnits(Id workspace, Id request, int units) {
        WorkspaceLog log = logs.get(workspace);
        if (log != null) {
            log.addUnits(request, units);
        }
    }

    /** Adds a request to the memory alone. */
    void remember(Id workspace, EntryWriter entry) {
        while (true) {
            WorkspaceLog log = logs.get(workspace);
            if (log == null) {
                log = logs.computeIfAbsent(
                        workspace, id -> new WorkspaceLog(texts, id, entry.id().timeMillis()));
            }
            int lacking = log.add(entry);
            if (lacking >= 0) {
                takePlaces(log, lacking);
                return;
            }
            logs.remove(workspace, log);
        }
    }

    /** Has the requests of deleted workspaces forgotten. */
    public void register(Store store) {
        store.onCommitted((sequence, writes) -> DeletedWorkspaces.added(writes, this::forget));
    }

    public void forget(Id workspace) {
        WorkspaceLog log = logs.remove(workspace);
        if (log != null) {
            log.end();
        }
    }

    /** Forgets all requests, those in files too. */
    public void clear() {
        logs.keySet().forEach(this::forget);
        RequestFiles kept = files;
        if (kept != null) {
            kept.clear();
        }
    }

    /** Returns how many workspaces have entries. */
    public int workspaces() {
        return logs.size();
    }

    /** Returns the bytes of memory that the entries take, for tests. */
    long memoryBytes() {
        return logs.values().stream().mapToLong(WorkspaceLog::memoryBytes).sum();
    }

    /** Lists the requests of the caller's workspace that a filter accepts. */
    public Command.Query list(PageRequest request, RequestFilter filter) {
        return context -> {
            WorkspaceLog log = logs.get(context.workspace());
            return Outcome.Done.ok(Lists.page(log == null ? NOTHING : log.items(filter), request));
        };
    }

    /** Shows a request of the caller's workspace. */
    public Command.Query get(Id id) {
        return context -> {
            WorkspaceLog log = logs.get(context.workspace());
            LogEntry logEntry = log == null ? null : log.find(id);
            if (logEntry == null) {
                throw new RefusedException(Refusal.notFound());
            }
            return Outcome.Done.ok(logEntry.json());
        };
    }

    /** Makes the places with the first entry, because an engine that is opened for one test may never need them. */
    private AtomicReferenceArray<WorkspaceLog> places() {
        AtomicReferenceArray<WorkspaceLog> made = places;
        return made == null ? makePlaces() : made;
    }

    private synchronized AtomicReferenceArray<WorkspaceLog> makePlaces() {
        AtomicReferenceArray<WorkspaceLog> made = places;
        if (made == null) {
            made = new AtomicReferenceArray<>(placesMax);
            places = made;
        }
        return made;
    }

    private void takePlaces(WorkspaceLog log, int count) {
        for (int i = 0; i < count; i++) {
            int place = (int) (given.getAndIncrement() % placesMax);
            WorkspaceLog before = places().getAndSet(place, log);
            if (before != null && before.dropPlace()) {
                logs.remove(before.workspace(), before);
            }
        }
    }
}
