package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.json.JsonBytes;

/** A share as it is stored, under the grantee and the resource. */
record ShareRow(Id owner, Id id, Id resource, Id grantee, boolean editor, long number, long createdAt) {
    private static final int VERSION = 1;

    static ShareRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION);
        return new ShareRow(
                in.id(IdKind.WORKSPACE),
                in.id(IdKind.SHARE),
                in.id(IdKind.RESOURCE),
                in.id(IdKind.WORKSPACE),
                in.small() == 1,
                in.number(),
                in.number());
    }

    byte[] row() {
        return new RowWriter(VERSION)
                .id(owner)
                .id(id)
                .id(resource)
                .id(grantee)
                .small(editor ? 1 : 0)
                .number(number)
                .number(createdAt)
                .row();
    }

    byte[] key() {
        return grantee.keyOf(resource);
    }

    String role() {
        return editor ? "editor" : "reader";
    }

    byte[] json() {
        return JsonBytes.object()
                .member("id", id)
                .member("resourceId", resource)
                .member("workspaceId", grantee)
                .member("role", role())
                .member("createdAt", Times.text(createdAt))
                .end();
    }

    /** Renders the share for the event of its end. */
    byte[] endedJson() {
        return JsonBytes.append(json(), new JsonBytes().member("deleted", true));
    }

    /** Renders a resource's JSON as the grantee sees it. */
    byte[] view(byte[] json) {
        return JsonBytes.append(
                json,
                new JsonBytes()
                        .member("access", "shared")
                        .member("role", role())
                        .member("ownerWorkspaceId", owner));
    }
}
