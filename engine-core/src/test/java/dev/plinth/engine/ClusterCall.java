package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A call that changes something, with all attempts at it under one idempotency key. For one thread. */
final class ClusterCall {
    private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");

    final Kind kind;
    final String key;

    /** The number that is in its body and in no other one. */
    final int number;

    private final Call call;
    final Optional<ClusterResource> resource;
    private int underWay;
    private boolean mayBeDone;
    private Optional<Reply> answer = Optional.empty();
    private final List<String> ends = new ArrayList<>();

    /** Names what is called. */
    enum Kind {
        CREATE,
        PATCH,
        ARCHIVE,
        DELETE,
        JOB,
        LEASE,
        COMPLETE,
        PUBLISH,
        NEW_KEY,
        REVOKE
    }

    /** Names how an attempt ended. */
    enum End {
        ANSWERED,
        NOT_DONE,
        UNKNOWN,
        BUSY
    }

    ClusterCall(Kind kind, int number, Optional<ClusterResource> resource, Call call) {
        this.kind = kind;
        this.number = number;
        this.key = kind + "-" + number;
        this.resource = resource;
        this.call = call.withHeader("Idempotency-Key", key);
    }

    Call call() {
        return call;
    }

    /** Returns the answer that stands, once there is one. */
    Optional<Reply> answer() {
        return answer;
    }

    /** Returns true if no attempt can have changed anything. */
    boolean isCertainlyNotDone() {
        return !mayBeDone && underWay == 0;
    }

    /** Begins an attempt. Returns true if the call has an answer that is remembered. */
    boolean begin() {
        underWay++;
        return answer.filter(ClusterCall::isRemembered).isPresent();
    }

    /**
     * Takes the end of an attempt. An answer that is remembered must be the same each time. One that is not may come
     * later, if its attempt began before, since a log that answers late holds it back.
     *
     * @param wasAnswered what {@link #begin} has returned
     */
    End ended(Reply reply, boolean wasAnswered) {
        underWay--;
        End end = endOf(reply);
        ends.add(reply.status() + " " + code(reply));
        if (end == End.UNKNOWN) {
            mayBeDone = true;
        }
        if (end == End.ANSWERED) {
            mayBeDone = true;
            if (answer.isEmpty()) {
                answer = Optional.of(reply);
            } else if (isRemembered(answer.get())
                    && !same(answer.get(), reply)
                    && (wasAnswered || isRemembered(reply))) {
                throw new AssertionError("Expected the same answer to each attempt of " + this + ", but got "
                        + answer.get().text() + " and " + reply.text());
            } else if (!isRemembered(answer.get())) {
                answer = Optional.of(reply);
            }
        }
        return end;
    }

    static End endOf(Reply reply) {
        if (reply.status() == 503) {
            String code = code(reply);
            return switch (code) {
                case "not_leader", "shutting_down" -> End.NOT_DONE;
                case "outcome_unknown" -> End.UNKNOWN;
                default -> throw new AssertionError("Expected no other 503, but got " + reply.text());
            };
        }
        if (reply.status() >= 500 || reply.status() == 429 || reply.status() == 401 || reply.status() == 400) {
            throw new AssertionError("Expected no such answer, but got " + reply.text());
        }
        return code(reply).equals("idempotency_key_in_use") ? End.BUSY : End.ANSWERED;
    }

    static String code(Reply reply) {
        Matcher code = CODE.matcher(reply.status() < 400 ? "" : reply.text());
        return code.find() ? code.group(1) : "";
    }

    /** Returns a member of the answer as text. */
    String answered(String pointer) {
        return member(answer.orElseThrow(), pointer);
    }

    static String member(Reply reply, String pointer) {
        String text = Json.of(reply.text()).at(pointer).map(Json::toString).orElse("");
        return text.startsWith("\"") ? text.substring(1, text.length() - 1) : text;
    }

    boolean succeeded() {
        return answer.isPresent() && answer.get().status() < 300;
    }

    private static boolean isRemembered(Reply reply) {
        return reply.status() != 412;
    }

    private static boolean same(Reply one, Reply other) {
        return one.status() == other.status() && Arrays.equals(one.body(), other.body());
    }

    @Override
    public String toString() {
        return key + resource.map(on -> " on " + on).orElse("") + " " + ends;
    }
}
