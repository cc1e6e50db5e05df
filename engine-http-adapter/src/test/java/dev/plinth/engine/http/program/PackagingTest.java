package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.Packaging;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The unit and the container start the program with options that it has, and close what it does not need. */
class PackagingTest {
    private static final Pattern CALL = Pattern.compile("-jar /opt/plinth/plinth\\.jar ([^'\n]+)");
    private static final Pattern VARIABLE = Pattern.compile("\\b(PLINTH_[A-Z_]+)=(\\S+)");
    private static final String LOG = "postgres://plinth@db1,db2/plinth";
    private static final Map<String, String> NODE = Map.of(
            "PLINTH_ADVERTISE", "http://10.0.0.5:8080",
            "PLINTH_SECRET_KEY_FILE", "secret.key",
            "PLINTH_ADMIN_TOKEN", "a-token-of-20-chars.");

    @TempDir
    private Path directory;

    private static void assertParses(List<String> arguments) {
        if (StoreCommand.isMeant(arguments)) {
            assertThat(StoreCommand.read(arguments).getParseResult().errors()).isEmpty();
        } else {
            assertThat(new CommandLineReader(Map.of())
                            .parse(arguments)
                            .getParseResult()
                            .errors())
                    .isEmpty();
        }
    }

    @Test
    void unit_callsTheProgramWithItsOwnOptions() throws IOException {
        Matcher call = CALL.matcher(Files.readString(Packaging.unit()));
        List<String> words = new ArrayList<>();
        while (call.find()) {
            List<String> arguments = List.of(call.group(1).split(" +"));
            words.add(arguments.get(0));
            assertParses(arguments);
        }
        assertThat(words).containsExactly("archive", "serve");
    }

    @Test
    void container_callsTheProgramWithItsOwnOptions() throws IOException {
        assertParses(Packaging.words("CMD"));
        assertThat(Packaging.words("ENTRYPOINT")).startsWith("java").endsWith("-jar", "/opt/plinth/plinth.jar");
        Map<String, String> environment = environment();

        ServeOptions options = new CommandLineReader(environment).read(List.of("serve"));

        assertThat(environment.keySet())
                .isSubsetOf(ServeSettings.ALL.stream()
                        .map(setting -> setting.variable())
                        .toList());
        assertThat(options.host()).isEqualTo("0.0.0.0");
        assertThat(options.hasAdminPort()).isTrue();
        assertThat(options.hasConsole()).isFalse();
        assertThat(options.logsJson()).isTrue();
    }

    private static Map<String, String> environment() throws IOException {
        Map<String, String> environment = new HashMap<>();
        Matcher variable = VARIABLE.matcher(Packaging.dockerfile());
        while (variable.find()) {
            environment.put(variable.group(1), variable.group(2));
        }
        return environment;
    }

    @Test
    void container_givenALog_runsANode() throws IOException {
        Map<String, String> environment = environment();
        environment.put("PLINTH_LOG", LOG);
        environment.putAll(NODE);

        ServeOptions options = new CommandLineReader(environment).read(Packaging.words("CMD"));

        assertThat(options.config().get(ServeSettings.LOG)).isEqualTo(LOG);
    }

    @Test
    void unit_givenALogInItsFile_runsANode() throws IOException {
        Path file = Files.writeString(directory.resolve("plinth.yaml"), "log: " + LOG + "\n");
        Matcher call =
                CALL.matcher(Files.readString(Packaging.unit()).replace("/etc/plinth/plinth.yaml", file.toString()));
        List<String> arguments = call.results()
                .map(found -> List.of(found.group(1).split(" +")))
                .filter(words -> words.get(0).equals("serve"))
                .findFirst()
                .orElseThrow();

        ServeOptions options = new CommandLineReader(NODE).read(arguments);

        assertThat(options.config().get(ServeSettings.LOG)).isEqualTo(LOG);
    }

    @Test
    void container_runsAsAnOrdinaryUser() throws IOException {
        String file = Packaging.dockerfile();

        assertThat(file).containsPattern("(?m)^USER [1-9]\\d{4}:[1-9]\\d{4}$");
        assertThat(file.indexOf("\nUSER ")).isLessThan(file.indexOf("\nENTRYPOINT "));
    }

    static boolean hasSystemd() {
        return Files.isExecutable(Path.of("/usr/bin/systemd-analyze"));
    }

    @Test
    @EnabledIf("hasSystemd")
    void unit_isRightForSystemd() throws Exception {
        // The paths of an installation are not there, so programs of this machine stand for them.
        String unit = Files.readString(Packaging.unit())
                .replace(
                        "/usr/bin/java",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString())
                .replace("User=plinth\nGroup=plinth", "User=root\nGroup=root")
                .replace("Documentation=https://plinth.dev/docs\n", "");
        Path file = Files.writeString(directory.resolve("plinth.service"), unit);
        Process process = new ProcessBuilder("systemd-analyze", "verify", "--man=no", file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said.lines().filter(line -> line.contains("plinth.service"))).isEmpty();
    }

    @Test
    void unit_reloadsBySignalAndIsClosed() throws IOException {
        assertThat(Files.readString(Packaging.unit()))
                .contains("\nExecReload=/bin/kill -HUP $MAINPID\n", "\nUser=plinth\n", "\nNoNewPrivileges=yes\n")
                .contains("\nProtectSystem=strict\n", "\nCapabilityBoundingSet=\n", "\nPrivateTmp=yes\n");
    }
}
