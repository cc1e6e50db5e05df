package dev.plinth.engine.internal.access;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowReader;
import dev.plinth.engine.internal.base.RowWriter;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;

/** A workspace as it is stored. */
record WorkspaceRow(Id id, long number, String name, String plan, boolean suspended, byte[] metadata, long createdAt) {
    private static final int VERSION = 1;

    static WorkspaceRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return new WorkspaceRow(
                in.id(IdKind.WORKSPACE), in.number(), in.text(), in.text(), in.small() == 1, in.bytes(), in.number());
    }

    byte[] row() {
        return new RowWriter(VERSION)
                .id(id)
                .number(number)
                .text(name)
                .text(plan)
                .small(suspended ? 1 : 0)
                .bytes(metadata)
                .number(createdAt)
                .row();
    }

    WorkspaceRow with(String newName, String newPlan, boolean newSuspended, byte[] newMetadata) {
        return new WorkspaceRow(id, number, newName, newPlan, newSuspended, newMetadata, createdAt);
    }

    byte[] json() {
        return new JsonBytes()
                .open()
                .member("id", id)
                .member("name", name)
                .member("plan", plan)
                .member("status", suspended ? "suspended" : "active")
                .raw("metadata", metadata)
                .member("createdAt", Times.text(createdAt))
                .close()
                .bytes();
    }
}
