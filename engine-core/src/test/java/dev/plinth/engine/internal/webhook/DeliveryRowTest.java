package dev.plinth.engine.internal.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.RowReader;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Deliveries as they are stored, and the states to which each one leads. */
final class DeliveryRowTest {
    private static final DeliveryRow PENDING = DeliveryRow.create(
            new DeliveryRow.Facts(
                    new Id(IdKind.DELIVERY, 1, 2),
                    new Id(IdKind.WORKSPACE, 3, 4),
                    new Id(IdKind.ENDPOINT, 5, 6),
                    new Id(IdKind.EVENT, 7, 8),
                    "resource.created",
                    new Id(IdKind.RESOURCE, 9, 10),
                    11,
                    12),
            StoredDeliveryStatus.PENDING,
            13);

    @Test
    void read_eachState_isTheSame() {
        DeliveryRow exhausted = PENDING.attempted(false).exhausted(14);
        List<DeliveryRow> rows = List.of(
                PENDING,
                PENDING.queued(15),
                PENDING.held(),
                PENDING.due(StoredDeliveryStatus.RETRYING, 16),
                exhausted,
                exhausted.mendsLane(),
                exhausted.resend(17).resend(18),
                exhausted.recovered(StoredDeliveryStatus.RETRYING, 19),
                exhausted.settled(StoredDeliveryStatus.DELIVERED, 20),
                PENDING.givenUp(21));

        assertThat(rows)
                .allSatisfy(row -> assertThat(DeliveryRow.read(row.row())).isEqualTo(row));
        assertThat(exhausted.breaksLane()).isTrue();
        assertThat(exhausted.resend(17).breaksLane()).isTrue();
    }

    @Test
    void due_deliveredOne_isRefused() {
        DeliveryRow delivered = PENDING.settled(StoredDeliveryStatus.DELIVERED, 14);

        assertThatThrownBy(() -> delivered.due(StoredDeliveryStatus.RETRYING, 15))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("DELIVERED")
                .hasMessageContaining("RETRYING");
        assertThat(delivered
                        .resend(15)
                        .settled(StoredDeliveryStatus.DELIVERED, 16)
                        .settledAt())
                .isEqualTo(16);
    }

    @Test
    void read_rowOfAVersionThatNoReleaseWrote_isRefused() {
        byte[] row = PENDING.row();
        row[RowReader.SEQUENCE_BYTES] = 3;

        assertThatThrownBy(() -> DeliveryRow.read(row))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 3");
    }
}
