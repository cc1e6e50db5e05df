package dev.plinth.engine.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Backlog;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The pieces of a backlog that back off, and those that have gone meanwhile. */
class BacklogRunnerTest {
    private static final long UNTIL = 60_000;

    private final Backlog backlog = new Backlog(101, "pieces", 100, 40);
    private final Store store = Store.open(
            new StoreSettings(Tables.HEAP, List.of(backlog.table()), 1_000), new MemoryJournal(), EngineClock.system());
    private final List<Long> served = new ArrayList<>();
    private final BacklogRunner runner =
            new BacklogRunner("pieces", backlog, (context, row, batch) -> served.add(row.number()));

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void nextDue_pieceHasGoneWhileItBackedOff_theOtherOneIsDueAtOnce() {
        long first = begin(1);
        serve();
        assertThat(served).containsExactly(first);
        assertThat(runner.refused(UNTIL)).isTrue();
        assertThat(nextDue()).as("the only piece backs off").isEqualTo(UNTIL);

        end(1);
        long second = begin(2);

        assertThat(nextDue()).isZero();
        serve();
        assertThat(served).containsExactly(first, second);
    }

    private long nextDue() {
        return store.look(runner::nextDueMillis);
    }

    private void serve() {
        store.<Boolean>write(transaction -> {
            SeededIds ids = new SeededIds(1);
            SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
            Context context = new Context(Caller.OPERATOR, 1, transaction, ids, cipher, transaction::nextNumbers);
            runner.collect(context, 1, new SweepBatch());
            return true;
        });
    }

    private long begin(long piece) {
        return store.<Long>write(transaction -> {
            long number = transaction.nextNumbers(1);
            long unused = transaction.append(
                    List.of(new Changes.Write(
                            backlog.table(), key(piece), Backlog.row(number).row())),
                    1);
            return number;
        });
    }

    private void end(long piece) {
        long unused = store.write(
                transaction -> transaction.append(List.of(new Changes.Write(backlog.table(), key(piece), null)), 1));
    }

    private static byte[] key(long piece) {
        byte[] key = new byte[32];
        Bytes.putLong(key, 24, piece);
        return key;
    }
}
