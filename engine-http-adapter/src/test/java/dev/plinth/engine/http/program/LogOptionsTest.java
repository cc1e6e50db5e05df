package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.http.config.FaultyConfigException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the options of a node that shares a log with others. */
class LogOptionsTest {
    private static final List<String> NEEDED = List.of(
            "--log=postgres://plinth@db1,db2/plinth",
            "--advertise=http://10.0.0.5:8080",
            "--secret-key-file=secret.key",
            "--admin-token=a-token-of-20-chars.");

    private static ServeOptions read(List<String> more) {
        List<String> arguments = new ArrayList<>(NEEDED);
        arguments.addAll(more);
        return new CommandLineReader(Map.of()).read(arguments);
    }

    @Test
    void switch_thatIsOff_isNoContradictionOfALog(@TempDir Path directory) throws IOException {
        StringBuilder lines = new StringBuilder("memory: false\ntest-clock: false\n");
        NEEDED.forEach(
                flag -> lines.append(flag.substring(2).replaceFirst("=", ": ")).append('\n'));
        Path file = Files.writeString(directory.resolve("plinth.yaml"), lines);

        assertThat(new CommandLineReader(Map.of())
                        .read(List.of("--config=" + file))
                        .memory())
                .isFalse();
    }

    @Test
    void options_ofANode_areRead() {
        ServeOptions options = read(
                List.of("--cell=orders", "--node-id=a", "--lease=500ms", "--forward=off", "--log-durability=local"));

        assertThat(options.config().get(ServeSettings.NODE_ID)).isEqualTo("a");
        assertThat(options.config().get(ServeSettings.CELL)).isEqualTo("orders");
        assertThat(options.config().get(ServeSettings.FORWARD)).isEqualTo("off");
        assertThat(read(List.of()).config().get(ServeSettings.FORWARD)).isEqualTo("on");
        assertThat(read(List.of()).config().get(ServeSettings.LEASE)).isEqualTo("3s");
    }

    /** No database is there, so a builder that connects would fail. */
    @Test
    void settings_ofANode_connectToNoLog() {
        ServeOptions options = read(List.of());

        assertThatCode(() -> options.settings().check()).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void options_withoutOneThatIsNeeded_nameIt(int missing) {
        List<String> arguments = new ArrayList<>(NEEDED);
        String flag = arguments.remove(missing);

        assertThatThrownBy(() -> new CommandLineReader(Map.of()).read(arguments))
                .isInstanceOf(FaultyConfigException.class)
                .hasMessageContaining(missing == 0 ? "--log" : flag.substring(0, flag.indexOf('=')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--data=d",
                "--durability=os",
                "--quick-restart=q",
                "--test-clock",
                "--memory",
                "--request-log-bytes=1000000"
            })
    void option_thatHasNoPlaceBesideALog_isRefused(String flag) {
        assertThatThrownBy(() -> read(List.of(flag)))
                .isInstanceOf(FaultyConfigException.class)
                .hasMessageContaining(flag.replaceFirst("=.*", ""))
                .hasMessageContaining("--log");
    }

    @Test
    void log_besideAStrongerDirectory_isRefusedAndNotLeft() {
        List<String> arguments = new ArrayList<>(NEEDED);
        String address = arguments.remove(0).substring("--log=".length());
        arguments.add("--data=d");

        assertThatThrownBy(() -> new CommandLineReader(Map.of("PLINTH_LOG", address)).read(arguments))
                .isInstanceOf(FaultyConfigException.class)
                .hasMessageContainingAll("--data", "PLINTH_LOG");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--advertise=http://10.0.0.5:8080",
                "--node-id=a",
                "--lease=3s",
                "--forward=on",
                "--cell=a",
                "--log-durability=local"
            })
    void option_ofALogWithoutOne_isRefused(String flag) {
        assertThatThrownBy(() -> new CommandLineReader(Map.of()).read(List.of("--memory", flag)))
                .isInstanceOf(FaultyConfigException.class)
                .hasMessageContaining(flag.replaceFirst("=.*", ""))
                .hasMessageContaining("--log");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.5:8080",
                "http://",
                "ftp://10.0.0.5",
                "http://10.0.0.5/api",
                "http://user@10.0.0.5",
                "http://10.0.0.5?x=1",
                "http://10.0.0.5#x",
                "http://10.0.0.5:0",
                "http://10.0.0.5:65536",
                "http://0.0.0.0:8080",
                "http://[::]:8080",
                "http://a b",
                ""
            })
    void advertise_thatNoMachineCanCall_isRefused(String url) {
        assertThatThrownBy(() -> AdvertisedUrl.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The address must be")
                .hasMessageContaining(url);
    }

    @ParameterizedTest
    @CsvSource({
        "http://10.0.0.5:8080, 10.0.0.5:8080",
        "https://node-1.example.com/, node-1.example.com",
        "HTTP://[fd00::1]:80, [fd00::1]:80"
    })
    void nodeId_isThePlaceOfTheAddress(String url, String id) {
        assertThat(AdvertisedUrl.nodeId(AdvertisedUrl.parse(url))).isEqualTo(id);
    }

    @Test
    void nodeId_ofALongAddress_fitsAndDiffersFromThatOfAnother() {
        String host = "n".repeat(60) + "." + "example".repeat(5);

        String one = AdvertisedUrl.nodeId(URI.create("http://" + host + ":1"));
        String other = AdvertisedUrl.nodeId(URI.create("http://" + host + ":2"));

        assertThat(one).hasSize(64).isNotEqualTo(other);
    }

    @Test
    void lease_isATimeWithItsUnit() {
        assertThat(LeaseTime.parse("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(LeaseTime.parse("3s")).isEqualTo(Duration.ofSeconds(3));
        assertThat(LeaseTime.parse("5m")).isEqualTo(Duration.ofMinutes(5));
        for (String wrong : new String[] {"3", "3h", "499ms", "0s", "301s", "6m", "-3s", "3 s", "9999999s", ""}) {
            assertThatThrownBy(() -> LeaseTime.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("500ms to 5m, such as 3s, got " + wrong);
        }
    }
}
