package dev.plinth.engine.internal.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RowWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Endpoints as older releases stored them, and the secrets that a row keeps. */
class EndpointRowTest {
    private static final Id ENDPOINT = new Id(IdKind.ENDPOINT, 1, 2);
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    /** Such as are not taken any more. */
    private static final String HEADERS = "{\"X-A\":\" 1\",\"x-a\":\"2\"}";

    private static final byte[] CURRENT = {1};
    private static final byte[] OLD = {2};

    @Test
    void read_version1WithAnOldSecret_keepsItUntilItsEnd() {
        EndpointRow row = EndpointRow.read(version1(OLD, 9));

        assertThat(row.settings().url()).isEqualTo("https://a.example/");
        assertThat(row.settings().types()).containsExactly("a.b", "c.*");
        assertThat(row.json(null)).asString(UTF_8).contains("\"headers\":" + HEADERS);
        assertThat(row.createdAt()).isEqualTo(6);
        assertThat(row.secrets().current()).isEqualTo(CURRENT);
        EndpointRow.OldSecret only = row.secrets().old().get(0);
        assertThat(row.secrets().old()).hasSize(1);
        assertThat(only.sealed()).isEqualTo(OLD);
        assertThat(only.validUntil()).isEqualTo(9);
    }

    @Test
    void read_version1NeverRotated_hasTheCurrentSecretOnly() {
        EndpointRow row = EndpointRow.read(version1(null, 0));

        assertThat(row.secrets().current()).isEqualTo(CURRENT);
        assertThat(row.secrets().old()).isEmpty();
    }

    @Test
    void row_readAgain_hasAllSecretsInTheirOrder() {
        EndpointRow row = EndpointRow.read(version1(OLD, 9));
        byte[] next = {3};

        EndpointRow read =
                EndpointRow.read(row.with(row.secrets().rotate(next, 8, 7)).row());

        assertThat(read.secrets().current()).isEqualTo(next);
        assertThat(read.secrets().old())
                .extracting(EndpointRow.OldSecret::validUntil)
                .containsExactly(8L, 9L);
        assertThat(read.secrets().old().get(0).sealed()).isEqualTo(CURRENT);
        assertThat(read.secrets().old().get(1).sealed()).isEqualTo(OLD);
    }

    @Test
    void with_expiredSecrets_dropsThem() {
        EndpointRow row = EndpointRow.read(version1(OLD, 9));

        assertThat(row.with(row.settings(), false, 8).secrets().old()).hasSize(1);
        assertThat(row.with(row.settings(), false, 9).secrets().old()).isEmpty();
        assertThat(row.secrets().rotate(OLD, 20, 9).old())
                .extracting(EndpointRow.OldSecret::validUntil)
                .isEqualTo(List.of(20L));
    }

    private static byte[] version1(byte @Nullable [] old, long oldUntil) {
        return new RowWriter(1)
                .id(ENDPOINT)
                .id(WORKSPACE)
                .number(5)
                .text("https://a.example/")
                .small(2)
                .text("a.b")
                .text("c.*")
                .small(1)
                .text("d")
                .bytes(HEADERS.getBytes(UTF_8))
                .small(1)
                .number(6)
                .bytes(CURRENT)
                .optionalBytes(old)
                .number(oldUntil)
                .row();
    }
}
