package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Scope;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.pipeline.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Spells one row of the command table: what most rows have in common is left out. Not thread-safe. */
final class OperationRow {
    private final String name;
    private final String method;
    private final String path;
    private Operation.Guard guard = Operation.Guard.WORKSPACE;
    private @Nullable Scope scope;
    private int cost = 1;
    private boolean ofWorker;
    private Operation.Body body;
    private String accepts = "Nothing";
    private int bodyBytesMax = Limits.BODY_BYTES_MAX;
    private int bodyItemsMax = JsonReader.ANY_NUMBER;
    private boolean slow;
    private List<String> parameters = List.of();
    private final List<Operation.Success> successes = new ArrayList<>();
    private List<ProblemCode> codes = List.of();

    private OperationRow(String name, String method, String path) {
        this.name = name;
        this.method = method;
        this.path = path;
        this.body = method.equals("GET") ? Operation.Body.NONE : Operation.Body.OPTIONAL;
    }

    static OperationRow of(String name, String method, String path) {
        return new OperationRow(name, method, path);
    }

    OperationRow scope(Scope needed) {
        scope = needed;
        return this;
    }

    OperationRow operator() {
        guard = Operation.Guard.OPERATOR;
        return this;
    }

    OperationRow anybody() {
        guard = Operation.Guard.NOBODY;
        return this;
    }

    OperationRow free() {
        cost = 0;
        return this;
    }

    /** Costs no units, but one of the workspace's bucket for workers' calls. */
    OperationRow ofWorker() {
        ofWorker = true;
        return free();
    }

    /** Has to be sent a body, of the schema of this name. */
    OperationRow takes(String schema) {
        body = Operation.Body.REQUIRED;
        return mayTake(schema);
    }

    /** Has to be sent a body of at most so many bytes, whose arrays have at most so many items. */
    OperationRow takes(String schema, int bytesMax, int itemsMax) {
        bodyBytesMax = bytesMax;
        bodyItemsMax = itemsMax;
        return takes(schema);
    }

    /** May be sent a body, of the schema of this name. */
    OperationRow mayTake(String schema) {
        accepts = schema;
        return this;
    }

    /** May take long on the caller's thread. */
    OperationRow slow() {
        slow = true;
        return this;
    }

    OperationRow parameters(String... names) {
        parameters = List.of(names);
        return this;
    }

    /** Answers 200 with an entity, or with a page of it where the row is a list. */
    OperationRow gives(String entity) {
        return gives(200, entity);
    }

    /** Answers a status with an entity, empty for no body; the usual one is said first. */
    OperationRow gives(int status, String entity) {
        successes.add(new Operation.Success(status, entity));
        return this;
    }

    /** Problems that this row alone may meet. */
    OperationRow refuses(ProblemCode... problems) {
        codes = List.of(problems);
        return this;
    }

    OperationRow page(String... filters) {
        String[] names = new String[filters.length + 2];
        System.arraycopy(filters, 0, names, 0, filters.length);
        names[filters.length] = "limit";
        names[filters.length + 1] = "cursor";
        return parameters(names);
    }

    Operation decodedBy(Operation.Decoder decoder) {
        return new Operation(
                name,
                method,
                path,
                guard,
                scope,
                cost,
                Map.of(),
                ofWorker,
                Set.of(),
                body,
                accepts,
                bodyBytesMax,
                bodyItemsMax,
                slow,
                parameters,
                List.copyOf(successes),
                codes,
                decoder);
    }
}
