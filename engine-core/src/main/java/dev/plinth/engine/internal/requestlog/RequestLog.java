package dev.plinth.engine.internal.requestlog;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.DeletedWorkspaces;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.list.Lists;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.store.Store;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The door of the room: the last requests of each workspace. It is bounded for each workspace and in all, and lost at a
 * restart. Thread-safe.
 *
 * <p>Each entry holds a place. A workspace with as many entries as it may have reuses its oldest place, without contact
 * to other workspaces. A log that still grows takes the place that was given out longest ago, and the owner of that
 * place loses its oldest entry. So a busy workspace never takes more than its share of the log from the others.
 */
public final class RequestLog {
    private static final Entity CAUSED = Entity.named("Caused")
            .with("events", Schema.list(Schema.id(IdKind.EVENT)))
            .with("jobs", Schema.list(Schema.id(IdKind.JOB)));

    /** The members of a request. */
    public static final Entity ENTITY = Entity.named("LoggedRequest")
            .with("id", Schema.id(IdKind.REQUEST))
            .with("method", Schema.TEXT)
            .with("route", Schema.TEXT)
            .with("path", Schema.TEXT)
            .with("status", Schema.WHOLE)
            .maybe("code", Schema.TEXT)
            .maybe("keyId", Schema.id(IdKind.KEY))
            .maybe("caller", Schema.oneOf(List.of("host")))
            .maybe("idempotencyKey", Schema.TEXT)
            .maybe("idempotency", Schema.oneOf(List.of("executed", "replayed", "mismatch", "in_use")))
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

    private final ConcurrentHashMap<Id, WorkspaceLog> logs = new ConcurrentHashMap<>();
    private final int placesMax;
    private volatile @Nullable AtomicReferenceArray<WorkspaceLog> places;
    private final AtomicLong given = new AtomicLong();

    /** Makes an empty log of the usual size. */
    public RequestLog() {
        this(Limits.REQUEST_LOG_ENTRIES_MAX);
    }

    RequestLog(int placesMax) {
        this.placesMax = placesMax;
    }

    /** Adds a request that is about to be answered. */
    public void add(Id workspace, LogEntry logEntry) {
        while (true) {
            WorkspaceLog log = logs.get(workspace);
            if (log == null) {
                log = logs.computeIfAbsent(
                        workspace, id -> new WorkspaceLog(id, logEntry.id().timeMillis()));
            }
            switch (log.add(logEntry)) {
                case REPLACING -> {
                    return;
                }
                case GROWING -> {
                    takePlace(log);
                    return;
                }
                case NOT -> logs.remove(workspace, log);
            }
        }
    }

    /** Has the requests of deleted workspaces forgotten. */
    public void register(Store store) {
        store.onCommitted((sequence, writes) -> {
            for (Changes.Write write : writes) {
                Id deleted = DeletedWorkspaces.added(write);
                if (deleted != null) {
                    forget(deleted);
                }
            }
        });
    }

    /** Forgets the requests of a workspace. */
    public void forget(Id workspace) {
        WorkspaceLog log = logs.remove(workspace);
        if (log != null) {
            log.end();
        }
    }

    /** Forgets all requests. */
    public void clear() {
        logs.keySet().forEach(this::forget);
    }

    /** Returns how many workspaces have entries. */
    public int workspaces() {
        return logs.size();
    }

    /** Lists the requests of the caller's workspace. */
    public Command.Query list(PageRequest request) {
        return context -> {
            WorkspaceLog log = logs.get(context.workspace());
            return Outcome.Done.ok(Lists.page(log == null ? NOTHING : log.items(), request));
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

    private void takePlace(WorkspaceLog log) {
        int place = (int) (given.getAndIncrement() % placesMax);
        WorkspaceLog before = places().getAndSet(place, log);
        if (before != null && before.dropOldest()) {
            logs.remove(before.workspace(), before);
        }
    }
}
