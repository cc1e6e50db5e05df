package dev.plinth.engine.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.log.Batch;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;

class LimitsTest {
    @Test
    void limits_all_arePositive() throws IllegalAccessException {
        for (Field field : Limits.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())) {
                assertThat(((Number) field.get(null)).longValue())
                        .as(field.getName())
                        .isPositive();
            }
        }
    }

    @Test
    void batch_ofASharedLog_mayBeAsLargeAsAFrame() {
        assertThat(Batch.BYTES_MAX).isEqualTo(Limits.FRAME_BYTES_MAX);
    }

    @Test
    void limits_thatTheContractNames_areAsItSays() {
        assertThat(Limits.BODY_BYTES_MAX).isEqualTo(256 * 1024);
        assertThat(Limits.BULK_BODY_BYTES_MAX).isEqualTo(4 * 1024 * 1024);
        assertThat(Limits.BULK_OPERATIONS_MAX).isEqualTo(10_000);
        assertThat(Limits.JSON_DEPTH_MAX).isEqualTo(64);
        assertThat(Limits.NAME_LENGTH_MAX).isEqualTo(255);
        assertThat(Limits.DATA_BYTES_MAX).isEqualTo(64 * 1024);
        assertThat(Limits.METADATA_PAIRS_MAX).isEqualTo(50);
        assertThat(Limits.METADATA_KEY_LENGTH_MAX).isEqualTo(40);
        assertThat(Limits.METADATA_VALUE_LENGTH_MAX).isEqualTo(500);
        assertThat(Limits.PAGE_ITEMS_MAX).isEqualTo(100);
        assertThat(Limits.PAGE_ITEMS_DEFAULT).isEqualTo(20);
        assertThat(Limits.PAGE_ROWS_PER_ITEM_MAX).isEqualTo(10);
        assertThat(Limits.IDEMPOTENCY_KEY_LENGTH_MAX).isEqualTo(255);
        assertThat(Limits.IDEMPOTENCY_HOURS).isEqualTo(24);
        assertThat(Limits.WAIT_SECONDS_MAX).isEqualTo(30);
        assertThat(Limits.JOB_ATTEMPTS_DEFAULT).isEqualTo(20);
        assertThat(Limits.JOB_ATTEMPTS_MAX).isEqualTo(100);
        assertThat(Limits.JOB_DELAY_SECONDS_MAX).isEqualTo(30 * 24 * 60 * 60);
        assertThat(Limits.JOB_RESULT_IN_EVENT_BYTES_MAX).isEqualTo(64 * 1024);
        assertThat(Limits.JOB_RESULT_BYTES_MAX).isEqualTo(512 * 1024);
    }

    @Test
    void limits_ofARecord_takeTheLargestDecisionsOfTheContract() {
        // A resource with its event and a remembered answer: three times its data and metadata, the latter in four-byte
        // characters.
        int metadata =
                Limits.METADATA_PAIRS_MAX * 4 * (Limits.METADATA_KEY_LENGTH_MAX + Limits.METADATA_VALUE_LENGTH_MAX);

        assertThat(3 * (Limits.DATA_BYTES_MAX + metadata)).isLessThan(Limits.RECORD_BYTES_MAX);
        assertThat(Limits.BULK_BODY_BYTES_MAX + 4 * Limits.ROW_BYTES_MAX).isLessThan(Limits.RECORD_BYTES_MAX);
    }
}
