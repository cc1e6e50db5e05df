package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.ReserveAccess;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The commands of workers outside of this JVM. A worker takes a lease of a job and sends its token with every report on
 * the job. The lease is in the job's row, so it outlives a restart. A worker that has lost its lease is refused.
 */
public final class Leases {
    private static final Entity LEASED_JOB = Jobs.ENTITY
            .renamed("LeasedJob")
            .with("input", Schema.ANY)
            .with("leaseToken", Schema.TEXT)
            .with("leaseExpiresAt", Schema.TIME);

    /** The members of an answer with leased jobs. */
    public static final Entity ENTITY = Entity.named("Leases").with("data", Schema.list(Schema.of(LEASED_JOB)));

    /** The members of an extended lease. */
    public static final Entity END =
            Entity.named("LeaseEnd").with("leaseExpiresAt", Schema.TIME).with("cancelRequested", Schema.TRUTH);

    private static final byte[] NO_INPUT = "{}".getBytes(StandardCharsets.US_ASCII);

    private Leases() {}

    /**
     * The request of a worker for leases.
     *
     * @param types the types of jobs that it can run
     * @param jobsMax how many jobs at most
     * @param seconds how long the leases last
     * @param waitSeconds how long it is ready to wait for a first job, in real seconds
     */
    public record Request(List<String> types, int jobsMax, int seconds, int waitSeconds) {}

    /**
     * The report of a worker on a failed attempt.
     *
     * @param retryable false if no other attempt is to follow
     * @param retryAfterSeconds how long the next attempt waits, or null for the usual gap
     */
    public record Failure(
            String code,
            String detail,
            boolean retryable,
            @Nullable Integer retryAfterSeconds) {}

    /** Gives a worker queued jobs of its workspace, most urgent first, then in the order in which they were accepted. */
    public static Command.LongPollChange take(Request request) {
        return new Taking(request);
    }

    private static final class Taking implements Command.LongPollChange {
        private final Request request;
        private final Set<String> types;

        /** The sets of queued jobs, named outside the writer lock: each name is a digest, and there may be two hundred. */
        private @Nullable ReadySets sets;

        Taking(Request request) {
            this.request = request;
            this.types = Set.copyOf(request.types());
        }

        private Ready ready(Context context) {
            ReadySets known = sets;
            if (known == null) {
                known = ReadySets.of(context.workspace(), types);
                sets = known;
            }
            return new Ready(context.rows(), known);
        }

        @Override
        public Decision decide(Context context) {
            return Leases.take(context, request, ready(context));
        }

        @Override
        public Command.@Nullable Wait wait(Context context) {
            boolean waits = ready(context).next() == Rows.NONE && request.waitSeconds() > 0;
            return waits ? new Command.Wait(context.workspace(), request.waitSeconds(), null, types) : null;
        }

        @Override
        public boolean isThere(Context context, String kind) {
            return new Ready(context.rows(), ReadySets.of(context.workspace(), Set.of(kind))).next() != Rows.NONE;
        }
    }

    /** Extends a lease from now on. With 0 seconds it lasts as long as it did when it was taken. */
    public static Command.Change extend(Id id, String token, int seconds, HandledTypes handled) {
        return held(id, token, handled, (context, row, lease) -> {
            JobRow.Lease next = lease.from(context.now(), seconds == 0 ? lease.seconds() : seconds);
            byte[] body = JsonBytes.object()
                    .member("leaseExpiresAt", Times.text(next.expiresAt()))
                    .member(
                            "cancelRequested",
                            Cancellations.shown(context.rows(), row).cancelRequested())
                    .end();
            Changes changes = JobRules.step(context, row.extended(next));
            LeasedTypes.note(context, row.facts().type(), changes);
            return Decision.of(changes, Outcome.Done.ok(body));
        });
    }

    /** Notes how far a job is; in its row once a second. */
    public static Command.Change progress(
            Id id, String token, long done, long total, String message, HandledTypes handled) {
        JobRow.Progress progress = new JobRow.Progress(done, total, message);
        return held(id, token, handled, (context, row, lease) -> {
            JobRow next = row.progressed(progress);
            return handled.newest().note(context, row, progress)
                    ? stepped(context, next)
                    : Decision.nothing(Outcome.Done.ok(next.json(null)));
        });
    }

    /** Ends a job with a result; also one that was asked to end. */
    public static Command.Change complete(Id id, String token, byte[] result, HandledTypes handled) {
        return held(id, token, handled, (context, row, lease) -> {
            JobRow next = JobRules.succeeded(context, row, result);
            return Decision.of(
                    JobRules.succeed(context, next, result),
                    Outcome.Done.ok(next.json(result.length == 0 ? null : result)));
        });
    }

    /** Ends an attempt without a result; whether another one follows is decided as in this JVM. */
    public static Command.Change fail(
            Id id, String token, Failure failure, HandledTypes handled, ProblemJson problems) {
        String detail = Quoted.cut(failure.detail(), Limits.DESCRIPTION_LENGTH_MAX);
        Integer seconds = failure.retryAfterSeconds();
        JobRules.Failure known = new JobRules.Failure(
                problems.ofJob(failure.code(), detail, failure.retryable()),
                failure.retryable(),
                seconds == null ? JobRules.Failure.USUAL_GAP : TimeUnit.SECONDS.toMillis(seconds));
        return held(
                id, token, handled, (context, row, lease) -> stepped(context, JobRules.failed(context, row, known)));
    }

