package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import dev.plinth.engine.http.program.HungryProgram;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process with few file descriptors keeps some for its files, and says so when it has none. */
@Timeout(300)
class DescriptorsIT {
    private static final int DESCRIPTORS = 256;

    private final List<RawClient> crowd = new ArrayList<>();

    @TempDir
    private Path directory;

    private Path sign;
    private ServedProcess server;

    @AfterEach
    void stop() throws IOException {
        for (RawClient each : crowd) {
            each.close();
        }
        server.close();
    }

    private void start(String... more) throws IOException {
        sign = directory.resolve("take");
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                HungryProgram.class.getName(),
                sign.toString()));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--port=0", "--limit-loopback", "--tables=heap"));
        server = ServedProcess.limited(directory.resolve("err"), "-n " + DESCRIPTORS, arguments.toArray(String[]::new));
    }

    private void startOnDirectory() throws IOException {
        start("--data=" + directory.resolve("data"));
    }

    private RawClient client() throws IOException {
        return new RawClient(URI.create(server.base()).getPort());
    }

    private String call(String method, String path, String body) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + server.key()
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void moreConnectionsThanDescriptors_leaveSomeForFilesAndNewcomers() throws IOException {
        startOnDirectory();
        for (int i = 0; i < 2 * DESCRIPTORS; i++) {
            crowd.add(client());
        }

        String body = "{\"name\":\"r\",\"data\":{\"text\":\"" + "x".repeat(30_000) + "\"}}";
        for (int i = 0; i < 40; i++) {
            try (RawClient newcomer = client()) {
                assertThat(newcomer.send(call("POST", "/v1/resources", body))
                                .read()
                                .status())
                        .isEqualTo(201);
                assertThat(newcomer.send(call("GET", "/health/ready", ""))
                                .read()
                                .status())
                        .isEqualTo(200);
            }
        }
        assertThat(server.said()).doesNotContain("Too many open files");
    }

    @Test
    void descriptorsThatTheHostTook_areMissedByReadyUntilTheyAreBack() throws IOException {
        startOnDirectory();

        assertMissedByReady();
    }

    @Test
    void descriptorsOfAFollower_areMissedByReadyUntilTheyAreBack() throws IOException {
        start(HungryProgram.FOLLOW + directory.resolve("secret.key"), "--memory");
        try (RawClient client = client()) {
            assertThat(client.send(call("GET", "/health/ready", "")).read().text())
                    .contains("\"role\":\"follower\"");
        }

        assertMissedByReady();
    }

    private void assertMissedByReady() throws IOException {
        try (RawClient client = client()) {
            assertThat(client.send(call("GET", "/health/ready", "")).read().status())
                    .isEqualTo(200);

            Files.createFile(sign);
            Patience.until(
                    () -> client.send(call("GET", "/health/ready", "")).read().status() == 503);
            RawReply ready = client.send(call("GET", "/health/ready", "")).read();
            assertThat(ready.text())
                    .contains("\"status\":\"failed\"", "fewer than 8 file descriptors left", "ulimit -n");
            assertThat(client.send(call("GET", "/health/live", "")).read().status())
                    .isEqualTo(200);

            Files.delete(sign);
            Patience.until(
                    () -> client.send(call("GET", "/health/ready", "")).read().status() == 200);
        }
    }
}
