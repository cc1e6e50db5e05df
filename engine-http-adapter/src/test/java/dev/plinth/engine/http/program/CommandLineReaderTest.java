package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.http.config.FaultyConfigException;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

/** Tests what the standalone program makes of its flags and its environment. */
class CommandLineReaderTest {
    private static ServeOptions read(Map<String, String> environment, String... arguments) {
        return new CommandLineReader(environment).read(List.of(arguments));
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
        assertThat(read(Map.of(), "--tables", "chronicle", "--quick-restart", "q")
                        .tables())
                .isEqualTo(Tables.CHRONICLE);
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
                "1000000000",
                "--admin-token",
                "a-token-of-20-chars.",
                "--webhook-allow",
                "127.0.0.0/8",
                "--webhook-allow",
                "::1/128",
                "--webhook-host-rate",
                "hooks.example.com=8000",
                "--webhook-host-rate",
                "*=100",
                "--test-clock");

        assertThat(options.host()).isEqualTo("0.0.0.0");
        assertThat(options.port()).isZero();
        assertThat(options.memory()).isTrue();
        assertThat(options.tables()).isEqualTo(Tables.OFF_HEAP);
        assertThat(options.maxResources()).isEqualTo(1_000_000_000L);
        assertThat(options.adminToken()).isEqualTo("a-token-of-20-chars.");
        assertThat(options.webhookAllow()).containsExactly("127.0.0.0/8", "::1/128");
        assertThat(options.webhookHostRates())
                .containsOnly(Map.entry("hooks.example.com", 8000L), Map.entry("*", 100L));
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
                "PLINTH_ADMIN_TOKEN", "a-token-of-20-chars.",
                "PLINTH_WEBHOOK_ALLOW", "127.0.0.0/8, ::1/128",
                "PLINTH_WEBHOOK_HOST_RATE", "hooks.example.com=8000, *=100",
                "PLINTH_TEST_CLOCK", "1"));

        assertThat(options.host()).isEqualTo("::1");
        assertThat(options.port()).isEqualTo(9);
        assertThat(options.memory()).isTrue();
        assertThat(options.tables()).isEqualTo(Tables.OFF_HEAP);
        assertThat(options.maxResources()).isEqualTo(10);
        assertThat(options.adminToken()).isEqualTo("a-token-of-20-chars.");
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

    @ParameterizedTest
    @CsvSource({
        "PLINTH_PORT,x",
        "PLINTH_PORT,65536",
        "PLINTH_PORT,''",
        "PLINTH_HOST,''",
        "PLINTH_DATA,''",
        "PLINTH_SECRET_KEY_FILE,' '",
        "PLINTH_MEMORY,perhaps",
        "PLINTH_TABLES,shelf",
        "PLINTH_DURABILITY,never",
        "PLINTH_MAX_RESOURCES,2000000000",
        "PLINTH_ADMIN_TOKEN,a token of more than two words",
        "PLINTH_ADMIN_TOKEN,a-token-of-19-chars",
        "PLINTH_ADMIN_TOKEN,''",
        "PLINTH_WEBHOOK_ALLOW,'127.0.0.0/8, nonsense'"
    })
    void environment_wrongValue_namesTheVariable(String variable, String value) {
        assertThatThrownBy(() -> read(Map.of(variable, value)))
                .isInstanceOf(FaultyConfigException.class)
                .hasMessageContaining(variable)
                .message()
                .doesNotContain("--" + variable.substring("PLINTH_".length()).toLowerCase(Locale.ROOT));
    }

    @Test
    void environment_contradictsItself_namesBothVariables() {
        assertThatThrownBy(() -> read(Map.of("PLINTH_MEMORY", "1", "PLINTH_DATA", "d")))
                .isInstanceOf(FaultyConfigException.class)
                .hasMessageContainingAll("PLINTH_MEMORY", "PLINTH_DATA");
    }

    @Test
    void environment_contradictsOption_optionWins() {
        Map<String, String> durable = Map.of(
                "PLINTH_DATA", "d",
                "PLINTH_DURABILITY", "os",
                "PLINTH_SECRET_KEY_FILE", "f",
                "PLINTH_QUICK_RESTART", "q",
                "PLINTH_REQUEST_LOG_BYTES", "1000000",
                "PLINTH_MAX_RESOURCES", "10");

        assertThat(read(durable, "--memory").memory()).isTrue();
        assertThat(read(durable, "--memory", "--tables=off-heap").maxResources())
                .isEqualTo(10);
        assertThat(read(durable, "--tables=heap").data()).isEqualTo(Path.of("d"));
        assertThat(read(Map.of("PLINTH_MEMORY", "true"), "--data=d").memory()).isFalse();
    }

    @Test
    void sentence_ofAValueFromTheEnvironment_namesTheVariable() {
        ServeOptions options =
                read(Map.of("PLINTH_PORT", "9", "PLINTH_DATA", "some/where", "PLINTH_QUICK_RESTART", "d"), "--host=h");

        assertThat(options.named("Choose another one, with --host or --port."))
                .isEqualTo("Choose another one, with --host or PLINTH_PORT.");
        assertThat(options.named("Expected a directory, but some/where is a file."))
                .isEqualTo("Expected a directory, but some/where is a file (PLINTH_DATA).");
    }

    @Test
    void argument_beginsWithAt_isNotReadFromAFile(@TempDir Path directory) throws IOException {
        String argument = "@" + Files.writeString(directory.resolve("file"), "content");

        assertThat(read(Map.of(), "--admin-token", argument).adminToken()).isEqualTo(argument);
        StoreCommand.BY_NAME.keySet().forEach(command -> {
            List<String> arguments =
                    command.equals("backup") ? List.of(command, argument, argument) : List.of(command, argument);
            Path path = StoreCommand.read(arguments).getParseResult().matchedPositionalValue(0, Path.of("none"));
            assertThat(path).isEqualTo(Path.of(argument));
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--nonsense",
                "--console",
                "--console perhaps",
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
                "--memory --request-log-bytes 1000000",
                "--request-log-bytes 999999",
                "--port 1 --port 2",
                "--admin-token=",
                "--admin-token=a-token-of-19-chars",
                "--host=",
                "--data=",
                "--secret-key-file=",
                "--quick-restart=",
                "--webhook-allow=",
                "--webhook-allow=nonsense",
                "--max-resources=1000000001"
            })
    void options_wrong_usageErrorInOneSentence(String arguments) {
        assertThatThrownBy(() -> read(Map.of(), arguments.split(" ")))
                .isInstanceOfAny(ParameterException.class, FaultyConfigException.class)
                .extracting(failure -> CommandLineReader.sentence(failure.getMessage(), failure))
                .asString()
                .endsWith(".")
                .doesNotContain("\n", "Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "recover", "backup"})
    void directory_empty_refused(String command) {
        assertThatThrownBy(() -> StoreCommand.read(List.of(command, "", "target")))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void checkConfig_ofAnEmptyName_isAFault() {
        assertThatThrownBy(() -> read(Map.of(), "check-config", ""))
                .isInstanceOf(FaultyConfigException.class)
                .hasMessageContaining("--config must be a path, got an empty text.");
        assertThat(read(Map.of(), "check-config").config().has(ServeSettings.CONFIG))
                .isFalse();
    }

    @Test
    void webhookAllow_noRange_namesTheOption() {
        assertThatThrownBy(() -> read(Map.of(), "--webhook-allow", "nonsense"))
                .isInstanceOf(FaultyConfigException.class)
                .hasMessageContaining("--webhook-allow");
    }

    @Test
    void help_besideWrongEnvironment_notRead() {
        Map<String, String> wrong = Map.of("PLINTH_PORT", "x", "PLINTH_MEMORY", "perhaps", "PLINTH_DATA", "");

        assertThat(new CommandLineReader(wrong).parse(List.of("--help")).isUsageHelpRequested())
                .isTrue();
        assertThat(new CommandLineReader(wrong).parse(List.of("--version")).isVersionHelpRequested())
                .isTrue();
    }

    @Test
    void help_ofLog_namesEachCommand() {
        String usage = LogCommand.read(List.of("log", "--help")).getUsageMessage();

        LogCommand.BY_NAME.keySet().forEach(word -> assertThat(usage).contains(" plinth.jar log " + word + " URL"));
        assertThat(LogCommand.read(List.of("log", "--version")).isVersionHelpRequested())
                .isTrue();
        assertThatThrownBy(() -> LogCommand.read(List.of("log"))).hasMessageEndingWith("got none.");
        assertThatThrownBy(() -> LogCommand.read(List.of("log", ""))).hasMessageEndingWith("got none.");
        assertThatThrownBy(() -> LogCommand.read(List.of("log", "show"))).hasMessageEndingWith("got show.");
    }

    @Test
    void help_besideWrongOptions_notChecked() {
        Stream.of("--help", "-h", "--version", "-V")
                .forEach(flag -> assertThat(new CommandLineReader(Map.of())
                                .parse(List.of(flag, "--port", "-1"))
                                .getParseResult()
                                .matchedOptions())
                        .isNotEmpty());
    }
}
