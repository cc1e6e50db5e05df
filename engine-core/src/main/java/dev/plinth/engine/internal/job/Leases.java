package dev.plinth.engine.internal.job;

import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.base.Room;
import dev.plinth.engine.internal.base.Rows;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.ProblemJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The commands of workers outside of this JVM. A worker takes a lease of a job and shows its token with everything that it says of the
 * job; the lease stands in the job's row, so it outlives a restart, and whoever lost it is refused.
 */
public final class Leases {
    private static final byte[] NO_INPUT = "{}".getBytes(StandardCharsets.US_ASCII);

    private Leases() {}

    /**
     * What a worker asks for.
     *
     * @param types the types of jobs that it can run
     * @param jobsMax how many jobs at most
     * @param seconds how long the leases last
     * @param waitSeconds how long it would wait for a first job, in real seconds
     */
    public record Request(List<String> types, int jobsMax, int seconds, int waitSeconds) {}

    /** Gives a worker queued jobs of its workspace, most urgent first, then in the order in which they were accepted. */
    public static Command.PatientChange take(Request request) {
        return new Command.PatientChange() {
            @Override
            public Decision decide(Context context) {
                return Leases.take(context, request);
            }

            @Override
            public Command.@Nullable Wait wait(Context context) {
                boolean waits = request.waitSeconds() > 0 && new Ready(context, request.types()).next() == Rows.NONE;
                return waits ? new Command.Wait(context.workspace(), request.waitSeconds()) : null;
            }

            @Override
            public Outcome nothing() {
                return shown(List.of());
            }
        };
    }

    /** Prolongs a lease from now on; by as many seconds as it lasted when it was taken where they are 0. */
    public static Command.Change prolong(Id id, String token, int seconds) {
        return held(id, token, (context, row, lease) -> {
            JobRow.Lease next = new JobRow.Lease(
                    lease.token(), lease.seconds(), end(context, seconds == 0 ? lease.seconds() : seconds));
            byte[] body = new JsonBytes()
                    .open()
                    .member("leaseExpiresAt", Times.text(next.expiresAt()))
                    .member(
                            "cancelRequested",
                            Cancellations.shown(context.rows(), row).cancelRequested())
                    .close()
                    .bytes();
            Changes changes = JobRules.step(context, row.prolonged(next));
            LeasedTypes.note(context, row.facts().type(), changes);
            return Decision.of(changes, Outcome.Done.ok(body));
        });
    }

    /** Notes how far a job is. */
    public static Command.Change progress(Id id, String token, long done, long total, String message) {
        JobRow.Progress progress = new JobRow.Progress(done, total, message);
        return held(id, token, (context, row, lease) -> stepped(context, row.progressed(progress)));
    }

    /** Ends a job with a result; also one that was asked to end. */
    public static Command.Change complete(Id id, String token, byte[] result) {
        return held(id, token, (context, row, lease) -> {
            JobRow next = JobRules.succeeded(context, row, result);
            return Decision.of(
                    JobRules.succeed(context, next, result),
                    Outcome.Done.ok(next.json(result.length == 0 ? null : result)));
        });
    }

    /** Ends an attempt without a result; whether another one follows is decided as in this JVM. */
    public static Command.Change fail(Id id, String token, String code, String detail, boolean retryable) {
        byte[] problem = ProblemJson.ofJob(code, JobRun.cut(detail, Limits.DESCRIPTION_LENGTH_MAX), retryable);
        return held(
                id,
                token,
                (context, row, lease) -> stepped(context, JobRules.failed(context, row, problem, retryable)));
    }

    private static Decision stepped(Context context, JobRow next) {
        return Decision.of(JobRules.step(context, next), Outcome.Done.ok(next.json(null)));
    }

