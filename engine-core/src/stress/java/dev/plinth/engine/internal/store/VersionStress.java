package dev.plinth.engine.internal.store;

import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.internal.base.rows.Changes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A read of two rows beside a record that changes both: the version is odd while the record is applied. */
@JCStressTest
@Outcome(
        id = {"1, 1", "2, 2"},
        expect = Expect.ACCEPTABLE,
        desc = "Both rows before the record, or both after it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "One row before the record, and one after it.")
@State
public class VersionStress {
    /** Rows that all states share: those of a state that has ended are written again. */
    private static final int PAIRS = 10_000;

    private static final AtomicLong STATES = new AtomicLong();
    private static final Store STORE = TestRows.open(Tables.HEAP, new MemoryJournal(), EngineClock.system());

    private final long first = 2 * (STATES.incrementAndGet() % PAIRS);

    public VersionStress() {
        put(1);
    }

    @Actor
    public void write() {
        put(2);
    }

    @Actor
    public void read(II_Result result) {
        long both = STORE.readToAnswer(
                rows -> TestRows.value(rows, first) << Integer.SIZE | TestRows.value(rows, first + 1));
        result.r1 = (int) (both >> Integer.SIZE);
        result.r2 = (int) both;
    }

    private void put(long value) {
        STORE.write(transaction -> {
            List<Changes.Write> writes = new ArrayList<>();
            writes.add(TestRows.write(transaction, first, value));
            writes.add(TestRows.write(transaction, first + 1, value));
            return transaction.append(writes, transaction.nowMillis());
        });
    }
}
