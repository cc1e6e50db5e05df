package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.command.CallBatch;
import dev.plinth.engine.internal.command.RecordedEffects;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.wire.route.BatchReferences;
import dev.plinth.engine.internal.wire.route.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A call of a batch: a route of the table with its path, its body and its precondition. Not thread-safe. */
final class BatchedCall implements CallBatch.Operation {
    private static final Member<String> METHOD =
            Member.required("method", Kind.oneOf(List.of("POST", "PUT", "PATCH", "DELETE")));
    private static final Member<String> PATH = Member.required(
            "path", Kind.text(1, Limits.BATCH_PATH_LENGTH_MAX), "the path of a call, such as /v1/resources");
    private static final Member<JsonValue> CONTENT = Member.optional("body", Kind.ANY.shownAs(Schema.OBJECT));
    private static final Member<String> IF_MATCH =
            Member.optional("ifMatch", Kind.text(0, Limits.BATCH_PATH_LENGTH_MAX));

    private static final Member<String> NEW_ID = Member.optional("id", Kind.text(1, Id.TEXT_LENGTH_MAX));

    /** The members of an operation. */
    static final Body BODY = Body.of("BatchOperation", METHOD, PATH, CONTENT, IF_MATCH);

    /** The members of an operation of the host's own code, which may give the id of what it creates. */
    private static final Body OF_HOST = Body.of("InboxOperation", METHOD, PATH, CONTENT, IF_MATCH, NEW_ID);

    private static final String CANCEL_JOB = "cancelJob";
    private static final Map<String, IdKind> CREATED =
            Map.of("createResource", IdKind.RESOURCE, "createChild", IdKind.CHILD, "createJob", IdKind.JOB);

    private static final String ALLOWED =
            "A batch takes changes of resources, children and shares, POST /v1/jobs and POST /v1/events.";
    private static final String TYPE = "/type";
    private static final String DATA = "/data";
    private static final String ABOUT = "resourceId";
    private static final byte[] NO_BODY = {};

    private final Router.MatchedRoute target;
    private final @Nullable JsonValue body;
    private final @Nullable String ifMatch;
    private final @Nullable Id newId;
    private final List<BatchReferences.Reference> references = new ArrayList<>();
    private Command.@Nullable Change change;

    private BatchedCall(
            Router.MatchedRoute target, @Nullable JsonValue body, @Nullable String ifMatch, @Nullable Id newId) {
        this.target = target;
        this.body = body;
        this.ifMatch = ifMatch;
        this.newId = newId;
        BatchReferences.findInPath(target.values(), references);
        BatchReferences.findInBody(body, BatchReferences.BODY, references);
    }

    /**
     * Reads an operation of a batch.
     *
     * @param index its place in the batch, from 0
     * @param keyed true if the batch has an idempotency key
     */
    static BatchedCall read(Router table, JsonValue operation, int index, boolean keyed) {
        Values values = members(BODY, operation, index);
        Router.MatchedRoute target = target(table, values, false, index);
        if (!keyed && target.route().demands().contains(Route.Demand.IDEMPOTENCY_KEY)) {
            throw RefusedException.of(
                    ProblemCode.IDEMPOTENCY_KEY_MISSING,
                    "This operation needs the header Idempotency-Key. Send a new UUID with each new batch.");
        }
        return new BatchedCall(target, values.find(CONTENT), values.find(IF_MATCH), null);
    }

    /**
     * Reads an operation of the host's own code. It may give the id of what it creates, and cancel a job. It is done on any
     * version unless it says otherwise.
     *
     * @param index its place among the operations, from 0
     */
    static BatchedCall readOfHost(Router table, JsonValue operation, int index) {
        Values values = members(OF_HOST, operation, index);
        Router.MatchedRoute target = target(table, values, true, index);
        String ifMatch = values.find(IF_MATCH);
        String version = ifMatch == null && target.route().looksAtIfMatch() ? "*" : ifMatch;
        return new BatchedCall(target, values.find(CONTENT), version, newId(target.route(), values, index));
    }

    private static @Nullable Id newId(Route route, Values values, int index) {
        String text = values.find(NEW_ID);
        if (text == null) {
            return null;
        }
        IdKind kind = CREATED.get(route.name());
        if (kind == null) {
            throw invalid(index, "/id", "invalid_value", "id must be left out, because the operation creates nothing.");
        }
        Id id = Id.parse(kind, text);
        if (id == null) {
            throw invalid(
                    index,
                    "/id",
                    "invalid_format",
                    "id must be the id of a new object, " + kind.prefix() + "_…, got " + Quoted.of(text) + ".");
        }
        return id;
    }

