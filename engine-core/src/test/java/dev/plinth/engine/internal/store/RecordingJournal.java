package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.settings.Durability;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Leaves everything to another journal, and keeps what was appended. */
class RecordingJournal implements Journal {
    private final Journal journal;
    private final List<Record> appended = new CopyOnWriteArrayList<>();

    RecordingJournal(Journal journal) {
        this.journal = journal;
    }

    List<Record> appended() {
        return appended;
    }

    @Override
    public long epoch() {
        return journal.epoch();
    }

    @Override
    public void start(AppendListener appendListener) {
        journal.start(appendListener);
    }

    @Override
    public boolean hasRoom(int bytes) {
        return journal.hasRoom(bytes);
    }

    @Override
    public void prepare(Record record) {
        journal.prepare(record);
    }

    @Override
    public void append(Record record) {
        appended.add(record);
        journal.append(record);
    }

    @Override
    public void flush(boolean here) {
        journal.flush(here);
    }

    @Override
    public Optional<Durability> durability() {
        return journal.durability();
    }

    @Override
    public void close() {
        journal.close();
    }
}
