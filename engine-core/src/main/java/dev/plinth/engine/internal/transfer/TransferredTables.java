package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.rows.TransferredTable;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.quota.QuotaCheckpointWriter;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.webhook.Webhooks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tables whose rows move with a workspace, in the order of the file. A row comes after the one by which the purge of
 * its workspace finds it, so that an import that was killed is purged whole.
 */
final class TransferredTables {
    private static final int NUMBERS = 128;
    private static final int NO_PLACE = -1;
    private static final List<TransferredTable> ALL = all();
    private static final int[] PLACES = places();

    private TransferredTables() {}

    static List<TransferredTable> inOrder() {
        return ALL;
    }

    /** Returns the table with a number in the journal, or null if its rows do not move. */
    static @Nullable TransferredTable numbered(int number) {
        int place = number < 0 || number >= NUMBERS ? NO_PLACE : PLACES[number];
        return place == NO_PLACE ? null : ALL.get(place);
    }

    /** Returns the place of a table in the order, from 0. */
    static int place(TransferredTable table) {
        return PLACES[table.table().number()];
    }

    private static List<TransferredTable> all() {
        List<TransferredTable> all = new ArrayList<>();
        all.addAll(Access.transferred());
        all.addAll(Resources.transferred());
        all.addAll(Jobs.transferred());
        all.addAll(Events.transferred());
        all.addAll(Webhooks.transferred());
        all.addAll(Idempotency.transferred());
        all.addAll(QuotaCheckpointWriter.transferred());
        return List.copyOf(all);
    }

    private static int[] places() {
        int[] places = new int[NUMBERS];
        Arrays.fill(places, NO_PLACE);
        for (int i = 0; i < ALL.size(); i++) {
            places[ALL.get(i).table().number()] = i;
        }
        return places;
    }
}
