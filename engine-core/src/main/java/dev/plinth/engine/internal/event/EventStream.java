package dev.plinth.engine.internal.event;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.list.SetUnion;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A position in the events of a workspace, with the events after it as server-sent events (WHATWG HTML, section 9.2).
 * Each part leads to the position after it, so nothing is kept for a client between two parts.
 *
 * @param filter shows only events that match
 * @param position the number of the last event that was examined
 */
record EventStream(EventFilter filter, long position) implements Command.StreamQuery {
    private static final String CONTENT_TYPE = "text/event-stream";
    /** A comment, which clients skip. */
    private static final String NOTHING = ":\n\n";

    @Override
    public Command.@Nullable Wait wait(Context context) {
        Id workspace = context.workspace();
        return events(context).next(position) == Rows.NONE
                ? new Command.Wait(
                        filter.topic(workspace), Limits.STREAM_SILENCE_SECONDS_MAX, group(workspace), Set.of())
                : null;
    }

    @Override
    public Id group(Id workspace) {
        return EventTopics.topic(workspace);
    }

    @Override
    public Outcome silence() {
        return new Outcome.Page(ascii(NOTHING), CONTENT_TYPE, this);
    }

    /** Returns the first part at once, also without events. */
    Outcome begin(Context context) {
        return part(context, false);
    }

    /** Returns the next part. A part without events names the position for a reconnect. */
    @Override
    public Outcome answer(Context context) {
        return part(context, true);
    }

    private Outcome part(Context context, boolean tellsPlace) {
        Rows rows = context.rows();
        SetUnion events = events(context);
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        long at = position;
        long next = events.next(at);
        for (int i = 0; i < Limits.STREAM_PART_EVENTS_MAX && next != Rows.NONE; i++) {
            if (part.size() >= Limits.STREAM_PART_BYTES_MAX) {
                break;
            }
            EventRow row = rows.at(EventTables.EVENTS, next);
            if (row != null && filter.accepts(row, context)) {
                write(row, part);
            }
            at = next;
            next = events.next(next);
        }
        if (part.size() == 0) {
            part.writeBytes(ascii(tellsPlace && next == Rows.NONE ? place(context) : NOTHING));
        }
        return new Outcome.Page(part.toByteArray(), CONTENT_TYPE, new EventStream(filter, at));
    }

    private SetUnion events(Context context) {
        return SetUnion.upwards(context.rows(), filter.sets(context.workspace()));
    }

    /**
     * Returns an id without data, which clients remember and do not show. All events up to the last one of the
     * workspace have been examined.
     */
    private static String place(Context context) {
        SetKey all = SetKey.of(SetKinds.EVENTS, context.workspace());
        EventRow row = context.rows().at(EventTables.EVENTS, context.rows().floor(all, Long.MAX_VALUE));
        return row == null ? NOTHING : "id: " + row.id() + "\n\n";
    }

    private static void write(EventRow row, ByteArrayOutputStream part) {
        String head = "id: " + row.id() + "\nevent: " + row.type() + "\ndata: ";
        part.writeBytes(ascii(head));
        part.writeBytes(row.json());
        part.writeBytes(ascii("\n\n"));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
