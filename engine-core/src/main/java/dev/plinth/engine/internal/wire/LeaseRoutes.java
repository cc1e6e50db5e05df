package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.JOBS_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.INVALID_TRANSITION;
import static dev.plinth.engine.internal.base.problem.ProblemCode.JOB_QUEUE_FULL;
import static dev.plinth.engine.internal.base.problem.ProblemCode.LEASE_LOST;
import static dev.plinth.engine.internal.base.problem.ProblemCode.PRECONDITION_FAILED;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_PAUSED;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.command.CompleteJob;
import dev.plinth.engine.internal.command.EngineJobs;
import dev.plinth.engine.internal.job.HandledTypes;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.job.Leases;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.RouteBuilder;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The routes of workers outside of this JVM. They cost no units, because a worker that asks often is one that works, and have a
 * bucket of their own.
 */
final class LeaseRoutes {
    private static final long COUNT_MAX = 999_999_999_999_999_999L; // the most digits that a whole number may have
    private static final byte[] NO_RESULT = {};
    private static final Kind<String> NAME = Kind.text(1, Limits.NAME_LENGTH_MAX);
    private static final Kind<Integer> SECONDS = Kind.integer(1, Limits.LEASE_SECONDS_MAX);
    private static final Kind<Long> COUNT = Kind.whole(0, COUNT_MAX);

    private static final Member<List<String>> TYPES = Member.required(
            "types",
            Kind.list(1, Limits.LEASE_TYPES_MAX, JobRoutes.TYPE_SCHEMA, LeaseRoutes::types),
            "an array of types of jobs");
    private static final Member<Integer> MOST = Member.optional("max", Kind.integer(1, Limits.LEASE_JOBS_MAX), 1);
    private static final Member<Integer> LEASE_SECONDS =
            Member.optional("leaseSeconds", SECONDS, Limits.LEASE_SECONDS_DEFAULT);
    private static final Member<Integer> WAIT = Member.optional("wait", Kind.integer(0, Limits.WAIT_SECONDS_MAX), 0);

    private static final Member<String> TOKEN = Member.required("leaseToken", NAME);
    private static final Member<Integer> MORE_SECONDS = Member.optional("leaseSeconds", SECONDS);
    private static final Member<Long> DONE = Member.required("done", COUNT);
    private static final Member<Long> TOTAL = Member.required("total", COUNT);
    private static final Member<String> MESSAGE = Member.optional("message", Kind.text(0, Limits.NAME_LENGTH_MAX), "");
    private static final Member<JsonValue> RESULT = Member.required("result", Kind.ANY, "the result of the job");

    private static final Member<String> CODE = Member.optional("code", NAME, "worker_failed");
    private static final Member<String> DETAIL =
            Member.required("detail", Kind.text(1, Limits.LEASE_DETAIL_LENGTH_MAX));
    private static final Member<Values> ERROR =
            Member.required("error", Body.of("LeaseError", CODE, DETAIL).kind(), "an object with detail");
    private static final Member<Boolean> RETRYABLE = Member.optional("retryable", Kind.TRUTH, true);

    private static final Member<Integer> RETRY_AFTER =
            Member.optional("retryAfterSeconds", Kind.integer(0, Limits.JOB_DELAY_SECONDS_MAX));
    private static final Member<Integer> SNOOZE =
            Member.required("seconds", Kind.integer(1, Limits.JOB_DELAY_SECONDS_MAX));

    private static final Member<List<JsonValue>> OPERATIONS = Member.optional(
            BatchRoutes.NAME,
            Kind.list(1, Limits.BATCH_OPERATIONS_MAX, BatchedCall.BODY.schema(), BatchRoutes::enough));

    private final HandledTypes handled;
    private final ProblemJson problems;
    private final BatchRoutes batch;

    LeaseRoutes(HandledTypes handled, ProblemJson problems, BatchRoutes batch) {
        this.handled = handled;
        this.problems = problems;
        this.batch = batch;
    }