    /** Ends a run that asks for another one after so many seconds, without having used the attempt. */
    public static Command.Change snooze(Id id, String token, int seconds, HandledTypes handled) {
        long millis = TimeUnit.SECONDS.toMillis(seconds);
        return held(
                id, token, handled, (context, row, lease) -> stepped(context, JobRules.snoozed(context, row, millis)));
    }

    private static Decision stepped(Context context, JobRow next) {
        return Decision.of(JobRules.step(context, next), Outcome.Done.ok(next.json(null)));
    }

    private static Decision take(Context context, Request request, Ready ready) {
        Changes changes = new Changes();
        Set<String> leased = new LinkedHashSet<>();
        List<byte[]> jobs = new ArrayList<>();
        long expiresAt = end(context, request.seconds());
        long inputBytes = 0;
        long answerBytes = 0;
        int canceled = 0;
        while (jobs.size() < request.jobsMax()) {
            long number = ready.next();
            JobRow row = context.rows().at(JobTables.JOBS, number);
            if (row == null || canceled == Limits.LEASE_JOBS_MAX) {
                break;
            }
            if (row.cancelRequested()) { // it ran in the store from which its workspace has come
                changes.addAll(JobSteps.end(context, row));
                canceled++;
                continue;
            }
            byte[] input = JobPieces.join(
                    context.rows(),
                    row.facts().id(),
                    JobPieces.Kind.INPUT,
                    row.facts().inputPieces());
            inputBytes += input.length;
            Id token = context.newToken(IdKind.LEASE);
            JobRow next = row.leased(JobRow.Lease.of(token, request.seconds(), context.now()), context.now());
            byte[] shown = JsonBytes.append(
                    next.json(null),
                    new JsonBytes()
                            .raw("input", input.length == 0 ? NO_INPUT : input)
                            .member("leaseToken", token)
                            .member("leaseExpiresAt", Times.text(expiresAt)));
            answerBytes += shown.length + 1;
            // A single row remembers the answer under an idempotency key, as that of a batch.
            boolean isTooMuch =
                    inputBytes > Limits.LEASE_INPUT_BYTES_MAX || answerBytes > Limits.BATCH_ANSWER_BYTES_MAX;
            if (isTooMuch && !jobs.isEmpty()) {
                break;
            }
            changes.put(JobTables.JOBS, next.key(), next.row());
            leased.add(row.facts().type());
            jobs.add(shown);
        }
        leased.forEach(type -> LeasedTypes.note(context, type, changes));
        // As in this JVM: accepted jobs are worked on, or the queue would never get shorter.
        return Decision.of(
                jobs.isEmpty() && canceled == 0 ? changes : changes.within(ReserveAccess.RECORDED), shown(jobs));
    }

    private static Outcome shown(List<byte[]> jobs) {
        JsonBytes json = JsonBytes.object().name("data").openArray();
        jobs.forEach(json::raw);
        return Outcome.Done.ok(json.closeArray().end());
    }

    private static long end(Context context, int seconds) {
        return context.now() + TimeUnit.SECONDS.toMillis(seconds);
    }

    /** Runs a step of the lease's holder. Any other token is refused, also once the job is final. */
    private static Command.Change held(Id id, String token, HandledTypes handled, HolderAction holderAction) {
        Id shown = Id.parse(IdKind.LEASE, token);
        return context -> {
            JobRow row = handled.newest().of(Jobs.find(context, id));
            JobRow.Lease lease = row.lease();
            if (lease == null || !lease.token().equals(shown) || lease.isOver(context)) {
                throw RefusedException.of(
                        ProblemCode.LEASE_LOST,
                        "The leaseToken is not that of the job's current lease, and the job is "
                                + row.status().wireName() + ". Drop the work on it and lease another job.");
            }
            Decision decision = holderAction.decide(context, row, lease);
            decision.changes().within(ReserveAccess.RECORDED);
            return decision;
        };
    }

    /** The action of a lease's holder. */
    @FunctionalInterface
    private interface HolderAction {
        Decision decide(Context context, JobRow row, JobRow.Lease lease);
    }

    /** The sets of a workspace's queued jobs of some types, by priority. */
    private record ReadySets(List<List<SetKey>> byPriority) {
        static ReadySets of(Id workspace, Set<String> types) {
            List<List<SetKey>> sets = new ArrayList<>();
            for (int priority = 1; priority <= JobDraft.PRIORITY_LAST; priority++) {
                List<SetKey> ofTypes = new ArrayList<>();
                for (String type : types) {
                    ofTypes.add(JobTables.readyIn(workspace, type, priority));
                }
                sets.add(ofTypes);
            }
            return new ReadySets(sets);
        }
    }

    /** The queued jobs of a workspace, most urgent first. Not thread-safe. */
    private static final class Ready {
        private final Rows rows;
        private final ReadySets sets;
        private int priority = 1;

        /**
         * The first number to search for all types, because numbers are given in the order in which jobs were accepted.
         */
        private long from;

        Ready(Rows rows, ReadySets sets) {
            this.rows = rows;
            this.sets = sets;
        }

        /** The number of the next one; {@link Rows#NONE} if there is none, or one that is to be canceled has to be so first. */
        long next() {
            long number = nextOfAll();
            JobRow row = rows.at(JobTables.JOBS, number);
            return row == null || Cancellations.covers(rows, row) ? Rows.NONE : number;
        }

        private long nextOfAll() {
            for (; priority <= JobDraft.PRIORITY_LAST; priority++) {
                long first = rows.ceiling(sets.byPriority().get(priority - 1), from);
                if (first != Rows.NONE) {
                    from = first + 1;
                    return first;
                }
                from = 0;
            }
            return Rows.NONE;
        }
    }
}
