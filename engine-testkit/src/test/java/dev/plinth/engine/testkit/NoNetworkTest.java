package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * An engine talks to nobody whom the host did not name.
 *
 * <p>Two witnesses watch a JVM of its own. The JVM itself, everywhere: no socket of Java is connected, no datagram sent and no name
 * looked up before certain classes are loaded. And the kernel, where {@code strace} can be used, which also sees native code. Both are shown
 * a connection first, so that their silence means something.
 */
final class NoNetworkTest {
    /** The methods that every connection of Java passes (also one that listens), every datagram, and every look-up of a name. */
    private static final List<String> NETWORK_CLASSES =
            List.of("sun.net.NetHooks", "sun.nio.ch.DatagramChannelImpl", "java.net.InetAddress$NameServiceAddresses");
    /** A call that sends to, or connects with, an address of the internet; sockets of the machine itself are none. */
    private static final Pattern NETWORK_CALL =
            Pattern.compile("\\b(connect|sendto|sendmsg|sendmmsg)\\(.*\\bAF_INET6?\\b");

    private static final List<String> FLAGS = List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "-Xlog:class+load:stdout");

    private final WebhookSink receiver = WebhookSink.open();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        receiver.close();
    }

    @Test
    void engine_usedWithoutWebhooks_loadsNothingThatOpensASocket() throws Exception {
        assertThat(loadedNetworkClasses(port())).isEqualTo(NETWORK_CLASSES);

        assertThat(loadedNetworkClasses()).isEmpty();
    }

    @Test
    void engine_usedWithoutWebhooks_makesNoCallThatReachesTheNetwork(TestReporter reporter) throws Exception {
        Optional<List<String>> strace = strace();
        if (strace.isEmpty()) {
            reporter.publishEntry("strace cannot be used here: the only witness is the JVM itself");
            engine_usedWithoutWebhooks_loadsNothingThatOpensASocket();
            return;
        }
        assertThat(kernelSaw(strace.get(), port())).isNotEmpty();

        assertThat(kernelSaw(strace.get())).isEmpty();
    }

    @Test
    void analytics_ofChronicle_areNotOnTheClassPath() {
        assertThatExceptionOfType(ClassNotFoundException.class)
                .isThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"));
    }

    private List<String> kernelSaw(List<String> strace, String... arguments) throws IOException, InterruptedException {
        run(strace, arguments);
        return Files.readAllLines(trace()).stream()
                .filter(line -> NETWORK_CALL.matcher(line).find())
                .toList();
    }

    private static List<String> loadedNetworkClasses(String... arguments) throws IOException, InterruptedException {
        String output = run(List.of(), arguments);
        return NETWORK_CLASSES.stream()
                .filter(name -> output.contains("] " + name + " source:"))
                .toList();
    }

    private Optional<List<String>> strace() throws IOException, InterruptedException {
        List<String> command = List.of("strace", "-f", "-qq", "-e", "trace=%network", "-o", trace().toString());
        List<String> attempt = new ArrayList<>(command);
        attempt.add("true");
        try {
            return new ProcessBuilder(attempt).redirectErrorStream(true).start().waitFor() == 0
                    ? Optional.of(command)
                    : Optional.empty();
        } catch (IOException notFound) {
            return Optional.empty();
        }
    }

    private Path trace() {
        return directory.resolve("trace");
    }

    private String port() {
        return Integer.toString(receiver.uri().getPort());
    }

    /** Runs the probe; gives what it and its JVM wrote. */
    private static String run(List<String> prefix, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NoNetworkProbe.class.getName()));
        command.addAll(List.of(arguments));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output).contains(NoNetworkProbe.DONE);
        return output;
    }
}
