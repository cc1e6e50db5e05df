package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that come late, or are still inside while a store closes, are refused and never shown rows that are not there. */
class ClosedStoreTest {
    private static final int ROWS = 100;

    @ParameterizedTest
    @EnumSource(Tables.class)
    void anyCall_afterClose_isRefused(Tables kind) {
        Store store = filled(kind);
        View rowByRow = store.viewToAnswer();
        Rows durable = store.viewToAct();
        store.close();

        assertRefused(() -> store.readToAnswer(rows -> TestRows.value(rows, 1)));
        assertRefused(() -> store.readAtOnce(rows -> rows.ceiling(TestRows.ALL, 0)));
        assertRefused(() -> store.look(rows -> rows.size(TestRows.ALL)));
        assertRefused(() -> store.readToAct(rows -> rows.at(1)));
        assertRefused(() -> rowByRow.get(TestRows.TABLE, TestRows.key(1)));
        assertRefused(() -> rowByRow.get(TestRows.TABLE, TestRows.key(ROWS + 1)));
        assertRefused(() -> durable.get(TestRows.TABLE, TestRows.key(1)));
        assertRefused(() -> store.viewToAnswer().get(TestRows.TABLE, TestRows.key(1)));
        assertRefused(() -> TestRows.put(store, 1, 2));
        assertRefused(() -> store.write(transaction -> transaction.size(TestRows.ALL)));
    }

    @ParameterizedTest
    @EnumSource(Tables.class)
    void read_closedMeanwhile_isRefused(Tables kind) {
        Store store = filled(kind);
        AtomicInteger tries = new AtomicInteger();

        assertRefused(() -> store.readToAnswer(rows -> {
            long first = TestRows.value(rows, 1);
            if (tries.incrementAndGet() == 1) {
                CompletableFuture.runAsync(store::close).join();
            }
            return first + TestRows.value(rows, 2);
        }));
        assertThat(tries).hasValue(1);
    }

    /** A reader that has the address of memory that was given back would end the process. */
    @Test
    void read_offTheHeapWhileItCloses_leavesTheProcessAlive() throws Exception {
        assertThat(ChildJvm.run(ClosesBesideReaders.class, ChildJvm.FLAGS)).endsWith("exit 0");
    }

    private static Store filled(Tables kind) {
        Store store = TestRows.open(kind, new MemoryJournal(), EngineClock.system());
        for (long id = 0; id < ROWS; id++) {
            TestRows.put(store, id, id);
        }
        return store;
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.refusal().code()).isEqualTo(ProblemCode.SHUTTING_DOWN));
    }
}
