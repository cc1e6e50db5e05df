package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Record;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads make two records durable, one after the other as the journal has them do, and tell of them at the same
 * time. One of them has begun to wait for the second record.
 */
@JCStressTest
@Outcome(id = "2, 1, 1", expect = Expect.ACCEPTABLE, desc = "Both records are told of, in order, and the caller goes on.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A record is told of twice, never or too early, or the caller waits for ever.")
@State
public class InFlightStress {
    private final InFlight inFlight = new InFlight(false);
    private CompletableFuture<Void> waiting = new CompletableFuture<>();
    /** Guarded by the monitor under which records are told of, as listeners are told one at a time. */
    private int told;

    private boolean inOrder = true;

    private final Object journal = new Object();
    /** Guarded by the journal. */
    private int written;

    public InFlightStress() {
        inFlight.listen((sequence, writes) -> {
            inOrder &= sequence == told + 1;
            told++;
        });
        for (long sequence = 1; sequence <= 2; sequence++) {
            inFlight.add(new Record(0, 1, sequence, sequence, 0, List.of()), 100, new byte[0][]);
        }
    }

    @Actor
    public void first() {
        writeNext();
        inFlight.dispatch();
    }

    @Actor
    public void second() {
        waiting = inFlight.whenCommitted(2);
        writeNext();
        inFlight.dispatch();
    }

    private void writeNext() {
        synchronized (journal) {
            written++;
            inFlight.durable(written);
        }
    }

    @Arbiter
    public void result(III_Result result) {
        result.r1 = told;
        result.r2 = inOrder ? 1 : 0;
        result.r3 = waiting.isDone() ? 1 : 0;
    }
}
