package dev.plinth.engine.internal.host;

import dev.plinth.engine.api.Problem;
import dev.plinth.engine.inbox.InboxResult;
import dev.plinth.engine.inbox.InboxRow;
import dev.plinth.engine.inbox.InboxSession;
import dev.plinth.engine.inbox.RowName;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.HostFailure;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.command.ApplyRow;
import dev.plinth.engine.internal.idempotency.AppliedRows;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.wire.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Opens the sessions of inboxes during a reign. Thread-safe. */
public final class Inboxes {
    /** Refusals that are not of one row. */
    private static final Set<ProblemCode> ENGINE_WIDE = Set.of(
            ProblemCode.CAPACITY_EXHAUSTED,
            ProblemCode.SHUTTING_DOWN,
            ProblemCode.NOT_LEADER,
            ProblemCode.OUTCOME_UNKNOWN);

    /** The refusal of a row at which the engine fails, and would fail again. The rows behind it go on. */
    private static final Refusal FAILED = Refusal.of(
                    ProblemCode.INTERNAL_ERROR,
                    "The engine failed at this row, and would fail again; nothing was changed. Look into its log for the"
                            + " cause.")
            .notRetryable();

    private static final System.Logger LOG = Log.of(Inboxes.class);

    private final Store store;
    private final Commits commits;
    private final Access access;
    private final RequestDispatcher dispatcher;
    private final Wire wire;
    private final ProblemJson problems;
    private final Map<String, Session> open = new ConcurrentHashMap<>();

    public Inboxes(
            Store store,
            Commits commits,
            Access access,
            RequestDispatcher dispatcher,
            Wire wire,
            ProblemJson problems) {
        this.store = store;
        this.commits = commits;
        this.access = access;
        this.dispatcher = dispatcher;
        this.wire = wire;
        this.problems = problems;
    }

    public InboxSession open(String name) {
        Session session = new Session(name);
        if (open.putIfAbsent(name, session) != null) {
            throw new IllegalStateException("Inbox " + Quoted.of(name)
                    + " has an open session in this engine already. Close that one, or give this inbox another name.");
        }
        return session;
    }

    /** A session of one inbox. */
    private final class Session implements InboxSession {
        private final String name;
        private final byte[] key;
        private Set<RowName> gone = Set.of();
        private boolean closed;

        Session(String name) {
            this.name = name;
            this.key = AppliedRows.key(name);
        }

        @Override
        public synchronized List<RowName> remembered() {
            checkOpen();
            List<RowName> names = new ArrayList<>(inside(() -> AppliedRows.list(store.viewToAct(), key)));
            names.removeAll(gone);
            return names;
        }

        @Override
        public synchronized List<InboxResult> apply(List<InboxRow> rows, Set<String> held) {
            Objects.requireNonNull(rows, "rows must not be null.");
            Objects.requireNonNull(held, "held must not be null.");
            int known = remembered().size();
            if (known + rows.size() > REMEMBERED_MAX) {
                throw new IllegalStateException("An inbox may have " + REMEMBERED_MAX
                        + " rows that are remembered, got " + (known + rows.size())
                        + ". Delete applied rows from the database, and call forget.");
            }
            return inside(() -> applyEach(rows, held));
        }

        private List<InboxResult> applyEach(List<InboxRow> rows, Set<String> held) {
            return commits.inSeries(commit -> {
                List<InboxResult> results = new ArrayList<>(rows.size());
                for (InboxRow row : rows) {
                    InboxResult result = apply(commit, row, held);
                    if (!result.hasHappened()) {
                        held.addAll(result.resources());
                    }
                    results.add(result);
                }
                return results;
            });
        }

        private InboxResult apply(BiFunction<Caller, Command.Change, Outcome> commit, InboxRow row, Set<String> held) {
            List<String> resources = List.of();
            try {
                Id workspace = Id.parse(IdKind.WORKSPACE, row.workspaceId());
                if (workspace == null) {
                    throw new RefusedException(Refusal.notFound());
                }
                checkVersion(row);
                ApplyRow.Body body = wire.inboxBody(row.body().getBytes(StandardCharsets.UTF_8));
                resources = List.copyOf(body.resources());
                if (resources.stream().anyMatch(held::contains)) {
                    return InboxResult.of(InboxResult.Fate.WAITING, resources);
                }
                ApplyRow command = new ApplyRow(key, row.name(), gone, body, author(workspace));
                Outcome outcome = commit.apply(Caller.engineFor(workspace), command);
                if (outcome instanceof Outcome.Refused refused) {
                    throw new RefusedException(refused.refusal());
                }
                boolean isNew = outcome != ApplyRow.BEFORE;
                return InboxResult.of(isNew ? InboxResult.Fate.APPLIED : InboxResult.Fate.APPLIED_BEFORE, resources);
            } catch (RefusedException refused) {
                if (ENGINE_WIDE.contains(refused.refusal().code())) {
                    throw refused;
                }
                return InboxResult.refused(problem(refused.refusal()), resources);
            } catch (RuntimeException met) {
                if (!HostFailure.comesAgain(met)) {
                    throw met;
                }
                LOG.log(System.Logger.Level.ERROR, "The engine failed at row " + row.name() + " of inbox " + name, met);
                return InboxResult.refused(problem(FAILED), resources);
            }
        }

        @Override
        public synchronized void forget() {
            checkOpen();
            gone = new HashSet<>(inside(() -> AppliedRows.list(store.viewToAct(), key)));
        }

        @Override
        public synchronized void close() {
            closed = true;
            boolean unused = open.remove(name, this);
        }

        private void checkOpen() {
            if (closed) {
                throw new IllegalStateException(
                        "The session of inbox " + Quoted.of(name) + " is closed. Open a new one.");
            }
        }
    }

    private static void checkVersion(InboxRow row) {
        if (row.version() != InboxRow.VERSION) {
            throw RefusedException.of(
                    ProblemCode.VALIDATION_FAILED,
                    "The version of the row must be " + InboxRow.VERSION + ", got " + row.version()
                            + ". A newer release has written it: upgrade this engine, and send the row again.");
        }
    }

    private UnaryOperator<Context> author(Id workspace) {
        return context -> {
            Access.checkActive(context.rows(), workspace);
            return context.as(access.authenticateHost(workspace, context.rows()));
        };
    }

    private Problem problem(Refusal refusal) {
        return IdempotentWork.exception(problems, refusal, dispatcher.newRequestId(), refusal.retryable())
                .problem();
    }

    /** Runs work as one call of the engine, whose refusals reach the host as exceptions. */
    private <T> T inside(Supplier<T> work) {
        try {
            return dispatcher.inside(work);
        } catch (RefusedException refused) {
            Refusal refusal = refused.refusal();
            throw IdempotentWork.exception(problems, refusal, dispatcher.newRequestId(), refusal.retryable());
        }
    }
}
