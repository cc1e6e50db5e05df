package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.command.ApplyRow;
import dev.plinth.engine.internal.command.CallBatch;
import dev.plinth.engine.internal.command.ReadVersion;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.json.MalformedJsonException;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.wire.route.Router;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads bodies of rows of an inbox: operations of the host's own code, and versions that resources must have. */
final class InboxBody {
    private static final Member<List<JsonValue>> OPERATIONS = Member.required(
            BatchRoutes.NAME,
            Kind.list(1, Limits.BATCH_OPERATIONS_MAX, BatchedCall.BODY.schema(), BatchRoutes::enough),
            "an array of 1 to " + Limits.BATCH_OPERATIONS_MAX + " operations");
    private static final Member<Id> RESOURCE = Member.required("resource", Kind.id(IdKind.RESOURCE));
    private static final Member<Long> VERSION = Member.required("version", Kind.whole(0, Long.MAX_VALUE));
    private static final Body REQUIRED = Body.of("RequiredVersion", RESOURCE, VERSION);
    private static final Member<List<ReadVersion>> REQUIRE = Member.optional(
            "require", Kind.list(0, Limits.BATCH_OPERATIONS_MAX, REQUIRED.schema(), InboxBody::versions), List.of());
    private static final Body BODY = Body.of("InboxBody", OPERATIONS, REQUIRE);

    private InboxBody() {}

    /**
     * Reads a body.
     *
     * @param json its JSON in UTF-8
     * @throws RefusedException with everything that is wrong with it, or with the first operation that has errors
     */
    static ApplyRow.Body read(Router table, byte[] json) {
        Values values = values(json);
        List<JsonValue> items = values.get(OPERATIONS);
        List<BatchedCall> calls = new ArrayList<>(items.size());
        Set<String> resources = new LinkedHashSet<>();
        for (int i = 0; i < items.size(); i++) {
            BatchedCall call;
            try {
                call = BatchedCall.readOfHost(table, items.get(i), i);
                call.check(calls);
            } catch (RefusedException refused) {
                throw new RefusedException(CallBatch.inOperation(refused.refusal(), i));
            }
            calls.add(call);
            for (String name : call.mayName()) {
                if (Id.parse(IdKind.RESOURCE, name) != null) {
                    resources.add(name);
                }
            }
        }
        List<ReadVersion> required = values.get(REQUIRE);
        required.forEach(version -> resources.add(version.text()));
        return new ApplyRow.Body(calls, required, resources);
    }

    private static Values values(byte[] json) {
        if (json.length > Limits.RECORD_BYTES_MAX) {
            throw RefusedException.of(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "The body of a row may have " + Limits.RECORD_BYTES_MAX + " bytes, got " + json.length
                            + ". Write several rows.");
        }
        JsonValue value;
        try {
            value = JsonReader.read(json);
        } catch (MalformedJsonException e) {
            throw RefusedException.of(
                    ProblemCode.MALFORMED_REQUEST,
                    "The body of a row must be the JSON of POST /v1/batch. " + e.getMessage());
        }
        if (!(value instanceof JsonValue.Obj object)) {
            throw new RefusedException(Refusal.ofBody(
                    "", "invalid_type", "The body of a row must be an object, got " + value.kind() + "."));
        }
        List<ProblemError> errors = new ArrayList<>();
        Fields fields = new Fields(object, "", errors);
        Values values = BODY.read(fields);
        fields.end();
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(
                    ProblemCode.VALIDATION_FAILED,
                    "The body of the row has errors. Correct each of those listed.",
                    errors));
        }
        return values;
    }

    private static List<ReadVersion> versions(Fields fields, String name, List<JsonValue> items) {
        List<ReadVersion> versions = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof JsonValue.Obj object)) {
                Kind.itemError(fields, name, i, "", "invalid_type", "require must have objects alone.");
                continue;
            }
            List<ProblemError> errors = new ArrayList<>();
            Fields inner = new Fields(object, "/" + name + "/" + i, errors);
            Values values = REQUIRED.read(inner);
            inner.end();
            errors.forEach(fields::errorInside);
            if (errors.isEmpty()) {
                versions.add(new ReadVersion(values.get(RESOURCE), null, values.get(VERSION)));
            }
        }
        return versions;
    }
}
