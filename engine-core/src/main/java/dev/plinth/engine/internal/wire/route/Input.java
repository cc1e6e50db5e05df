package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.Cursors;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Preferences;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.Precondition;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes the arguments of a command out of a request: first the query, then the body that the route declares. Refuses with all
 * that is wrong with one of them. Not thread-safe.
 */
public final class Input {
    private static final JsonValue.Obj NO_MEMBERS = new JsonValue.Obj(Map.of());

    private final Request request;
    private final QueryParameters query;
    private final JsonValue.Obj object;
    private final List<ProblemError> ofPath = new ArrayList<>();
    private @Nullable Values body;

    private Input(Request request, QueryParameters query, JsonValue.Obj object) {
        this.request = request;
        this.query = query;
        this.object = object;
    }

    /** Returns the input of a request. Refuses a body that is no JSON object. */
    static Input of(Request request) {
        QueryParameters query =
                QueryParameters.of(request.query(), request.route().parameters());
        return new Input(request, query, object(request, query));
    }

    /** Returns true if a workspace is the caller's. An operation of a batch does not know its caller yet. */
    public boolean isOfCaller(Id workspace) {
        return request.isFor(workspace);
    }

    /** Notes the refusal of a value in the path, whose errors are told together with those of the body. */
    public void note(Refusal refusal) {
        ofPath.addAll(refusal.errors());
    }

    /** Returns what the body says; refuses with everything that is wrong with the query, or else with the body. */
    public Values body() {
        Values known = body;
        if (known == null) {
            query.check();
            known = read();
            body = known;
        }
        return known;
    }

    private Values read() {
        List<ProblemError> errors = new ArrayList<>(ofPath);
        Fields fields = new Fields(object, "", errors);
        Values values = request.route().body().read(fields);
        fields.end();
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(ProblemCode.VALIDATION_FAILED, detail(errors), List.copyOf(errors)));
        }
        return values;
    }

    private String detail(List<ProblemError> errors) {
        if (ofPath.isEmpty()) {
            return "The body has " + count(errors) + ". Correct each of those listed.";
        }
        return errors.equals(ofPath)
                ? ofPath.get(0).detail()
                : "The path and the body have errors. Correct each of those listed.";
    }

    public QueryParameters query() {
        return query;
    }

    /** Returns the id in the path. A text that is no id of the kind becomes an id that nothing has. */
    public Id id(IdKind kind, int index) {
        return Id.orNowhere(kind, request.pathValue(index));
    }

    /** Returns the conditions on the version of the target. */
    public Precondition precondition() {
        return new Precondition(
                request.headers().ifMatch(),
                request.headers().ifNoneMatch(),
                request.route().demands().contains(Route.Demand.IF_MATCH));
    }

    /** Returns how many seconds the caller would wait, by the query or by the preference. */
    public int waitSeconds() {
        Integer asked = query.find(QueryParameters.WAIT);
        return asked == null ? Preferences.waitSeconds(request.headers().prefer()) : asked;
    }

    public String pathValue(int index) {
        return request.pathValue(index);
    }

    public Request.Headers headers() {
        return request.headers();
    }

    /** Returns the page of the list with these filters, the newest first. */
    public PageRequest page() {
        return page(false);
    }

    /** Returns the page of the list with these filters. */
    public PageRequest page(boolean oldestFirst) {
        Integer limit = query.find(QueryParameters.LIMIT);
        Cursors cursors = request.cursors(request.path() + "?" + query.filter());
        String cursor = query.find(QueryParameters.CURSOR);
        long edge = oldestFirst ? -1 : Long.MAX_VALUE;
        if (cursor != null) {
            edge = cursors.read(cursor);
            if (edge == Cursors.INVALID) {
                query.cursorIsInvalid();
            }
        }
        return new PageRequest(limit == null ? Limits.PAGE_ITEMS_DEFAULT : limit, edge, oldestFirst, cursors);
    }

    /** Refuses with everything that is wrong with the arguments, also with those that the command did not ask for. */
    void check() {
        query.check();
        if (request.route().body().isTaken()) {
            Values unused = body();
        }
    }

    public static String count(List<ProblemError> errors) {
        return switch (errors.size()) {
            case 1 -> "1 error";
            case Limits.ERRORS_MAX -> Limits.ERRORS_MAX + " errors or more";
            default -> errors.size() + " errors";
        };
    }

    private static JsonValue.Obj object(Request request, QueryParameters query) {
        Body declared = request.route().body();
        if (!declared.isTaken()) {
            return NO_MEMBERS;
        }
        String error = request.parseError();
        String excess = request.excess();
        if (error != null && excess != null) {
            query.check();
            throw new RefusedException(Refusal.ofBody(excess, "too_many", error));
        }
        if (error != null) {
            throw RefusedException.of(ProblemCode.MALFORMED_REQUEST, error);
        }
        JsonValue json = request.json();
        if (json == null) {
            if (!declared.isRequired()) {
                return NO_MEMBERS;
            }
            throw RefusedException.of(ProblemCode.MALFORMED_REQUEST, "This route needs a body. Send a JSON object.");
        }
        if (json instanceof JsonValue.Obj object) {
            return object;
        }
        query.check();
        throw new RefusedException(
                Refusal.ofBody("", "invalid_type", "The body must be a JSON object, got " + json.kind() + "."));
    }
}
