package dev.plinth.engine;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Outcome;
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
record AdminToken(byte[] digest, Optional<String> made) {
    private static final int BYTES = 24;

    static AdminToken find(EngineConfig config, Store store, Commits commits) {
        if (config.adminToken().isPresent()) {
            return new AdminToken(Access.digest(config.adminToken().get()), Optional.empty());
        }
        byte[] remembered = Access.rememberedAdmin(store.viewToAct());
        if (remembered != null) {
            return new AdminToken(remembered, Optional.empty());
        }
        String fresh = fresh(config);
        byte[] digest = Access.digest(fresh);
        if (config.isDurable() && (config.defaultWorkspace() || config.log().isPresent())) {
            Outcome unused = commits.commit(Caller.OPERATOR, Access.rememberAdmin(digest));
        }
        return new AdminToken(digest, Optional.of(fresh));
    }

    /** Returns a new token. */
    static String fresh(EngineConfig config) {
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
