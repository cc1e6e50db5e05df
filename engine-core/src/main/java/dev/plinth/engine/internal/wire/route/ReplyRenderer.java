package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Answer;
import dev.plinth.engine.internal.quota.PolicyQuota;
import dev.plinth.engine.internal.quota.Quota;
import dev.plinth.engine.settings.Plan;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes an answer as status, headers and bytes. Immutable. */
public final class ReplyRenderer {
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    private static final PlanTexts PLANS = new PlanTexts();

    private final ProblemJson problems;
    private final String challenge;
    private final Optional<String> nodeId;
    private final Supplier<Optional<URI>> leaderUrl;

    /**
     * The texts of the engine in replies.
     *
     * @param realm the realm of challenges (RFC 9110 §11.5), without quotes and backslashes
     * @param nodeId the node that each reply names; empty for an engine without a shared log
     * @param leaderUrl the address of the node that leads, as far as it is known
     */
    public record Settings(String realm, Optional<String> nodeId, Supplier<Optional<URI>> leaderUrl) {}

    /** Makes a renderer of answers and refusals. */
    public ReplyRenderer(ProblemJson problems, Settings settings) {
        this.problems = problems;
        this.challenge = "Bearer realm=\"" + settings.realm() + "\"";
        this.nodeId = settings.nodeId();
        this.leaderUrl = settings.leaderUrl();
    }

    public Reply write(Answer answer) {
        ReplyHeaders headers = begun(answer.request());
        Outcome outcome = answer.outcome();
        Reply reply;
        if (outcome instanceof Outcome.Done done) {
            reply = done(done, answer.safe(), headers);
        } else if (outcome instanceof Outcome.Replayed replayed) {
            reply = replayed(replayed, headers);
        } else if (outcome instanceof Outcome.HostReply host) {
            reply = ofHost(host.status(), host.headers(), host.body(), headers);
        } else if (outcome instanceof Outcome.Page page) {
            headers.add("Cache-Control", "no-store");
            headers.add("Content-Type", page.contentType());
            if (page.contentType().equals(FrontPage.HTML)) {
                headers.add("Content-Security-Policy", FrontPage.POLICY);
                headers.add("X-Content-Type-Options", "nosniff");
            }
            if (page.rest() != null) {
                headers.add("X-Accel-Buffering", "no"); // a proxy that collects a stream never passes it on
            }
            reply = Reply.of(page.status(), headers, page.body());
        } else {
            reply = refused(((Outcome.Refused) outcome).refusal(), answer.request(), answer.keyed(), headers);
        }
        quota(answer.quota(), headers);
        if (answer.waitedSeconds() > 0) {
            headers.add("Preference-Applied", "wait=" + answer.waitedSeconds());
        }
        return reply;
    }

    public Reply write(Refusal refusal, Id request) {
        return write(refusal, request, false);
    }

    /** @param keyed true if the call has an idempotency key */
    public Reply write(Refusal refusal, Id request, boolean keyed) {
        ReplyHeaders headers = begun(request);
        return refused(refusal, request, keyed, headers);
    }

    private ReplyHeaders begun(Id request) {
        ReplyHeaders headers = new ReplyHeaders();
        headers.add("Request-Id", request.text());
        if (nodeId.isPresent()) {
            headers.add(AnswerHeaders.NODE, nodeId.get());
        }
        return headers;
    }

    private static Reply done(Outcome.Done done, boolean safe, ReplyHeaders headers) {
        headers.add("Cache-Control", safe && done.etag() != null ? "private, no-cache" : "no-store");
        if (done.status() != 304) {
            headers.add("Content-Type", JSON);
        }
        put(headers, "ETag", done.etag());
        put(headers, "Location", done.location());
        retryAfter(headers, done.retryAfterSeconds());
        return Reply.of(done.status(), headers, done.body());
    }

