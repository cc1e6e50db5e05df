package dev.plinth.engine.internal.command;

import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.webhook.FanOut;
import java.util.List;

/** Adds to a decision the rows of its events and of their deliveries. */
public final class RecordedEvents {
    private RecordedEvents() {}

    /** Adds the rows, except of work that the engine still ends for a deleted workspace. */
    public static void add(Context context, Changes changes) {
        if (changes.areFannedOut() || isOfDeletedWorkspace(context)) {
            return;
        }
        List<Changes.EventDraft> drafts = changes.events();
        for (int i = 0; i < drafts.size(); i++) {
            changes.written(Events.append(context, drafts.get(i), changes));
        }
        List<Changes.WrittenEvent> written = changes.written();
        FanOut fanOut = new FanOut();
        for (int i = 0; i < written.size(); i++) {
            fanOut.add(context, written.get(i), changes);
        }
    }

    private static boolean isOfDeletedWorkspace(Context context) {
        return context.caller().isEngine() && DeletedWorkspaces.has(context.rows(), context.workspace());
    }
}
