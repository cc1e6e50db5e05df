package dev.plinth.engine.settings;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The names by which an engine appears to its clients and to the receivers of webhooks. Immutable.
 */
public final class WireIdentity {
    /** The names of the engine itself. */
    public static final WireIdentity DEFAULT =
            new WireIdentity(EngineTextSetting.PROBLEM_BASE.byDefault(), EngineTextSetting.REALM.byDefault(), null);

    private final String problemBase;
    private final String realm;
    private final @Nullable String userAgent;

    private WireIdentity(String problemBase, String realm, @Nullable String userAgent) {
        this.problemBase = problemBase;
        this.realm = realm;
        this.userAgent = userAgent;
    }

    /**
     * Returns the URI before the code in the type of each problem, such as {@code https://acme.example/problems/}. It ends
     * with {@code /}, {@code #}, {@code :} or {@code =}.
     */
    public String problemBase() {
        return problemBase;
    }

    /** Returns the realm of {@code WWW-Authenticate} (RFC 9110 §11.5). */
    public String realm() {
        return realm;
    }

    /** Returns the header {@code User-Agent} of webhooks; empty for {@code Plinth-Webhooks/} and the version. */
    public Optional<String> userAgent() {
        return Optional.ofNullable(userAgent);
    }

    /**
     * Returns the same with another URI before the codes of problems.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public WireIdentity withProblemBase(String problemBase) {
        Objects.requireNonNull(problemBase, "problemBase must not be null; DEFAULT has one.");
        return new WireIdentity(EngineTextSetting.PROBLEM_BASE.checked(problemBase), realm, userAgent);
    }

    /**
     * Returns the same with another realm.
     *
     * @throws IllegalArgumentException if it has quotes or backslashes, or is too long
     */
    public WireIdentity withRealm(String realm) {
        Objects.requireNonNull(realm, "realm must not be null; DEFAULT has one.");
        return new WireIdentity(problemBase, EngineTextSetting.REALM.checked(realm), userAgent);
    }

    /**
     * Returns the same with another {@code User-Agent} of webhooks, such as {@code Acme-Webhooks/1}.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public WireIdentity withUserAgent(String userAgent) {
        Objects.requireNonNull(userAgent, "userAgent must not be null.");
        return new WireIdentity(problemBase, realm, EngineTextSetting.WEBHOOK_USER_AGENT.checked(userAgent));
    }

    private List<Object> parts() {
        return List.of(problemBase, realm, userAgent());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WireIdentity identity && identity.parts().equals(parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    @Override
    public String toString() {
        return "WireIdentity" + parts();
    }
}