    List<Route> all() {
        return List.of(
                row(Tag.LEASES, "leaseJobs", "POST", JobRoutes.ALL + "/lease", "Lease jobs")
                        .says("With wait the call returns once there is a job of the types, or after so many seconds.")
                        .scope(JOBS_WRITE)
                        .ofWorker()
                        .takes(Body.of("LeaseRequest", TYPES, MOST, LEASE_SECONDS, WAIT)
                                .such("{\"types\":[\"report.monthly\"],\"max\":1,\"wait\":20}"))
                        .gives(Leases.ENTITY)
                        .decodedBy(LeaseRoutes::lease),
                held("heartbeatJob", "heartbeat", "Extend a lease")
                        .takes(Body.of("Heartbeat", TOKEN, MORE_SECONDS))
                        .gives(Leases.END)
                        .decodedBy(this::heartbeat),
                held("reportProgress", "progress", "Report the progress of a leased job")
                        .takes(Body.of("ProgressReport", TOKEN, DONE, TOTAL, MESSAGE))
                        .gives(Jobs.ENTITY)
                        .decodedBy(this::progress),
                held("completeJob", "complete", "Complete a leased job")
                        .says("The operations are those of a batch. All of it happens, or nothing.")
                        .takes(Body.of("JobCompletion", TOKEN, RESULT, OPERATIONS))
                        .refuses(
                                LEASE_LOST,
                                RESOURCE_ARCHIVED,
                                RESOURCE_PAUSED,
                                INVALID_TRANSITION,
                                PRECONDITION_FAILED,
                                JOB_QUEUE_FULL)
                        .gives(Jobs.ENTITY)
                        .decodedBy(this::complete, batch::scopesOf),
                held("failJob", "fail", "Fail a leased job")
                        .takes(Body.of("JobFailure", TOKEN, ERROR, RETRYABLE, RETRY_AFTER))
                        .gives(Jobs.ENTITY)
                        .decodedBy(this::fail),
                held("snoozeJob", "snooze", "Put a leased job off")
                        .says("The job runs again after so many seconds. The run uses no attempt.")
                        .takes(Body.of("JobSnooze", TOKEN, SNOOZE))
                        .gives(Jobs.ENTITY)
                        .decodedBy(this::snooze));
    }

    private static RouteBuilder held(String name, String action, String summary) {
        return row(Tag.LEASES, name, "POST", JobRoutes.ONE + "/" + action, summary)
                .scope(JOBS_WRITE)
                .ofWorker()
                .refuses(LEASE_LOST);
    }

    private static Command lease(Input input) {
        Values body = input.body();
        return Leases.take(
                new Leases.Request(body.get(TYPES), body.get(MOST), body.get(LEASE_SECONDS), body.get(WAIT)));
    }

    private static List<String> types(Fields fields, String name, List<JsonValue> items) {
        if (items.isEmpty()) {
            fields.error(name, "too_few", "types must have 1 item or more, got none.");
        }
        Set<String> types = new LinkedHashSet<>();
        for (int i = 0; i < items.size(); i++) {
            String type = items.get(i) instanceof JsonValue.Text text ? text.value() : "";
            if (!Jobs.TYPE_NAME.matcher(type).matches()) {
                String detail = "types must match " + Jobs.TYPE_NAME + ", got " + Fields.shown(items.get(i)) + ".";
                Kind.itemError(fields, name, i, "", "invalid_format", detail);
            } else if (EngineJobs.TYPES.contains(type)) {
                String detail = "The engine runs jobs of type " + type + " itself. Leave it out.";
                Kind.itemError(fields, name, i, "", "reserved", detail);
            }
            types.add(type);
        }
        return List.copyOf(types);
    }

    private Command heartbeat(Input input) {
        Values body = input.body();
        Integer seconds = body.find(MORE_SECONDS);
        return Leases.extend(input.id(IdKind.JOB, 0), body.get(TOKEN), seconds == null ? 0 : seconds, handled);
    }

    private Command progress(Input input) {
        Values body = input.body();
        return Leases.progress(
                input.id(IdKind.JOB, 0), body.get(TOKEN), body.get(DONE), body.get(TOTAL), body.get(MESSAGE), handled);
    }

    private Command complete(Input input) {
        Values body = input.body();
        JsonValue result = body.get(RESULT);
        byte[] bytes = result instanceof JsonValue.Null ? NO_RESULT : JsonBytes.compact(result);
        Command.Change completion = Leases.complete(input.id(IdKind.JOB, 0), body.get(TOKEN), bytes, handled);
        List<JsonValue> operations = body.find(OPERATIONS);
        if (operations == null) {
            return completion;
        }
        List<BatchedCall> calls = batch.calls(operations, true); // the lease ends with the call
        return new CompleteJob(completion, calls, BatchRoutes.units(calls));
    }

    private Command fail(Input input) {
        Values body = input.body();
        Values error = body.get(ERROR);
        Leases.Failure failure =
                new Leases.Failure(error.get(CODE), error.get(DETAIL), body.get(RETRYABLE), body.find(RETRY_AFTER));
        return Leases.fail(input.id(IdKind.JOB, 0), body.get(TOKEN), failure, handled, problems);
    }

    private Command snooze(Input input) {
        Values body = input.body();
        return Leases.snooze(input.id(IdKind.JOB, 0), body.get(TOKEN), body.get(SNOOZE), handled);
    }
}
