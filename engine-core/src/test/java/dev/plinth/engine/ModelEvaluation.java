package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.ModelRequest.Expected;
import dev.plinth.engine.ModelRows.Key;
import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Workspace;
import java.util.List;

/** The model's order of evaluation: what every request meets before its own rule is asked (contract §2, steps 3 to 8). */
final class ModelEvaluation {
    private final ModelState world;
    private final String adminToken;
    private String notFound = "";

    ModelEvaluation(ModelState world, String adminToken) {
        this.world = world;
        this.adminToken = adminToken;
    }

    /** Fails unless this is the answer, and changes the model as the request has changed the engine. */
    void check(ModelRequest ask, ModelAnswer answer) {
        Expected refused = ModelRequest.OPERATOR.equals(ask.scope()) ? operator(ask) : caller(ask);
        Workspace who = who(ask);
        boolean metered = who != null && !(refused != null && (refused.status() == 401 || isState(refused)));
        assertThat(answer.header("RateLimit")).isEqualTo(metered ? who.quota.header() : null);
        if (refused != null) {
            answer.check(refused, ask);
            String wait = refused.status() == 429 ? Long.toString(who.quota.waitSeconds()) : null;
            assertThat(answer.header("Retry-After")).isEqualTo(wait);
            return;
        }
        if (ask.key() == null || !ask.mutates()) {
            decide(ask, who, answer);
            return;
        }
        keyed(ask, who, answer);
    }

    private void keyed(ModelRequest ask, Workspace who, ModelAnswer answer) {
        if (ask.key().isEmpty()) {
            answer.check(Expected.early(400, "idempotency_key_invalid"), ask);
            return;
        }
        List<String> name = List.of(who == null ? ModelRequest.OPERATOR : who.id, ask.key());
        ModelState.Remembered before = world.remembered.get(name);
        if (before == null || before.at() + ModelState.REMEMBERED_MILLIS <= world.now) {
            Expected expected = decide(ask, who, answer);
            if (expected.remembered()) {
                Resource shown = expected.status() < 400 ? expected.shown() : sharedTarget(ask, who);
                world.remembered.put(name, new ModelState.Remembered(ask.fingerprint(), answer, world.now, shown, ask));
            }
        } else if (!before.fingerprint().equals(ask.fingerprint())) {
            answer.check(Expected.early(422, "idempotency_key_reused"), ask);
        } else if (before.shown() != null && world.visible(who, before.shown().id) == null) {
            answer.check(Expected.early(404, "not_found"), ask);
            checkNotFound(answer);
        } else if (who != null
                && !before.answer().text("secret").isEmpty()
                && !world.keyOf(ask.secret()).mayGive(before.answer().list("scopes"))) {
            answer.check(Expected.early(403, "insufficient_scope"), ask);
        } else {
            answer.checkReplays(before.answer());
        }
    }

    /** A refusal, too, tells something of the resource that it is about. */
    private Resource sharedTarget(ModelRequest ask, Workspace who) {
        String[] parts = ask.path().split("/");
        Resource target = who != null && parts.length > 3 ? world.visible(who, parts[3]) : null;
        return target == null || world.share(target, who) == null ? null : target;
    }

    private Expected decide(ModelRequest ask, Workspace who, ModelAnswer answer) {
        Expected expected = ask.rule().apply(who, ask, answer);
        answer.check(expected, ask);
        if (expected.status() == 404) {
            checkNotFound(answer);
        }
        return expected;
    }

    /** All that is not to be seen is not there in the same words. */
    private void checkNotFound(ModelAnswer answer) {
        String words = answer.toString().replace(answer.text("requestId"), "");
        notFound = notFound.isEmpty() ? words : notFound;
        assertThat(words).isEqualTo(notFound);
    }

    private Expected operator(ModelRequest ask) {
        return ask.secret() == null
                ? Expected.early(401, "unauthenticated")
                : ask.secret().equals(adminToken) ? null : Expected.early(401, "invalid_token");
    }

    private Expected caller(ModelRequest ask) {
        Key key = world.keyOf(ask.secret());
        if (key == null) {
            return Expected.early(401, ask.secret() == null ? "unauthenticated" : "invalid_token");
        }
        if (key.workspace.suspended) {
            return Expected.early(403, "workspace_suspended");
        }
        if (key.disabled) {
            return Expected.early(403, "forbidden");
        }
        boolean free = ask.path().equals("/v1/rate-limit");
        if (!key.workspace.quota.take(key.workspace.plan, world.now, free ? 0 : 1)) {
            return Expected.early(429, "rate_limited");
        }
        boolean may = ask.scope() == null || key.may(ask.scope());
        return may ? null : Expected.early(403, "insufficient_scope");
    }

    private boolean isState(Expected refused) {
        return refused.status() == 403 && !"insufficient_scope".equals(refused.code());
    }

    private Workspace who(ModelRequest ask) {
        Key key = ModelRequest.OPERATOR.equals(ask.scope()) ? null : world.keyOf(ask.secret());
        return key == null ? null : key.workspace;
    }
}
