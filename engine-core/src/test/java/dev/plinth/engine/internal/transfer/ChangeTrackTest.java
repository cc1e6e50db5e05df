package dev.plinth.engine.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.RowKey;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests which changes an export keeps meanwhile, and how many bytes of them. */
final class ChangeTrackTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 3, 5);
    private static final Id ID = new Id(IdKind.RESOURCE, 6, 7);

    /** The bytes that a row costs beside its key and itself. */
    private static final int ROW = 128;

    private static final TableName<?> BY_KEY = table(TableName.Owner.KEY);
    private static final TableName<?> BY_ROW = table(TableName.Owner.ROW);

    private final ChangeTracks tracks = new ChangeTracks();
    private final ChangeTrack track = tracks.begin(WORKSPACE);

    @Test
    void committed_rowsOfTheWorkspace_areKeptInTheirLastImage() {
        byte[] key = WORKSPACE.keyOf(ID);
        commit(new Changes.Write(BY_KEY, key, new byte[] {1}), new Changes.Write(BY_KEY, key, new byte[] {2}));

        Map<RowKey, Optional<byte[]>> images = track.take();

        assertThat(images).hasSize(1);
        assertThat(images.get(new RowKey(BY_KEY, key))).contains(new byte[] {2});
        assertThat(track.take()).as("taken").isEmpty();
    }

    @Test
    void committed_rowsOfOthersAndOfTablesThatStay_areNotKept() {
        commit(
                new Changes.Write(BY_KEY, OTHER.keyOf(ID), new byte[] {1}),
                new Changes.Write(BY_KEY, OTHER.keyOf(ID), null),
                new Changes.Write(DeletedWorkspaces.TABLE, WORKSPACE.key(), new byte[] {1}),
                new Changes.Write(BY_ROW, WORKSPACE.keyOf(ID), row(OTHER)));

        assertThat(track.take()).isEmpty();
    }

    @Test
    void committed_removedRows_areKeptIfTheyMayBeOfTheWorkspace() {
        commit(
                new Changes.Write(BY_KEY, WORKSPACE.keyOf(ID), null),
                new Changes.Write(BY_ROW, OTHER.keyOf(ID), null),
                new Changes.Write(BY_ROW, ID.keyOf(OTHER), row(WORKSPACE)));

        assertThat(track.take().keySet())
                .containsExactly(
                        new RowKey(BY_KEY, WORKSPACE.keyOf(ID)),
                        new RowKey(BY_ROW, OTHER.keyOf(ID)),
                        new RowKey(BY_ROW, ID.keyOf(OTHER)));
    }

    @Test
    void committed_asManyBytesAsTheLimit_areKeptAndOneMoreIsRefused() {
        byte[] key = WORKSPACE.keyOf(ID);
        int first = (int) Limits.EXPORT_CHANGES_BYTES_MAX - ROW - key.length;
        put(key, new byte[first]);
        assertThatCode(track::check).doesNotThrowAnyException();
        put(key, new byte[first - ROW - key.length - 1]);
        put(WORKSPACE.keyOf(OTHER), new byte[1]);
        assertThatCode(track::check).as("as many").doesNotThrowAnyException();

        put(WORKSPACE.keyOf(OTHER), new byte[2]);

        assertThatThrownBy(track::check)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("changed more than " + Limits.EXPORT_CHANGES_BYTES_MAX + " bytes")
                .hasMessageContaining("Suspend it, or export at a quieter time.");
        assertThatThrownBy(track::take).isExactlyInstanceOf(IllegalStateException.class);
        put(WORKSPACE.keyOf(OTHER), null);
        assertThatThrownBy(track::check).as("for good").isExactlyInstanceOf(IllegalStateException.class);
    }

    @Test
    void end_ofATrack_itLearnsOfNothingMoreAndOthersDo() {
        ChangeTrack other = tracks.begin(OTHER);
        tracks.end(track);
        commit(
                new Changes.Write(BY_KEY, WORKSPACE.keyOf(ID), new byte[] {1}),
                new Changes.Write(BY_KEY, OTHER.keyOf(ID), new byte[] {1}));

        assertThat(track.take()).isEmpty();
        assertThat(other.take()).hasSize(1);
    }

    private void put(byte[] key, byte @Nullable [] row) {
        commit(new Changes.Write(BY_KEY, key, row));
    }

    private void commit(Changes.Write... writes) {
        tracks.committed(1, List.of(writes));
    }

    private static byte[] row(Id owner) {
        byte[] row = new byte[RowReader.HEAD_BYTES + Id.BYTES];
        System.arraycopy(owner.key(), 0, row, RowReader.HEAD_BYTES, Id.BYTES);
        return row;
    }

    private static TableName<?> table(TableName.Owner owner) {
        return TransferredTables.inOrder().stream()
                .map(each -> (TableName<?>) each.table())
                .filter(each -> each.owner() == owner && each.keyBytes() == 2 * Id.BYTES)
                .findFirst()
                .orElseThrow();
    }
}
