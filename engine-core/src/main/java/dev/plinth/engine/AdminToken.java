package dev.plinth.engine;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.Store;

/**
 * The operator's token: the one that was given, the one that the store remembers, or a new one.
 *
 * @param digest SHA-256 of it
 * @param text the token itself; empty where only the digest is known
 */
record AdminToken(byte[] digest, String text) {
    static AdminToken find(EngineConfig config, Store store, Commits commits, String fresh) {
        if (config.adminToken().isPresent()) {
            String given = config.adminToken().get();
            return new AdminToken(Access.digest(given), given);
        }
        byte[] remembered = Access.rememberedAdmin(store.view());
        if (remembered != null) {
            return new AdminToken(remembered, "");
        }
        byte[] digest = Access.digest(fresh);
        if (config.defaultWorkspace() && config.directory().isPresent()) {
            Outcome unused = commits.commit(Caller.OPERATOR, Access.rememberAdmin(digest));
        }
        return new AdminToken(digest, fresh);
    }

    /** Nothing of the token. */
    @Override
    public String toString() {
        return "AdminToken";
    }
}
