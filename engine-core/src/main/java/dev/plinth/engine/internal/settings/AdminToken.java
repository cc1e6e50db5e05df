package dev.plinth.engine.internal.settings;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The operator's token: the given one, the one that the store remembers, or a new one.
 *
 * @param digest SHA-256 of the token
 * @param made the token itself if it is new, to be shown once
 */
public record AdminToken(byte[] digest, Optional<String> made) {
    private static final int BYTES = 24;

    public static AdminToken find(EngineConfig config, Store store) {
        if (config.adminToken().isPresent()) {
            return new AdminToken(Access.digest(config.adminToken().get()), Optional.empty());
        }
        byte[] remembered = Access.rememberedAdmin(store.viewToAct());
        if (remembered != null) {
            return new AdminToken(remembered, Optional.empty());
        }
        String fresh = fresh(config);
        return new AdminToken(Access.digest(fresh), Optional.of(fresh));
    }

    /** Stores a new token, for the next starts. The last step of a start, because one that fails shows no token. */
    public void remember(EngineConfig config, Commits commits) {
        if (made.isPresent()
                && config.isDurable()
                && (config.defaultWorkspace() || config.log().isPresent())) {
            Outcome unused = commits.commit(Caller.OPERATOR, Access.rememberAdmin(digest));
        }
    }

    /** Returns a new token. */
    public static String fresh(EngineConfig config) {
        byte[] secret = new byte[BYTES];
        config.ids().fillSecret(secret);
        return "adm_" + HexFormat.of().formatHex(secret);
    }

    /** Returns the name of the class. Leaves the token out. */
    @Override
    public String toString() {
        return "AdminToken";
    }
}
