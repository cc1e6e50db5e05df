package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.base.problem.ProblemCode.INSUFFICIENT_SCOPE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.INVALID_TRANSITION;
import static dev.plinth.engine.internal.base.problem.ProblemCode.JOB_QUEUE_FULL;
import static dev.plinth.engine.internal.base.problem.ProblemCode.NOT_FOUND;
import static dev.plinth.engine.internal.base.problem.ProblemCode.PRECONDITION_FAILED;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_PAUSED;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.command.CallBatch;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.Router;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The route of batches: several calls of this table in one step. */
final class BatchRoutes {
    /** The member with the operations. */
    static final String NAME = "operations";

    private static final Member<List<JsonValue>> OPERATIONS = Member.required(
            NAME,
            Kind.list(1, Limits.BATCH_OPERATIONS_MAX, BatchedCall.BODY.schema(), BatchRoutes::enough),
            "an array of 1 to " + Limits.BATCH_OPERATIONS_MAX + " operations");
    private static final Entity ENTITY = Entity.named("BatchResults")
            .with(
                    "results",
                    Schema.list(Schema.of(Entity.named("BatchResult")
                            .with("status", Schema.WHOLE)
                            .with("body", Schema.OBJECT)
                            .maybe("etag", Schema.TEXT)
                            .maybe("location", Schema.TEXT))));

    private @Nullable Router router;

    /** Tells where the calls of a batch go, once the table is complete. */
    void callsTo(Router all) {
        router = all;
    }

    List<Route> all() {
        return List.of(row(Tag.BATCH, "batch", "POST", "/v1/batch", "Make several calls as one")
                .says(
                        "All of them are done, or none. Each sees what those before it have changed. A string {{0.id}} in a path or"
                                + " a body stands for the member id of the answer to the first operation.")
                .takes(
                        Body.of("NewBatch", OPERATIONS)
                                .such(
                                        "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"invoice\"}},"
                                                + "{\"method\":\"POST\",\"path\":\"/v1/resources/{{0.id}}/children\",\"body\":{\"name\":\"line\"}}]}"))
                .refuses(
                        INSUFFICIENT_SCOPE,
                        NOT_FOUND,
                        RESOURCE_ARCHIVED,
                        RESOURCE_PAUSED,
                        INVALID_TRANSITION,
                        PRECONDITION_FAILED,
                        JOB_QUEUE_FULL)
                .gives(ENTITY)
                .decodedBy(this::batch, this::scopesOf));
    }

    /** Refuses an array without operations. */
    static List<JsonValue> enough(Fields fields, String name, List<JsonValue> operations) {
        if (operations.isEmpty()) {
            fields.error(name, "too_few", "operations must have 1 item or more, got none.");
        }
        return operations;
    }

    private Command batch(Input input) {
        boolean keyed = input.headers().idempotencyKey() != null;
        List<BatchedCall> calls = calls(input.body().get(OPERATIONS), keyed);
        return new CallBatch(calls, units(calls), keyed);
    }

    /**
     * Reads operations.
     *
     * @param once true if the call that has them happens at most once
     * @throws RefusedException with everything that is wrong with the first one that has errors
     */
    List<BatchedCall> calls(List<JsonValue> items, boolean once) {
        List<BatchedCall> calls = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            BatchedCall call;
            try {
                call = BatchedCall.read(table(), items.get(i), i, once);
                call.check(calls);
            } catch (RefusedException refused) {
                throw new RefusedException(CallBatch.inOperation(refused.refusal(), i));
            }
            calls.add(call);
        }
        return calls;
    }

    /** Returns the rate-limit units of operations together. */
    static long units(List<BatchedCall> calls) {
        long units = 0;
        for (BatchedCall call : calls) {
            units += call.route().cost();
        }
        return units;
    }

    /** Returns the scopes of all calls that are found. The others are refused when the body is read. */
    List<Scope> scopesOf(Request request) {
        List<Scope> scopes = new ArrayList<>();
        if (request.json() instanceof JsonValue.Obj body && body.get(NAME) instanceof JsonValue.Arr operations) {
            for (JsonValue operation : operations.items()) {
                Scope scope = BatchedCall.scope(table(), operation);
                if (scope != null && !scopes.contains(scope)) {
                    scopes.add(scope);
                }
            }
        }
        return scopes;
    }

    private Router table() {
        Router known = router;
        if (known == null) {
            throw new IllegalStateException("Expected a complete route table, but it has none yet");
        }
        return known;
    }
}
