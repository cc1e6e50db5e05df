package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.RESOURCES_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.INVALID_TRANSITION;
import static dev.plinth.engine.internal.base.problem.ProblemCode.JOB_FINISHED;
import static dev.plinth.engine.internal.base.problem.ProblemCode.JOB_QUEUE_FULL;
import static dev.plinth.engine.internal.base.problem.ProblemCode.PRECONDITION_FAILED;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_PAUSED;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.command.HostOperation;
import dev.plinth.engine.internal.command.JobCommands;
import dev.plinth.engine.internal.job.JobDraft;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.Content;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The routes of the host's operations. */
final class OperationRoutes {
    /** The name of the route of operations on resources. */
    static final String RUN = "runOperation";

    /** The name of the route of operations without a resource. */
    static final String CALL = "callOperation";

    private static final Member<byte[]> INPUT = Member.optional("input", Kind.OBJECT, Content.EMPTY);

    private final Map<String, HostOperation.Code> operations;
    private final Set<String> asyncOperations;
    private final Map<String, HostOperation.Direct> direct;

    OperationRoutes(
            Map<String, HostOperation.Code> operations,
            Set<String> asyncOperations,
            Map<String, HostOperation.Direct> direct) {
        this.operations = operations;
        this.asyncOperations = asyncOperations;
        this.direct = direct;
    }

    List<Route> all() {
        return List.of(
                row(
                                Tag.OPERATIONS,
                                RUN,
                                "POST",
                                ResourceRoutes.ONE + "/operations/{name}",
                                "Run an operation on a resource")
                        .says(
                                "A synchronous operation answers 200 with its result, an asynchronous one 202 with a job.")
                        .scope(RESOURCES_WRITE)
                        .takes(Body.of("OperationInput", INPUT).orAbsent().such("{\"input\":{\"amount\":12}}"))
                        .slow()
                        .refuses(RESOURCE_ARCHIVED, RESOURCE_PAUSED, INVALID_TRANSITION, JOB_QUEUE_FULL, JOB_FINISHED)
                        .looksAtIfMatch()
                        .gives(Schema.ANY, Route.Success.JSON)
                        .accepts()
                        .decodedBy(this::run),
                row(Tag.OPERATIONS, CALL, "POST", "/v1/operations/{name}", "Run an operation without a resource")
                        .says("It answers with its result.")
                        .scope(RESOURCES_WRITE)
                        .takes(Body.of("CallInput", INPUT).orAbsent().such("{\"input\":{\"amount\":12}}"))
                        .slow()
                        .refuses(
                                RESOURCE_ARCHIVED,
                                RESOURCE_PAUSED,
                                INVALID_TRANSITION,
                                PRECONDITION_FAILED,
                                JOB_QUEUE_FULL,
                                JOB_FINISHED)
                        .gives(Schema.ANY, Route.Success.JSON)
                        .decodedBy(this::call));
    }

    private Command run(Input input) {
        byte[] argument = input.body().get(INPUT);
        Id id = input.id(IdKind.RESOURCE, 0);
        String name = input.pathValue(1);
        HostOperation.Code handler = operations.get(name);
        if (handler != null) {
            return HostOperation.of(name, handler, id, argument, input.precondition());
        }
        if (asyncOperations.contains(name)) {
            return JobCommands.start(JobDraft.now(name, argument).about(id), input.precondition());
        }
        Refusal unknown = Refusal.of(ProblemCode.NOT_FOUND, "No operation has this name. " + known());
        return (Command.Change) context -> {
            throw new RefusedException(unknown);
        };
    }

    /** Returns true for the routes whose cost depends on the name of an operation. */
    static boolean runsOperations(Route route) {
        return route.name().equals(RUN) || route.name().equals(CALL);
    }

    private Command call(Input input) {
        byte[] argument = input.body().get(INPUT);
        String name = input.pathValue(0);
        HostOperation.Direct operation = direct.get(name);
        if (operation == null) {
            Refusal unknown = Refusal.of(
                    ProblemCode.NOT_FOUND, "No operation has this name. " + known(new TreeSet<>(direct.keySet())));
            return (Command.Change) context -> {
                throw new RefusedException(unknown);
            };
        }
        List<ProblemError> errors = new ArrayList<>();
        Object record = operation.input().read(JsonReader.trusted(argument), "/input", errors);
        if (record == null) {
            throw new RefusedException(Refusal.of(
                    ProblemCode.VALIDATION_FAILED,
                    "The input has " + Input.count(errors) + ". Correct each of those listed.",
                    List.copyOf(errors)));
        }
        return HostOperation.direct(name, operation.code(), record);
    }

    private String known() {
        SortedSet<String> names = new TreeSet<>(operations.keySet());
        names.addAll(asyncOperations);
        return known(names);
    }

    private static String known(SortedSet<String> names) {
        return names.isEmpty()
                ? "The host has none; ask the operator of the service."
                : "Use one of " + String.join(", ", names) + ".";
    }
}