    private static Values members(Body members, JsonValue operation, int index) {
        if (!(operation instanceof JsonValue.Obj object)) {
            throw invalid(index, "", "invalid_type", "Each operation must be an object, got " + operation.kind() + ".");
        }
        List<ProblemError> errors = new ArrayList<>();
        Fields fields = new Fields(object, "", errors);
        Values values = members.read(fields);
        fields.end();
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(
                            ProblemCode.VALIDATION_FAILED,
                            "The operation has errors. Correct each of those listed.",
                            errors)
                    .inOperation(index, ""));
        }
        return values;
    }

    private static Router.MatchedRoute target(Router table, Values values, boolean ofHost, int index) {
        String method = values.get(METHOD);
        String path = values.get(PATH);
        if (path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
            throw invalid(index, "/path", "invalid_value", "path must have no query, got " + Quoted.of(path) + ".");
        }
        Router.MatchedRoute target;
        try {
            target = table.match(method, path);
        } catch (RefusedException refused) {
            boolean isKnown = refused.refusal().code() == ProblemCode.METHOD_NOT_ALLOWED;
            throw isKnown
                    ? invalid(
                            index,
                            "/method",
                            "invalid_value",
                            "method must be one that the path takes, got " + method + ". " + ALLOWED)
                    : notAllowed(path, index);
        }
        boolean isTaken =
                target.route().inBatch() || ofHost && target.route().name().equals(CANCEL_JOB);
        if (!isTaken) {
            throw notAllowed(path, index);
        }
        return target;
    }

    private static RefusedException notAllowed(String path, int index) {
        return invalid(
                index,
                "/path",
                "invalid_value",
                "path must be one that a batch takes, got " + Quoted.of(path) + ". " + ALLOWED);
    }

    private static RefusedException invalid(int index, String at, String code, String detail) {
        return new RefusedException(Refusal.ofBody(at, code, detail).inOperation(index, ""));
    }

    /** Returns the scope that an operation needs, or null if it is not one of the table's. */
    static @Nullable Scope scope(Router table, JsonValue operation) {
        if (operation instanceof JsonValue.Obj object
                && object.get(METHOD.name()) instanceof JsonValue.Text method
                && object.get(PATH.name()) instanceof JsonValue.Text path) {
            try {
                Route route = table.match(method.value(), path.value()).route();
                return route.inBatch() ? route.scope() : null;
            } catch (RefusedException refused) {
                return null;
            }
        }
        return null;
    }

    Route route() {
        return target.route();
    }

    /** Returns the texts that may name resources which the call changes, creates or is about. */
    List<String> mayName() {
        List<String> names = new ArrayList<>(target.values());
        Id created = newId;
        if (created != null) {
            names.add(created.text());
        }
        if (body instanceof JsonValue.Obj object && object.get(ABOUT) instanceof JsonValue.Text text) {
            names.add(text.value());
        }
        return names;
    }

    /**
     * Refuses with all that is known to be wrong before any operation is done.
     *
     * @param earlier the operations before this one
     */
    void check(List<BatchedCall> earlier) {
        int index = earlier.size();
        for (BatchReferences.Reference reference : references) {
            boolean isKnown = reference.operation() < index
                    && earlier.get(reference.operation()).mayAnswer(reference.member());
            if (!isKnown) {
                throw unknown(reference, index);
            }
        }
        if (references.isEmpty()) {
            change = decoded(target.values(), body);
            return;
        }
        try {
            Command.Change unused = decoded(target.values(), body);
        } catch (RefusedException refused) {
            Refusal refusal = refused.refusal();
            List<ProblemError> certain = refusal.errors().stream()
                    .filter(error -> !isOfReference(error))
                    .toList();
            if (!certain.isEmpty() || refusal.errors().isEmpty()) {
                throw new RefusedException(Refusal.of(refusal.code(), refusal.detail(), certain));
            }
        }
    }

    /** Returns true if an error may go once references have their values. */
    private boolean isOfReference(ProblemError error) {
        // A reference to the type leaves open which schema the data has to match.
        boolean isOfData = error.at().equals(DATA) || error.at().startsWith(DATA + "/");
        return BatchReferences.isAt(body, error.at()) || isOfData && BatchReferences.isAt(body, TYPE);
    }

    /** Returns true if the answer may have a member with this name that is a string. */
    private boolean mayAnswer(String member) {
        for (Route.Success success : route().successes()) {
            Schema shown = success.shown();
            for (Entity entity : shown == null ? List.<Entity>of() : shown.entities()) {
                if (entity.members().stream()
                        .anyMatch(known -> known.name().equals(member)
                                && known.schema().types().contains("string"))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static RefusedException unknown(BatchReferences.Reference reference, int index) {
        return invalid(
                index,
                reference.at().pointer(),
                "unknown_reference",
                Quoted.of(reference.text())
                        + " must name an earlier operation and a member of its answer that is a string.");
    }

    @Override
    public Command.Change change(CallBatch.Answers earlier, int index) {
        Command.Change known = change;
        if (known != null) {
            return known;
        }
        Resolved values = new Resolved(earlier, index);
        JsonValue content = body;
        return decoded(
                BatchReferences.resolvePath(target.values(), values),
                content == null ? null : BatchReferences.resolveBody(content, values));
    }

    /** The values of the references of one operation. Their length is bounded, because a short reference may stand for a long text. */
    private static final class Resolved implements Function<BatchReferences.Reference, String> {
        private final CallBatch.Answers earlier;
        private final int index;
        private long length;

        Resolved(CallBatch.Answers earlier, int index) {
            this.earlier = earlier;
            this.index = index;
        }

        @Override
        public String apply(BatchReferences.Reference reference) {
            String value = earlier.member(reference.operation(), reference.member());
            if (value == null) {
                throw unknown(reference, index);
            }
            length += value.length();
            if (length > Limits.BODY_BYTES_MAX) {
                throw invalid(
                        index,
                        reference.at().pointer(),
                        "too_long",
                        "The references of an operation may stand for " + Limits.BODY_BYTES_MAX
                                + " characters, and these stand for more. Use fewer of them.");
            }
            return value;
        }
    }

    private Command.Change decoded(List<String> pathValues, @Nullable JsonValue content) {
        Request.Headers headers = ifMatch == null ? Request.Headers.NONE : Request.Headers.NONE.withIfMatch(ifMatch);
        Request request = new Request(route(), route().method(), pathValues, null, headers, NO_BODY, false);
        Request complete = content == null ? request : request.having(content);
        Command.Change decoded = (Command.Change) route().decoder().decode(complete);
        Id given = newId;
        return given == null ? decoded : RecordedEffects.giving(given, decoded);
    }
}