    /** An answer of the host says itself how it may be cached. If it does not, nothing keeps it. */
    private static Reply ofHost(int status, Map<String, String> own, byte[] body, ReplyHeaders headers) {
        boolean says = false;
        for (String name : own.keySet()) {
            says |= name.equalsIgnoreCase("Cache-Control");
        }
        if (!says) {
            headers.add("Cache-Control", "no-store");
        }
        own.forEach(headers::add);
        return Reply.of(status, headers, body);
    }

    private Reply replayed(Outcome.Replayed replayed, ReplyHeaders headers) {
        Map<String, String> own = replayed.hostHeaders();
        if (own == null) {
            headers.add("Cache-Control", "no-store");
            headers.add("Content-Type", replayed.status() < 400 ? JSON : PROBLEM);
            put(headers, "ETag", replayed.etag());
            String place = replayed.location();
            if (replayed.status() < 400) {
                put(headers, "Location", place);
            } else if (place != null) { // the scope that a refused key lacked
                headers.add("WWW-Authenticate", lacking(place));
            }
            retryAfter(headers, replayed.retryAfterSeconds());
        } else {
            Reply unused = ofHost(replayed.status(), own, replayed.body(), headers);
        }
        headers.add("Idempotent-Replayed", "true");
        headers.add("Original-Request", replayed.originalRequest().text());
        return Reply.of(replayed.status(), headers, replayed.body());
    }

    private Reply refused(Refusal refusal, Id request, boolean keyed, ReplyHeaders headers) {
        ProblemCode code = refusal.code();
        headers.add("Cache-Control", "no-store");
        headers.add("Content-Type", PROBLEM);
        retryAfter(headers, refusal.retryAfterSeconds());
        String hint = refusal.hint();
        switch (code) {
            case UNAUTHENTICATED -> headers.add("WWW-Authenticate", challenge);
            case INVALID_TOKEN -> headers.add("WWW-Authenticate", challenge + ", error=\"invalid_token\"");
            case INSUFFICIENT_SCOPE -> headers.add("WWW-Authenticate", lacking(hint));
            case METHOD_NOT_ALLOWED -> put(headers, "Allow", hint);
            case NOT_LEADER -> leaderUrl.get().ifPresent(url -> headers.add(AnswerHeaders.LEADER, url.toString()));
            default -> {}
        }
        boolean retryable = refusal.retryable() && (code != ProblemCode.OUTCOME_UNKNOWN || keyed);
        return Reply.of(code.status(), headers, problems.render(refusal, request, retryable));
    }

    private String lacking(@Nullable String scope) {
        return challenge + ", error=\"insufficient_scope\"" + (scope == null ? "" : ", scope=\"" + scope + "\"");
    }

    private static void quota(@Nullable Quota quota, ReplyHeaders headers) {
        if (quota == null) {
            return;
        }
        Plan plan = quota.plan();
        String policies = PLANS.of(plan);
        String states = state(plan.name(), quota.remaining(), quota.nextUnitSeconds());
        List<PolicyQuota> others = quota.others();
        for (int i = 0; i < others.size(); i++) {
            PolicyQuota other = others.get(i);
            if (other.isShown()) {
                RatePolicy policy = other.policy();
                policies += ", "
                        + PlanTexts.policy(
                                policy.name(),
                                policy.requests(),
                                policy.window().toSeconds());
                states += ", " + state(policy.name(), other.remaining(), other.nextUnitSeconds());
            }
        }
        headers.add("RateLimit-Policy", policies);
        headers.add("RateLimit", states);
    }

    private static String state(String name, long left, long seconds) {
        return "\"" + name + "\";r=" + left + ";t=" + seconds;
    }

    private static void retryAfter(ReplyHeaders headers, long seconds) {
        if (seconds > 0) {
            headers.add("Retry-After", Long.toString(seconds));
        }
    }

    private static void put(ReplyHeaders headers, String name, @Nullable String value) {
        if (value != null) {
            headers.add(name, value);
        }
    }
}
