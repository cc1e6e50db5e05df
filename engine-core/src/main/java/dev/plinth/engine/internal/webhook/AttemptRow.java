package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.base.rows.RowReader;
import dev.plinth.engine.internal.base.rows.RowWriter;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.webhook.send.SendError;
import dev.plinth.engine.internal.webhook.send.SendResult;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An attempt as it is stored, under its delivery and its number. */
record AttemptRow(
        int number,
        boolean manual,
        long at,
        long durationMillis,
        int status,
        @Nullable String responseBody,
        @Nullable String errorClass) {
    private static final int VERSION = 1;

    static AttemptRow of(int number, boolean manual, long at, SendResult result) {
        Integer status = result.status();
        SendError error = result.error();
        return new AttemptRow(
                number,
                manual,
                at,
                result.durationMillis(),
                status == null ? 0 : status,
                result.responseBody(),
                error == null ? null : error.code());
    }

    static byte[] key(Id delivery, int number) {
        byte[] key = Arrays.copyOf(delivery.key(), Id.BYTES + 8);
        Bytes.putLong(key, Id.BYTES, number);
        return key;
    }

    static AttemptRow read(byte[] row) {
        RowReader in = new RowReader(row, VERSION).skip(Id.BYTES);
        return new AttemptRow(
                in.small(),
                in.small() == 1,
                in.number(),
                in.number(),
                in.small(),
                in.optionalText(),
                in.optionalText());
    }

    /** Returns the row, which begins with the workspace for which it counts. */
    byte[] row(Id workspace) {
        return new RowWriter(VERSION)
                .id(workspace)
                .small(number)
                .small(manual ? 1 : 0)
                .number(at)
                .number(durationMillis)
                .small(status)
                .optionalText(responseBody)
                .optionalText(errorClass)
                .row();
    }

    void render(JsonBytes json, boolean withBody) {
        json.open()
                .member("number", number)
                .member("trigger", manual ? "manual" : "auto")
                .member("at", Times.text(at))
                .member("durationMillis", durationMillis);
        if (status != 0) {
            json.member("status", status);
        }
        json.optional("responseBody", withBody ? responseBody : null)
                .optional("errorClass", errorClass)
                .close();
    }
}
