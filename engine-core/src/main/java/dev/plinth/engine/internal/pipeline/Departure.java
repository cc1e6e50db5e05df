package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.requestlog.Entry;
import dev.plinth.engine.internal.requestlog.RequestLog;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The door out: writes down what a request was answered, on the thread that answers it and before anybody has the answer.
 *
 * <p>Requests of the operator, and those that failed authentication, are no workspace's, and so in no workspace's log.
 */
final class Departure {
    private final RequestLog log;

    Departure(RequestLog log) {
        this.log = log;
    }

    /** Writes the answer down, and gives it on. */
    Answer note(Passage passage, Answer answer) {
        Caller caller = passage.caller;
        if (!caller.isOperator() && !isUnauthenticated(answer.outcome())) {
            log.add(caller.workspace(), entry(passage, answer.outcome()));
        }
        return answer;
    }

    /** A key that went while its request was under way failed authentication after all. */
    private static boolean isUnauthenticated(Outcome outcome) {
        return outcome instanceof Outcome.Turned turned && turned.refusal().code() == ProblemCode.INVALID_TOKEN;
    }

    private static Entry entry(Passage passage, Outcome outcome) {
        Request request = passage.request;
        String path = request.path();
        boolean done = outcome instanceof Outcome.Done;
        return new Entry(
                passage.id,
                passage.caller.key(),
                request.method(),
                request.operation().path(),
                path.length() > Limits.REQUEST_LOG_PATH_LENGTH_MAX
                        ? path.substring(0, Limits.REQUEST_LOG_PATH_LENGTH_MAX)
                        : path,
                outcome.status(),
                code(outcome),
                passage.key,
                passage.use,
                TimeUnit.NANOSECONDS.toMicros(passage.nanos()),
                done ? passage.events : List.<Id>of(),
                done ? passage.jobs : List.<Id>of());
    }

    private static @Nullable String code(Outcome outcome) {
        if (outcome instanceof Outcome.Turned turned) {
            return turned.refusal().code().wireName();
        }
        boolean refusedBefore = outcome instanceof Outcome.Replayed && outcome.status() >= 400;
        return refusedBefore
                        && JsonReader.trusted(((Outcome.Replayed) outcome).body()) instanceof JsonValue.Obj problem
                        && problem.get("code") instanceof JsonValue.Text code
                ? code.value()
                : null;
    }
}
