package dev.plinth.engine.internal.command;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.job.ItemJob;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.resource.Content;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.resource.NewContent;
import dev.plinth.engine.internal.resource.Precondition;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.webhook.FanOut;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The job of the bulk route: up to 10,000 operations on resources, each with an outcome of its own. */
public final class BulkJob implements ItemJob {
    /** The type of the job. */
    public static final String TYPE = "resources.bulk";

    /** The actions of an item. */
    public static final List<String> ACTIONS =
            List.of("create", "update", "pause", "resume", "archive", "unarchive", "delete");

    private static final Id NOWHERE = new Id(IdKind.RESOURCE, -1, -1);

    private final Plans plans;
    private final ContentTypes types;
    private final ProblemJson problems;
    private final List<JsonValue> operations;

    private BulkJob(Plans plans, ContentTypes types, ProblemJson problems, List<JsonValue> operations) {
        this.plans = plans;
        this.types = types;
        this.problems = problems;
        this.operations = operations;
    }

    /** Opens the job of an input, which is the compact array of operations. */
    public static Function<byte[], ItemJob> opener(Plans plans, ContentTypes types, ProblemJson problems) {
        return input -> new BulkJob(plans, types, problems, ((JsonValue.Arr) JsonReader.trusted(input)).items());
    }

    /** Returns the input of a job of these operations. */
    public static byte[] input(List<JsonValue> operations) {
        return JsonBytes.compact(new JsonValue.Arr(operations));
    }

    @Override
    public int count() {
        return operations.size();
    }

    @Override
    public Command.Change item(int index) {
        List<ProblemError> errors = new ArrayList<>();
        Fields fields = new Fields((JsonValue.Obj) operations.get(index), "", errors);
        String action = fields.oneOf("action", ACTIONS);
        Command.Change change = change(fields, action == null ? "" : action);
        fields.end();
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(
                    ProblemCode.VALIDATION_FAILED, "The operation has errors. Correct each of those listed.", errors));
        }
        return change;
    }

    @Override
    public byte[] render(int index, Outcome outcome) {
        JsonBytes json = JsonBytes.object().member("index", index);
        if (outcome instanceof Outcome.Done done) {
            json.member("status", done.status());
            id(done.body(), json);
        } else if (outcome instanceof Outcome.Refused refused) {
            json.member("status", refused.refusal().code().status());
            if (((JsonValue.Obj) operations.get(index)).get("id") instanceof JsonValue.Text id
                    && id.value().length() <= Limits.NAME_LENGTH_MAX) {
                json.member("id", id.value());
            }
            json.raw("error", problems.render(bounded(refused.refusal())));
        }
        return json.end();
    }

    /** Cuts the errors of a refusal to the length that an outcome holds. */
    private static Refusal bounded(Refusal refusal) {
        List<ProblemError> errors = new ArrayList<>();
        int length = 0;
        for (ProblemError error : refusal.errors()) {
            length +=
                    error.at().length() + error.code().length() + error.detail().length();
            if (length > Limits.BULK_ITEM_ERRORS_LENGTH_MAX) {
                return Refusal.of(
                        refusal.code(),
                        refusal.detail() + " Only the first " + errors.size() + " of "
                                + refusal.errors().size() + " errors are listed.",
                        errors);
            }
            errors.add(error);
        }
        return refusal;
    }

    private static void id(byte[] body, JsonBytes json) {
        if (JsonReader.trusted(body) instanceof JsonValue.Obj object && object.get("id") instanceof JsonValue.Text id) {
            json.member("id", id.value());
        }
    }

    private Command.Change change(Fields fields, String action) {
        if (action.equals("create")) {
            NewContent made = types.newResource();
            Values values = made.body().read(fields);
            return context ->
                    Resources.create(made.of(values)).decide(context.as(Access.engineUnderPlan(plans, context)));
        }
        Id id = id(fields);
        return switch (action) {
            case "update" -> update(fields, id);
            case "delete" -> Resources.delete(id, Precondition.NONE, Jobs::cancelOn, FanOut::rows);
            default -> Resources.move(id, action, Precondition.NONE);
        };
    }

    private Command.Change update(Fields fields, Id id) {
        Content.Patch patch = ContentRules.patch(fields);
        return Resources.patch(id, patch, Precondition.NONE, types);
    }

    private static Id id(Fields fields) {
        JsonValue value = fields.any("id");
        if (value == null) {
            fields.missing("id", "the id of a resource");
            return NOWHERE;
        }
        if (!(value instanceof JsonValue.Text text)) {
            fields.wrongType("id", "the id of a resource", value);
            return NOWHERE;
        }
        @Nullable Id id = Id.parse(IdKind.RESOURCE, text.value());
        return id == null ? NOWHERE : id;
    }
}
