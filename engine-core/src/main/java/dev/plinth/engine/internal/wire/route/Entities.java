package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;

/** Entities that several groups of routes show. */
public final class Entities {
    /** The end of something. */
    public static final Entity DELETED =
            Entity.named("Deleted").with("id", Schema.TEXT).with("deleted", Schema.TRUTH);

    /** The end of a share, which has no id in its path. */
    public static final Entity UNSHARED = Entity.named("Unshared").with("deleted", Schema.TRUTH);

    private Entities() {}
}
