package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Tests how the address of a shared log becomes a source of connections. */
final class LogAddressTest {
    @Test
    void source_ofSeveralHosts_looksForThePrimary() {
        PGSimpleDataSource source = source("postgres://plinth@db1,db2:5433/orders?sslmode=require", Map.of());

        assertThat(source.getServerNames()).containsExactly("db1", "db2");
        assertThat(source.getPortNumbers()).containsExactly(5432, 5433);
        assertThat(source.getDatabaseName()).isEqualTo("orders");
        assertThat(source.getUser()).isEqualTo("plinth");
        assertThat(source.getTargetServerType()).isEqualTo("primary");
        assertThat(source.getSslMode()).isEqualTo("require");
        assertThat(source.getPassword()).isNull();
    }

    @Test
    void source_withAPasswordInTheEnvironment_takesIt() {
        PGSimpleDataSource source = source("postgresql://[::1]:5432/orders", Map.of("PLINTH_LOG_PASSWORD", "s3cret"));

        assertThat(source.getPassword()).isEqualTo("s3cret");
        assertThat(source("postgresql://db1/orders", Map.of("PGPASSWORD", "other", "PLINTH_LOG_PASSWORD", "own"))
                        .getPassword())
                .isEqualTo("own");
        assertThat(source.getConnectTimeout()).isEqualTo(2);
        assertThat(source.getSocketTimeout()).isEqualTo(10);
        assertThat(source.getSocketFactory()).isEqualTo("dev.plinth.engine.log.postgres.LogSockets");
    }

    @Test
    void parse_ofAnAddressWithAPassword_isRefusedWithoutShowingIt() {
        for (String text : new String[] {
            "postgres://plinth:s3cret@db1/orders",
            "postgres://db1/orders?user=u&password=s3cret",
            "postgres://plinth:a/s3cret@db1/orders",
            "postgres://db1/orders?sslpassword=s3cret"
        }) {
            assertThatThrownBy(() -> LogAddress.parse(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("PLINTH_LOG_PASSWORD")
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void parse_ofAnotherForm_isRefused() {
        for (String text : new String[] {"mysql://db1/orders", "postgres://db1", "postgres:///orders", "db1"}) {
            assertThatThrownBy(() -> LogAddress.parse(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("postgres://USER@HOST[:PORT][,HOST[:PORT]]/DATABASE, got " + text);
        }
    }

    private static PGSimpleDataSource source(String address, Map<String, String> environment) {
        return (PGSimpleDataSource) LogAddress.parse(address).source(environment);
    }
}
