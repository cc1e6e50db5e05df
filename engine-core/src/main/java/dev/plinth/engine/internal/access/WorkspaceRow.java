package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A workspace as it is stored.
 *
 * @param sharesFrom the workspaces from which it accepts shares; null for all
 */
record WorkspaceRow(
        Id id,
        long number,
        String name,
        String plan,
        boolean suspended,
        byte[] metadata,
        @Nullable List<Id> sharesFrom,
        long createdAt) {
    private static final int VERSION = 1;

    static WorkspaceRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return new WorkspaceRow(
                in.id(IdKind.WORKSPACE),
                in.number(),
                in.text(),
                in.text(),
                in.small() == 1,
                in.bytes(),
                in.small() == 1 ? in.ids(IdKind.WORKSPACE) : null,
                in.number());
    }

    byte[] row() {
        RowWriter out = new RowWriter(VERSION)
                .id(id)
                .number(number)
                .text(name)
                .text(plan)
                .small(suspended ? 1 : 0)
                .bytes(metadata)
                .small(sharesFrom == null ? 0 : 1);
        if (sharesFrom != null) {
            out.ids(sharesFrom);
        }
        return out.number(createdAt).row();
    }

    WorkspaceRow with(String newName, String newPlan, boolean newSuspended, byte[] newMetadata) {
        return new WorkspaceRow(id, number, newName, newPlan, newSuspended, newMetadata, sharesFrom, createdAt);
    }

    WorkspaceRow takingSharesFrom(@Nullable List<Id> owners) {
        return new WorkspaceRow(id, number, name, plan, suspended, metadata, owners, createdAt);
    }

    boolean takesSharesFrom(Id owner) {
        return sharesFrom == null || sharesFrom.contains(owner);
    }

    byte[] json() {
        JsonBytes json = JsonBytes.object()
                .member("id", id)
                .member("name", name)
                .member("plan", plan)
                .member("status", suspended ? "suspended" : "active")
                .raw("metadata", metadata);
        if (sharesFrom != null) {
            json.name("sharesFrom").openArray();
            sharesFrom.forEach(owner -> json.text(owner.text()));
            json.closeArray();
        }
        return json.member("createdAt", Times.text(createdAt)).end();
    }
}
