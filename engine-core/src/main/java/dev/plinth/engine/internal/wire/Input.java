package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.ProblemError;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.RefusedException;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.Cursors;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Preferences;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.Precondition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes the arguments of a command out of a request and collects what is wrong with them: first the query, then the body.
 * {@link #checked} refuses with all of it. Not thread-safe.
 */
final class Input {
    private static final JsonValue.Obj NO_MEMBERS = new JsonValue.Obj(Map.of());

    private final Request request;
    private final QueryParameters query;
    private final List<ProblemError> errors = new ArrayList<>();
    private final JsonValue.Obj object;
    private @Nullable Fields body;

    private Input(Request request, QueryParameters query, JsonValue.Obj object) {
        this.request = request;
        this.query = query;
        this.object = object;
    }

    /** The input of a request; refuses at once what cannot be read at all. */
    static Input of(Request request) {
        QueryParameters query =
                QueryParameters.of(request.query(), request.route().parameters());
        return new Input(request, query, object(request, query));
    }

    /** The members of the body. */
    Fields body() {
        Fields known = body;
        if (known == null) {
            known = new Fields(object, "", errors);
            body = known;
        }
        return known;
    }

    /** The parameters of the query. */
    QueryParameters query() {
        return query;
    }

    /** The id in the path. A text that is no id of the kind becomes an id that nothing has. */
    Id id(IdKind kind, int index) {
        return idOrNowhere(kind, request.pathValue(index));
    }

    static Id idOrNowhere(IdKind kind, String text) {
        Id id = Id.parse(kind, text);
        return id == null ? new Id(kind, -1, -1) : id;
    }

    Precondition ifMatch() {
        return new Precondition(
                request.headers().ifMatch(), request.route().demands().contains(Route.Demand.IF_MATCH));
    }

    @Nullable
    String ifNoneMatch() {
        return request.headers().ifNoneMatch();
    }

    /** How long the caller would wait, by the query or by the preference. */
    int waitSeconds() {
        Long asked = query.whole("wait", 1, Limits.WAIT_SECONDS_MAX);
        return asked == null ? Preferences.waitSeconds(request.headers().prefer()) : asked.intValue();
    }

    /** The id in a member of the body; null if it is absent, an id that nothing has if it is none. */
    @Nullable
    Id idMember(String name, IdKind kind) {
        JsonValue value = body().any(name);
        if (value == null) {
            return null;
        }
        if (value instanceof JsonValue.Text text) {
            return idOrNowhere(kind, text.value());
        }
        body().wrongType(name, "an id " + kind.prefix() + "_…", value);
        return null;
    }

    /** The page that is asked for, of a list with these filters. */
    PageRequest page(boolean oldestFirst) {
        Long limit = query.whole("limit", 1, Limits.PAGE_ITEMS_MAX);
        Cursors cursors = request.cursors(request.path() + "?" + query.filter());
        String cursor = query.text("cursor");
        long edge = oldestFirst ? -1 : Long.MAX_VALUE;
        if (cursor != null) {
            edge = cursors.read(cursor);
            if (edge == Cursors.INVALID) {
                query.cursorIsInvalid();
            }
        }
        return new PageRequest(
                limit == null ? Limits.PAGE_ITEMS_DEFAULT : limit.intValue(), edge, oldestFirst, cursors);
    }

    /** A command, if nothing was wrong with its arguments; refuses with everything that was. */
    <T> T checked(T command) {
        query.check();
        if (!object.members().isEmpty()) {
            body().end();
        }
        if (!errors.isEmpty()) {
            throw new RefusedException(Refusal.of(
                    ProblemCode.VALIDATION_FAILED,
                    "Expected a valid body, but there " + count() + " listed with where it stands.",
                    List.copyOf(errors)));
        }
        return command;
    }

    private String count() {
        return switch (errors.size()) {
            case 1 -> "is 1 error; it is";
            case Limits.ERRORS_MAX -> "are " + Limits.ERRORS_MAX + " errors or more; each of the first is";
            default -> "are " + errors.size() + " errors; each is";
        };
    }

    private static JsonValue.Obj object(Request request, QueryParameters query) {
        Route.Body kind = request.route().body();
        if (kind == Route.Body.NONE) {
            return NO_MEMBERS;
        }
        String error = request.parseError();
        String excess = request.excess();
        if (error != null && excess != null) {
            query.check();
            throw invalid(excess, "too_many", error);
        }
        if (error != null) {
            throw RefusedException.of(ProblemCode.MALFORMED_REQUEST, error);
        }
        JsonValue json = request.json();
        if (json == null) {
            if (kind == Route.Body.OPTIONAL) {
                return NO_MEMBERS;
            }
            throw RefusedException.of(
                    ProblemCode.MALFORMED_REQUEST, "Expected a JSON object as the body, but there is no body.");
        }
        if (json instanceof JsonValue.Obj object) {
            return object;
        }
        query.check();
        String detail = "Expected a JSON object as the body, but got " + json.kind() + ".";
        throw invalid("", "invalid_type", detail);
    }

    private static RefusedException invalid(String pointer, String code, String detail) {
        return new RefusedException(Refusal.of(
                ProblemCode.VALIDATION_FAILED,
                detail,
                List.of(new ProblemError(ProblemError.Source.POINTER, pointer, code, detail))));
    }

    /** Adds an error anywhere in the body. */
    void error(String pointer, String code, String detail) {
        body().errorInside(new ProblemError(ProblemError.Source.POINTER, pointer, code, detail));
    }

    /** An object member in compact form; empty if it is absent. */
    byte[] objectMember(String name) {
        JsonValue.Obj member = body().object(name);
        return member == null ? "{}".getBytes(StandardCharsets.US_ASCII) : JsonBytes.compact(member);
    }
}
