package dev.plinth.engine.internal.store;

import dev.plinth.engine.internal.base.rows.Record;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.settings.Durability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A journal that answers each append at once: durable up to the k-th one, whose fate the script decides. */
public final class ScriptedJournal implements Journal {
    private final Fate fate;
    private final long fatalSequence;
    private final List<Record> appended = new ArrayList<>();
    private final List<Record> survived = new ArrayList<>();
    private AppendListener appendListener;

    /** Tells what becomes of the fatal append. */
    public enum Fate {
        FENCED,
        UNKNOWN_AND_APPLIED,
        UNKNOWN_AND_NOT_APPLIED
    }

    /** A journal whose append of this sequence meets this fate. */
    public ScriptedJournal(Fate fate, long fatalSequence) {
        this.fate = fate;
        this.fatalSequence = fatalSequence;
    }

    /** All that was appended. */
    public List<Record> appended() {
        return appended;
    }

    /** Returns what the log holds when it is opened again. */
    public List<Record> survived() {
        return survived;
    }

    @Override
    public long epoch() {
        return 1;
    }

    @Override
    public void start(AppendListener listener) {
        appendListener = listener;
    }

    @Override
    public void append(Record record) {
        appended.add(record);
        if (record.sequence() != fatalSequence) {
            survived.add(record);
            appendListener.durable(record.sequence());
        } else if (fate == Fate.FENCED) {
            appendListener.fenced(record.sequence());
        } else {
            if (fate == Fate.UNKNOWN_AND_APPLIED) {
                survived.add(record);
            }
            appendListener.unknown(record.sequence(), false);
        }
    }

    @Override
    public Optional<Durability> durability() {
        return Optional.of(Durability.FSYNC);
    }

    @Override
    public void close() {}
}
