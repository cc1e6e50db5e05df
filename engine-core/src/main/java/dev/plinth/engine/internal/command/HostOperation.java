package dev.plinth.engine.internal.command;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Changes;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Context;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Log;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.event.OwnEventTypes;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.resource.Content;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.resource.Precondition;
import dev.plinth.engine.internal.resource.Resources;
import java.util.ArrayList;
import java.util.List;

/**
 * A synchronous operation of the host on a resource. The host's code runs outside the writer lock, on the resource as
 * it is shown. Its result, patch and events are committed together if the resource still allows it.
 */
public final class HostOperation {
    private static final System.Logger LOG = Log.of(HostOperation.class);

    private HostOperation() {}

    /** The host's code for a synchronous operation. */
    @FunctionalInterface
    public interface Code {
        /** Runs the operation on a resource that the caller's workspace sees. */
        OperationResult run(String workspaceId, String resourceId, Json resource, Json input) throws OperationRefused;
    }

    /** Makes the command. The precondition is checked before the host's code runs, and again at the commit. */
    public static Command.HostCall of(
            String name, Code code, Id resource, byte[] input, Precondition ifMatch, ContentTypes types) {
        return context -> {
            Resources.Operable shown = Resources.operable(context, resource, ifMatch);
            OperationResult result = run(code, context, resource, shown, input);
            checkSize(name, result);
            checkEvents(result);
            return later -> decide(later, resource, result, ifMatch, types);
        };
    }

    private static OperationResult run(
            Code code, Context context, Id resource, Resources.Operable shown, byte[] input) {
        try {
            return code.run(
                    context.workspace().text(), resource.text(), Json.trusted(shown.json()), Json.trusted(input));
        } catch (OperationRefused refused) {
            throw RefusedException.of(ProblemCode.VALIDATION_FAILED, String.valueOf(refused.getMessage()));
        }
    }

    private static Decision decide(
            Context context, Id resource, OperationResult result, Precondition ifMatch, ContentTypes types) {
        Resources.Operable now = Resources.operable(context, resource, ifMatch);
        Changes changes = new Changes();
        Json patch = result.patch();
        if (patch != null) {
            changes.addAll(Resources.patch(resource, patch(patch), Precondition.NONE, types)
                    .decide(context)
                    .changes());
        }
        for (OperationResult.NewEvent event : result.events()) {
            changes.event(new Changes.EventDraft(
                    now.owner(), event.type(), resource, event.data().utf8()));
        }
        return Decision.of(changes, Outcome.Done.ok(result.result().utf8()));
    }

    /**
     * Refuses a result that is too large. Not retryable, because a repeated call would run the host's code again with
     * the same end.
     */
    private static void checkSize(String name, OperationResult result) {
        int bytes = result.result().utf8().length;
        if (bytes > Limits.HOST_RESULT_BYTES_MAX) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "The result of operation {0} must have at most {1} bytes, got {2}; store it elsewhere and return"
                            + " its address. Nothing was changed.",
                    name,
                    Integer.toString(Limits.HOST_RESULT_BYTES_MAX),
                    Integer.toString(bytes));
            throw new RefusedException(Refusal.of(
                            ProblemCode.INTERNAL_ERROR,
                            "The operation returned " + bytes + " bytes, more than the limit of "
                                    + Limits.HOST_RESULT_BYTES_MAX
                                    + "; nothing was changed. Report this to the operator of the service.")
                    .notRetryable());
        }
    }

    private static void checkEvents(OperationResult result) {
        for (OperationResult.NewEvent event : result.events()) {
            if (!EventTypes.isName(event.type()) || OwnEventTypes.isReserved(event.type())) {
                throw new IllegalStateException(
                        "Expected events of the host's own types, which match " + EventTypes.NAME
                                + " with at most " + Limits.EVENT_TYPE_LENGTH_MAX
                                + " characters and are not the engine's, but the operation published " + event.type());
            }
        }
    }

    private static Content.Patch patch(Json json) {
        List<ProblemError> errors = new ArrayList<>();
        if (!(JsonReader.trusted(json.utf8()) instanceof JsonValue.Obj object)) {
            throw new IllegalStateException("Expected the operation's patch to be an object, but it is none");
        }
        Fields fields = new Fields(object, "", errors);
        Content.Patch patch = ContentRules.patch(fields);
        fields.end();
        if (!errors.isEmpty()) {
            throw new IllegalStateException("Expected the operation's patch to be valid, but " + errors);
        }
        return patch;
    }
}
