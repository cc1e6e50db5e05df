package dev.plinth.engine.api;

import java.util.Objects;
import java.util.Optional;

/**
 * The names by which an engine appears to its clients and to the receivers of webhooks. Immutable.
 *
 * @param problemBase the URI before the code in the type of each problem, such as {@code https://acme.example/problems/}.
 *     It ends with {@code /}, {@code #}, {@code :} or {@code =}
 * @param realm the realm of {@code WWW-Authenticate} (RFC 9110 §11.5), without quotes and backslashes
 * @param userAgent the header {@code User-Agent} of webhooks; empty for {@code Plinth-Webhooks/} and the version
 */
public record WireIdentity(String problemBase, String realm, Optional<String> userAgent) {
    /** The names of the engine itself. */
    public static final WireIdentity DEFAULT = new WireIdentity(
            EngineTextSetting.PROBLEM_BASE.byDefault(), EngineTextSetting.REALM.byDefault(), Optional.empty());

    /**
     * Checks all components.
     *
     * @throws IllegalArgumentException if one has another form; the message names it
     */
    public WireIdentity {
        Objects.requireNonNull(problemBase, "problemBase must not be null; DEFAULT has one.");
        Objects.requireNonNull(realm, "realm must not be null; DEFAULT has one.");
        Objects.requireNonNull(userAgent, "userAgent must not be null; give an empty one for the engine's own.");
        problemBase = EngineTextSetting.PROBLEM_BASE.checked(problemBase);
        realm = EngineTextSetting.REALM.checked(realm);
        userAgent = userAgent.map(EngineTextSetting.WEBHOOK_USER_AGENT::checked);
    }

    /** Returns the same with another URI before the codes of problems. */
    public WireIdentity withProblemBase(String uri) {
        return new WireIdentity(uri, realm, userAgent);
    }

    /** Returns the same with another realm. */
    public WireIdentity withRealm(String other) {
        return new WireIdentity(problemBase, other, userAgent);
    }

    /** Returns the same with another {@code User-Agent} of webhooks, such as {@code Acme-Webhooks/1}. */
    public WireIdentity withUserAgent(String other) {
        Objects.requireNonNull(other, "userAgent must not be null.");
        return new WireIdentity(problemBase, realm, Optional.of(other));
    }
}
