package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many addresses of one /56 of IPv6 fill the port of the jar, over real sockets, and a client of another /56 is served. */
@Timeout(300)
@Tag("slow")
class Ipv6CrowdIT {
    private static final String NAMESPACE =
            "plinth-crowd-" + ProcessHandle.current().pid();
    private static final String SKIPPED =
            "what keeps this machine from a network namespace with IPv6, for instance that the user is not root";

    @TempDir
    private Path directory;

    @Test
    void port_fullOfOneNetworkOfIpv6_servesAnother() throws Exception {
        assumeThat(failure("ip", "netns", "add", NAMESPACE)).as(SKIPPED).isNull();
        try {
            assumeThat(failure(inside("ip", "link", "set", "lo", "up")))
                    .as(SKIPPED)
                    .isNull();
            assumeThat(failure(inside("ip", "-6", "route", "add", "local", "2001:db8::/32", "dev", "lo")))
                    .as(SKIPPED)
                    .isNull();
            // The kernel otherwise lets a client bind only addresses that an interface has.
            assumeThat(failure(inside("sh", "-c", "echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind")))
                    .as(SKIPPED)
                    .isNull();
            List<String> crowd = new ArrayList<>(ServedProcess.builder(
                            "-cp",
                            System.getProperty("java.class.path"),
                            Ipv6Crowd.class.getName(),
                            System.getProperty("plinth.jar"),
                            directory.resolve("err").toString())
                    .command());

            assertThat(failure(inside(crowd.toArray(String[]::new)))).isNull();
        } finally {
            assertThat(failure("ip", "netns", "del", NAMESPACE)).isNull();
        }
    }

    private static String[] inside(String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", NAMESPACE));
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }

    /** Returns what a command complains of; null if it works. */
    private static @Nullable String failure(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? null : String.join(" ", command) + ": " + said;
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
