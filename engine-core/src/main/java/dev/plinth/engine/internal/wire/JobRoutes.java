package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.JOBS_READ;
import static dev.plinth.engine.api.Scope.JOBS_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.ALREADY_EXISTS;
import static dev.plinth.engine.internal.base.problem.ProblemCode.INVALID_TRANSITION;
import static dev.plinth.engine.internal.base.problem.ProblemCode.JOB_FINISHED;
import static dev.plinth.engine.internal.base.problem.ProblemCode.JOB_QUEUE_FULL;
import static dev.plinth.engine.internal.base.problem.ProblemCode.NOT_FOUND;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_PAUSED;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.command.EngineJobs;
import dev.plinth.engine.internal.command.JobCommands;
import dev.plinth.engine.internal.job.HandledTypes;
import dev.plinth.engine.internal.job.JobDraft;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.QueryParameters;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.List;

/** The routes of jobs. */
final class JobRoutes {
    static final String ALL = "/v1/jobs";
    static final String ONE = ALL + "/{jobId}";

    /** A type of job that is not the engine's own. */
    static final Schema TYPE_SCHEMA =
            Schema.matching(Jobs.TYPE_NAME, "report.monthly").except(Schema.oneOf(EngineJobs.TYPES));

    private static final Member<String> TYPE = Member.required(
            "type",
            Kind.matching(Jobs.TYPE_NAME, "report.monthly")
                    .except(
                            EngineJobs.TYPES::contains,
                            Schema.oneOf(EngineJobs.TYPES),
                            "reserved",
                            "The engine starts jobs of this type itself, for a route of its own. Choose another type."),
            "the type of the job");
    private static final Member<byte[]> INPUT = Member.required("input", Kind.OBJECT);
    private static final Member<Id> RESOURCE = Member.optional("resourceId", Kind.id(IdKind.RESOURCE));
    private static final Member<Long> RUN_AT = Member.optional("runAt", Kind.TIME);
    private static final Member<Integer> PRIORITY =
            Member.optional("priority", Kind.integer(1, JobDraft.PRIORITY_LAST), JobDraft.PRIORITY_DEFAULT);
    private static final Member<String> UNIQUE_KEY = Member.optional("uniqueKey", Kind.text(1, Limits.NAME_LENGTH_MAX));
    private static final Member<Integer> ATTEMPTS =
            Member.optional("maxAttempts", Kind.integer(1, Limits.JOB_ATTEMPTS_MAX), Limits.JOB_ATTEMPTS_DEFAULT);

    private static final Parameter<String> OF_STATUS =
            Parameter.oneOf("status", Jobs.STATUSES, "Shows jobs in this state.");
    private static final Parameter<String> OF_TYPE = Parameter.text("type", "Shows jobs of this type.");
    private static final Parameter<Id> OF_RESOURCE =
            Parameter.id("resourceId", IdKind.RESOURCE, "Shows jobs about this resource.");

    private final HandledTypes handled;

    JobRoutes(HandledTypes handled) {
        this.handled = handled;
    }

    List<Route> all() {
        return List.of(
                row(Tag.JOBS, "createJob", "POST", ALL, "Create a job")
                        .says("A handler of the host runs it, or a worker that leases its type.")
                        .scope(JOBS_WRITE)
                        .takes(Body.of("NewJob", TYPE, INPUT, RESOURCE, RUN_AT, PRIORITY, UNIQUE_KEY, ATTEMPTS)
                                .such("{\"type\":\"report.monthly\",\"input\":{\"month\":\"2026-11\"}}"))
                        .refuses(NOT_FOUND, RESOURCE_ARCHIVED, RESOURCE_PAUSED, JOB_QUEUE_FULL)
                        .accepts()
                        .inBatch()
                        .decodedBy(JobRoutes::create),
                row(Tag.JOBS, "listJobs", "GET", ALL, "List jobs")
                        .says("The newest come first.")
                        .scope(JOBS_READ)
                        .page(OF_STATUS, OF_TYPE, OF_RESOURCE)
                        .gives(Jobs.ENTITY)
                        .decodedBy(input -> Jobs.list(
                                input.page(),
                                input.query().find(OF_STATUS),
                                input.query().find(OF_TYPE),
                                input.query().find(OF_RESOURCE),
                                handled)),
                row(Tag.JOBS, "getJob", "GET", ONE, "Get a job")
                        .says("With wait the call returns once the job has ended, or after so many seconds.")
                        .scope(JOBS_READ)
                        .parameters(QueryParameters.WAIT)
                        .gives(Jobs.ENTITY)
                        .decodedBy(input -> Jobs.get(input.id(IdKind.JOB, 0), input.waitSeconds(), handled)),
                row(Tag.JOBS, "cancelJob", "POST", ONE + "/cancel", "Cancel a job")
                        .says("A job that runs is asked to end: the answer is 202 then.")
                        .scope(JOBS_WRITE)
                        .refuses(JOB_FINISHED)
                        .gives(Jobs.ENTITY)
                        .gives(202, Jobs.ENTITY)
                        .decodedBy(input -> Jobs.cancel(input.id(IdKind.JOB, 0), handled)),
                row(Tag.JOBS, "retryJob", "POST", ONE + "/retry", "Retry a job")
                        .says(
                                "Queues a failed or canceled job again and counts its attempts anew. A scheduled job runs now.")
                        .scope(JOBS_WRITE)
                        .refuses(INVALID_TRANSITION, ALREADY_EXISTS, RESOURCE_ARCHIVED, RESOURCE_PAUSED, JOB_QUEUE_FULL)
                        .gives(Jobs.ENTITY)
                        .decodedBy(input -> JobCommands.retry(input.id(IdKind.JOB, 0), handled)));
    }

    private static Command create(Input input) {
        Values body = input.body();
        Long runAt = body.find(RUN_AT);
        return JobCommands.start(new JobDraft(
                body.get(TYPE),
                body.get(INPUT),
                body.find(RESOURCE),
                runAt == null ? 0 : runAt == 0 ? JobDraft.EPOCH : runAt,
                body.get(PRIORITY),
                body.find(UNIQUE_KEY),
                body.get(ATTEMPTS),
                false));
    }
}
