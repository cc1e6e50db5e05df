package dev.plinth.engine.internal.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Reign;
import dev.plinth.engine.testkit.SharedMemoryConnection;
import dev.plinth.engine.testkit.SharedMemoryConnection.Link;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tests the journal of a reign whose log does not answer. */
final class LogJournalTest {
    private static final TableName<?> PARCELS = TableName.of(3, "parcels", 16, 64, 1, TableName.Owner.ENGINE);
    private static final int ROW_BYTES = 5 * 1024 * 1024;

    @Test
    void hasRoom_whileAnAppendHangs_doesNotKeepTheWriterLock() throws IOException {
        SharedMemoryConnection log = new SharedMemoryLog().connect();
        Reign reign = log.reign(new Node("a")).orElseThrow();
        LogJournal journal = new LogJournal(log, reign, LogPosition.atTheBeginning(log.cell()));
        journal.start(new Unheard());
        log.link(Link.FROZEN);
        Patience.until(() -> log.waiting() == 1);
        for (long sequence = 1; sequence <= 8; sequence++) {
            Changes.Write write = new Changes.Write(PARCELS, new byte[16], new byte[ROW_BYTES]);
            Record record = new Record(log.cell(), reign.epoch(), sequence, 1, 1, List.of(write));
            journal.prepare(record);
            journal.append(record);
            journal.flush(false);
        }

        CompletableFuture<Boolean> hasRoom = CompletableFuture.supplyAsync(() -> journal.hasRoom(1));

        assertThat(hasRoom.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
        log.link(Link.UP);
        journal.close();
        assertThat(journal.durableEnd().sequence()).isEqualTo(8);
    }

    /** Hears of fates and does nothing. */
    private static final class Unheard implements Journal.AppendListener {
        @Override
        public void durable(long sequence) {}

        @Override
        public void fenced(long sequence) {}

        @Override
        public void unknown(long sequence, boolean fenced) {}
    }
}
