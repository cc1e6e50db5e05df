package dev.plinth.engine.internal.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.ExpiryTime;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.Grace;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests what a row of an endpoint keeps, and what of it is sealed. */
class EndpointRowTest {
    private static final ExpiryTime PLAIN = new ExpiryTime() {};

    private static final Id ENDPOINT = new Id(IdKind.ENDPOINT, 1, 2);
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);
    private static final String HEADERS = "{\"X-A\":\"Bearer of-the-receiver\",\"x-b\":\"2\"}";
    private static final SecretCipher SEAL = new SecretCipher(new byte[SecretCipher.KEY_BYTES], new RandomIds());
    private static final byte[] CURRENT = {1};
    private static final byte[] OLD = {2};

    @Test
    void row_readAgain_opensItsHeadersAndHasTheirValuesNowhere() {
        EndpointRow read = EndpointRow.read(row().row());

        assertThat(read.settings().url()).isEqualTo("https://a.example/");
        assertThat(read.settings().types()).containsExactly("a.b", "c.*");
        assertThat(read.createdAt()).isEqualTo(6);
        assertThat(read.json(SEAL, null)).asString(UTF_8).contains("\"headers\":" + HEADERS);
        assertThat(read.maskedJson()).asString(UTF_8).contains("\"headers\":{\"X-A\":\"***\",\"x-b\":\"***\"}");
        assertThat(new String(row().row(), UTF_8)).contains("X-A").doesNotContain("Bearer of-the-receiver");
    }

    @Test
    void row_readAgain_hasAllSecretsInTheirOrder() {
        EndpointRow row = EndpointRow.read(row().row());
        byte[] next = {3};

        EndpointRow read = EndpointRow.read(
                row.with(row.secrets().rotate(next, new Grace(7, 8), PLAIN)).row());

        assertThat(read.secrets().current()).isEqualTo(next);
        assertThat(read.secrets().old())
                .extracting(EndpointRow.OldSecret::grace)
                .containsExactly(new Grace(7, 8), new Grace(7, 8));
        assertThat(read.secrets().old().get(0).sealed()).isEqualTo(CURRENT);
        assertThat(read.secrets().old().get(1).sealed()).isEqualTo(OLD);
    }

    @Test
    void with_expiredSecrets_dropsThem() {
        EndpointRow row = EndpointRow.read(row().row());

        assertThat(row.with(row.settings(), false, PLAIN, 8).secrets().old()).hasSize(1);
        assertThat(row.with(row.settings(), false, PLAIN, 9).secrets().old()).isEmpty();
        assertThat(row.secrets().rotate(OLD, new Grace(9, 20), PLAIN).old())
                .extracting(EndpointRow.OldSecret::grace)
                .isEqualTo(List.of(new Grace(9, 20)));
    }

    private static EndpointRow row() {
        EndpointSettings settings = new EndpointSettings(
                "https://a.example/", List.of("a.b", "c.*"), true, "d", HEADERS.getBytes(UTF_8), 7);
        return new EndpointRow(
                ENDPOINT,
                WORKSPACE,
                5,
                settings.sealed(SEAL, ENDPOINT),
                true,
                6,
                new EndpointRow.Secrets(CURRENT, List.of(new EndpointRow.OldSecret(OLD, new Grace(3, 9)))),
                null);
    }
}
