package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

/** Tests the first words of the command line, and the help that lists them. */
class WordsTest {
    private static final CommandLineReader READER = new CommandLineReader(Map.of());

    @ParameterizedTest
    @CsvSource({
        "help, --help",
        "version, --version",
        "help demo, demo --help",
        "help log status, log status --help",
        "help help, --help --help",
        "serve --port=0, serve --port=0",
        "--port=0, --port=0",
    })
    void words_helpAndVersion_becomeOptions(String given, String meant) {
        assertThat(Words.resolved(List.of(given.split(" ")))).containsExactly(meant.split(" "));
    }

    @ParameterizedTest
    @CsvSource({"srve, serve", "verfy, verify", "chek-config, check-config", "demos, demo", "hepl, help"})
    void words_unknown_nameTheNearest(String given, String nearest) {
        assertThatThrownBy(() -> Words.resolved(List.of(given)))
                .hasMessage("Unknown command \"" + given + "\". The nearest name is " + nearest + ".");
    }

    @Test
    void words_farFromAll_listAll() {
        assertThatThrownBy(() -> Words.resolved(List.of("x".repeat(10_000))))
                .hasMessageContaining("Use one of serve, demo, check-config")
                .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(400));
    }

    @ParameterizedTest
    @CsvSource({"--prot, --port", "--max-resource=5, --max-resources", "--helpp, --help"})
    void options_unknown_nameTheNearest(String given, String nearest) {
        assertThatThrownBy(() -> READER.parse(List.of("serve", given)))
                .isInstanceOfSatisfying(
                        ParameterException.class,
                        wrong -> assertThat(CommandLineReader.sentence(wrong))
                                .startsWith("Unknown option \"" + given.replaceFirst("=.*", "") + "\".")
                                .endsWith("The nearest name is " + nearest + "."));
    }

    @Test
    void options_farFromAll_listNone() {
        assertThatThrownBy(() -> READER.parse(List.of("serve", "--nothing-like-it")))
                .isInstanceOfSatisfying(
                        ParameterException.class,
                        wrong -> assertThat(CommandLineReader.sentence(wrong))
                                .isEqualTo("Unknown option: '--nothing-like-it'."));
    }

    @Test
    void help_listsAllCommandsBeforeTheOptions() {
        String help = READER.parse(List.of()).getUsageMessage();

        assertThat(help.substring(0, help.indexOf("Options of serve:")))
                .contains(
                        "\n  serve ",
                        "\n  demo ",
                        "\n  log ",
                        "\n  version ",
                        "Usage: plinth.jar [COMMAND] [OPTION]...")
                .contains(StoreCommand.BY_NAME.keySet().stream()
                        .map(word -> "\n  " + word + " ")
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "demo", "check-config"})
    void help_keepsAddressesWhole(String word) {
        assertThat(CommandLineReader.help(READER.parse(List.of(word))))
                .contains("https://plinth.dev/problems/", "https://app.example.com")
                .doesNotContainPattern(Pattern.compile(":\\s+//"));
    }

    @Test
    void demo_showsNoOptionOnStoredData() {
        assertThat(READER.parse(List.of("demo")).getUsageMessage())
                .contains("--port=")
                .doesNotContain("--data=", "--log=", "--secret-key-file=");
    }
}
