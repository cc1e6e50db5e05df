package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Durability;
import dev.plinth.engine.Tables;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

/** What the standalone program makes of its flags and its environment. */
class CommandLineReaderTest {
    private static ServeOptions read(Map<String, String> environment, String... arguments) {
        return new CommandLineReader(environment).read(List.of(arguments)).getCommand();
    }

    @Test
    void options_none_haveDefaults() {
        ServeOptions options = read(Map.of());

        assertThat(options.host()).isEqualTo("127.0.0.1");
        assertThat(options.port()).isEqualTo(8080);
        assertThat(options.memory()).isFalse();
        assertThat(options.testClock()).isFalse();
        assertThat(options.adminToken()).isNull();
        assertThat(options.webhookAllow()).isEmpty();
        assertThat(options.tables()).isEqualTo(Tables.OFF_HEAP);
        assertThat(options.data()).isEqualTo(Path.of("plinth-data"));
        assertThat(options.durability()).isEqualTo(Durability.FSYNC);
        assertThat(read(Map.of(), "--memory").tables()).isEqualTo(Tables.HEAP);
    }

    @Test
    void options_allOfMemory_areRead() {
        ServeOptions options = read(
                Map.of(),
                "serve",
                "--host=0.0.0.0",
                "--port",
                "0",
                "--memory",
                "--tables",
                "off-heap",
                "--max-resources",
                "5000000000",
                "--admin-token",
                "t",
                "--webhook-allow",
                "127.0.0.0/8",
                "--webhook-allow",
                "::1/128",
                "--test-clock");

        assertThat(options.host()).isEqualTo("0.0.0.0");
        assertThat(options.port()).isZero();
        assertThat(options.memory()).isTrue();
        assertThat(options.tables()).isEqualTo(Tables.OFF_HEAP);
        assertThat(options.maxResources()).isEqualTo(5_000_000_000L);
        assertThat(options.adminToken()).isEqualTo("t");
        assertThat(options.webhookAllow()).containsExactly("127.0.0.0/8", "::1/128");
        assertThat(options.testClock()).isTrue();
    }

    @Test
    void environment_everyOption_isRead() {
        ServeOptions options = read(Map.of(
                "PLINTH_HOST", "::1",
                "PLINTH_PORT", "9",
                "PLINTH_MEMORY", "true",
                "PLINTH_TABLES", "off-heap",
                "PLINTH_MAX_RESOURCES", "10",
                "PLINTH_ADMIN_TOKEN", "t",
                "PLINTH_WEBHOOK_ALLOW", "127.0.0.0/8, ::1/128",
                "PLINTH_TEST_CLOCK", "1"));

        assertThat(options.host()).isEqualTo("::1");
        assertThat(options.port()).isEqualTo(9);
        assertThat(options.memory()).isTrue();
        assertThat(options.tables()).isEqualTo(Tables.OFF_HEAP);
        assertThat(options.maxResources()).isEqualTo(10);
        assertThat(options.adminToken()).isEqualTo("t");
        assertThat(options.webhookAllow()).containsExactly("127.0.0.0/8", "::1/128");
        assertThat(options.testClock()).isTrue();
    }

    @Test
    void environment_besideFlag_flagWins() {
        ServeOptions options = read(
                Map.of("PLINTH_PORT", "9", "PLINTH_MEMORY", "true", "PLINTH_WEBHOOK_ALLOW", "127.0.0.0/8"),
                "--port=10",
                "--memory",
                "--webhook-allow=::1/128");

        assertThat(options.port()).isEqualTo(10);
        assertThat(options.memory()).isTrue();
        assertThat(options.webhookAllow()).containsExactly("::1/128");
    }

    @Test
    void environment_wrongValue_namesTheVariable() {
        assertThatThrownBy(() -> read(Map.of("PLINTH_PORT", "x")))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("PLINTH_PORT");
        assertThatThrownBy(() -> read(Map.of("PLINTH_MEMORY", "perhaps")))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("PLINTH_MEMORY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--nonsense",
                "nonsense",
                "serve serve",
                "--port",
                "--port x",
                "--port -1",
                "--port 65536",
                "--tables shelf",
                "--durability never",
                "--max-resources 0 --tables off-heap",
                "--memory --max-resources 10",
                "--memory --max-resources 10 --tables heap",
                "--memory --data d",
                "--memory --durability os",
                "--memory --secret-key-file f",
                "--memory --tables off-heap --quick-restart q",
                "--data d --tables heap --quick-restart q",
                "--port 1 --port 2",
                "--admin-token="
            })
    void options_wrong_usageErrorInOneSentence(String arguments) {
        assertThatThrownBy(() -> read(Map.of(), arguments.split(" ")))
                .isInstanceOf(ParameterException.class)
                .extracting(failure -> CommandLineReader.sentence(failure.getMessage(), failure))
                .asString()
                .endsWith(".")
                .doesNotContain("\n", "Exception");
    }

    @Test
    void help_besideWrongOptions_notChecked() {
        Stream.of("--help", "-h", "--version", "-V")
                .forEach(flag -> assertThat(new CommandLineReader(Map.of())
                                .read(List.of(flag, "--port", "-1"))
                                .getParseResult()
                                .matchedOptions())
                        .isNotEmpty());
    }
}
