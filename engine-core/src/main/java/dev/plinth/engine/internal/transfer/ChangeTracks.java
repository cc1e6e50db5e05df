package dev.plinth.engine.internal.transfer;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.store.CommitListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Learns of durable records for the exports that go on. Thread-safe. */
final class ChangeTracks implements CommitListener {
    private final List<ChangeTrack> tracks = new CopyOnWriteArrayList<>();

    @Override
    public void committed(long sequence, List<Changes.Write> writes) {
        for (ChangeTrack track : tracks) {
            track.committed(writes);
        }
    }

    /** Begins to keep the changes of a workspace. */
    ChangeTrack begin(Id workspace) {
        ChangeTrack track = new ChangeTrack(workspace);
        tracks.add(track);
        return track;
    }

    /** Ends what {@link #begin} has begun. */
    void end(ChangeTrack track) {
        tracks.remove(track);
    }
}