    private static Decision take(Context context, Request request) {
        Changes changes = new Changes();
        Set<String> leased = new LinkedHashSet<>();
        List<byte[]> jobs = new ArrayList<>();
        Ready ready = new Ready(context, request.types());
        long expiresAt = end(context, request.seconds());
        long inputBytes = 0;
        while (jobs.size() < request.jobsMax()) {
            long number = ready.next();
            byte[] bytes = number == Rows.NONE ? null : context.rows().at(number);
            if (bytes == null) {
                break;
            }
            JobRow row = JobRow.read(bytes);
            byte[] input = Pieces.join(
                    context.rows(),
                    row.facts().id(),
                    Pieces.Kind.INPUT,
                    row.facts().inputPieces());
            inputBytes += input.length;
            if (inputBytes > Limits.LEASE_INPUT_BYTES_MAX && !jobs.isEmpty()) {
                break;
            }
            Id token = context.newId(IdKind.LEASE);
            JobRow next = row.leased(new JobRow.Lease(token, request.seconds(), expiresAt), context.now());
            changes.put(JobTables.JOBS, next.key(), next.row());
            leased.add(row.facts().type());
            jobs.add(JsonBytes.append(
                    next.json(null),
                    new JsonBytes()
                            .raw("input", input.length == 0 ? NO_INPUT : input)
                            .member("leaseToken", token)
                            .member("leaseExpiresAt", Times.text(expiresAt))));
        }
        leased.forEach(type -> LeasedTypes.note(context, type, changes));
        return Decision.of(changes, shown(jobs));
    }

    private static Outcome shown(List<byte[]> jobs) {
        JsonBytes json = new JsonBytes().open().name("data").openArray();
        jobs.forEach(json::raw);
        return Outcome.Done.ok(json.closeArray().close().bytes());
    }

    private static long end(Context context, int seconds) {
        return context.now() + TimeUnit.SECONDS.toMillis(seconds);
    }

    /** A step of who has the lease; whoever else shows a token is refused, also once the job is final. */
    private static Command.Change held(Id id, String token, Step step) {
        Id shown = Id.parse(IdKind.LEASE, token);
        return context -> {
            JobRow row = Jobs.find(context, id);
            JobRow.Lease lease = row.lease();
            if (lease == null || !lease.token().equals(shown) || lease.expiresAt() <= context.now()) {
                throw Refused.of(
                        ProblemCode.LEASE_LOST,
                        "Expected the token of the lease that the job is under, but this one is not; the job is "
                                + row.status().wireName() + ". Drop what you have of it and take another lease.");
            }
            Decision decision = step.decide(context, row, lease);
            decision.changes().within(Room.RECORDED);
            return decision;
        };
    }

    /** What the holder of a lease does. */
    @FunctionalInterface
    private interface Step {
        Decision decide(Context context, JobRow row, JobRow.Lease lease);
    }

    /** The queued jobs of a workspace, most urgent first. Not thread-safe. */
    private static final class Ready {
        private final Rows rows;
        private final Id workspace;
        private final List<String> types;
        private int priority = 1;

        /** Of all types, because numbers are given in the order in which jobs were accepted. */
        private long from;

        Ready(Context context, List<String> types) {
            this.rows = context.rows();
            this.workspace = context.workspace();
            this.types = types;
        }

        /** The number of the next one; {@link Rows#NONE} if there is none, or one that is to be canceled has to be so first. */
        long next() {
            long number = nextOfAll();
            byte[] row = number == Rows.NONE ? null : rows.at(number);
            return row == null || Cancellations.cover(rows, JobRow.read(row)) ? Rows.NONE : number;
        }

        private long nextOfAll() {
            for (; priority <= NewJob.PRIORITY_LAST; priority++) {
                long first = Rows.NONE;
                for (int i = 0; i < types.size(); i++) {
                    long number = rows.ceiling(JobTables.readyIn(workspace, types.get(i), priority), from);
                    first = number != Rows.NONE && (first == Rows.NONE || number < first) ? number : first;
                }
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
