package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.pipeline.PendingRequest;
import dev.plinth.engine.server.BodyBuffer;
import dev.plinth.engine.server.ByteBudget;
import dev.plinth.engine.server.CallBudgets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** The memory of one guarded call: the bytes of its body and the JSON values in it. For one thread. */
final class GuardedBody implements AutoCloseable {
    private static final int STEP_BYTES = 16 * 1024;
    /** A call that is no workspace's is refused before it takes anything. */
    private static final String NOBODY = "nobody";

    private static final byte[] NOTHING = {};

    private final CallBudgets budgets;
    private final PendingRequest pending;
    private final ByteBudget.Share bytes;
    private final ByteBudget.Share values;

    /** Begins without memory, and has the call's JSON values counted. */
    GuardedBody(CallBudgets budgets, PendingRequest pending) {
        this.budgets = budgets;
        this.pending = pending;
        this.bytes = budgets.bodies().share(this::payer);
        this.values = budgets.values().share(this::payer);
        pending.reservesMemoryBy(values::take);
    }

    /** Takes the body of a whole call, whose bytes the host already holds. */
    void take(Call call) {
        pending.received(call.body(), call.bodyTooLarge());
    }

    /** Reads the body if the headers let the call in, as far as it may be long. Notes if there is no memory for it. */
    void read(InputStream body) throws IOException {
        if (pending.isRefused() || !pending.takesBody()) {
            return;
        }
        BodyBuffer buffer = new BodyBuffer(pending.bodyBytesMax(), -1, bytes);
        byte[] step = new byte[STEP_BYTES];
        for (int length = body.read(step); length >= 0; length = body.read(step)) {
            switch (buffer.append(ByteBuffer.wrap(step, 0, length))) {
                case YES -> {
                    continue;
                }
                case TOO_LARGE -> pending.received(NOTHING, true);
                case NO_ROOM -> pending.lacksRoom(budgets.bodies().sentence());
            }
            return;
        }
        pending.received(buffer.toBytes(), false);
    }

    private String payer() {
        Id workspace = pending.workspace();
        return workspace == null ? NOBODY : workspace.text();
    }

    @Override
    public void close() {
        bytes.close();
        values.close();
    }
}
