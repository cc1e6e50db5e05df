package dev.plinth.engine.internal.quota;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.settings.Plan;
import java.util.concurrent.atomic.AtomicLong;

/** Callers of workspaces under plans; each new one knows of a later row of its workspace than those before. */
final class Callers {
    private static final AtomicLong SINCE = new AtomicLong();
    private static final Id KEY = new Id(IdKind.KEY, 1, 1);

    private Callers() {}

    static Caller of(Id workspace, Plan plan) {
        return of(workspace, KEY, plan);
    }

    static Caller of(Id workspace, Id key, Plan plan) {
        return new Caller(workspace, key, ScopeBits.FULL, plan, SINCE.incrementAndGet());
    }
}
