package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.program.Main;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server with a small heap lives through callers that fill memory, with a credential or without, and serves others meanwhile. */
@Timeout(300)
@Tag("slow")
class StrangersIT {
    private static final String HEAP = "-Xmx64m";
    private static final String ADMIN_TOKEN = "adm_0123456789abcdef0123456789";
    /** Fewer than the refusals that a connection gets at once. */
    private static final int SPELLINGS_OF_A_CONNECTION = 16;

    private static final int SPELLINGS = 12_000;
    private static final int BLANKS_MAX = 7_900;
    private static final int BODY_BYTES = 4 * 1024 * 1024;
    private static final int UPLOADS = 120;
    private static final int SENDERS = 8;

    private final ConcurrentLinkedQueue<Socket> open = new ConcurrentLinkedQueue<>();
    private final ExecutorService senders = Executors.newFixedThreadPool(SENDERS);

    @TempDir
    private Path directory;

    private ServedProcess server;

    @BeforeEach
    void start() throws IOException {
        server = new ServedProcess(
                directory.resolve("err"),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--port=0",
                "--memory",
                "--admin-token=" + ADMIN_TOKEN);
    }

    @AfterEach
    void stop() throws IOException {
        senders.shutdownNow();
        for (Socket socket : open) {
            socket.close();
        }
        server.close();
    }

    private int port() {
        return URI.create(server.base()).getPort();
    }

    private RawReply send(String request) throws IOException {
        try (RawClient client = new RawClient(port())) {
            return client.send(request).read();
        }
    }

    private static String post(String path, String bearer, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + bearer + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    private static String value(String json, String member) {
        String before = "\"" + member + "\":\"";
        int from = json.indexOf(before) + before.length();
        return json.substring(from, json.indexOf('"', from));
    }

    private String honestKey() throws IOException {
        String made = send(post("/admin/v1/workspaces", ADMIN_TOKEN, "{\"name\":\"honest\",\"plan\":\"business\"}"))
                .text();
        String path = "/admin/v1/workspaces/" + value(made, "id") + "/keys";
        return value(send(post(path, ADMIN_TOKEN, "{\"name\":\"honest\"}")).text(), "secret");
    }

    private void assertServes(String key) throws IOException {
        assertThat(send(post("/v1/resources", key, "{\"name\":\"honest\"}")).status())
                .isEqualTo(201);
    }

    private void assertLives() throws IOException {
        assertThat(send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n").status())
                .isEqualTo(200);
        assertThat(server.said()).doesNotContain("OutOfMemoryError");
    }

    /** Begins bodies of bulk calls, sends all but the last byte of each, and keeps the connections open. */
    private void uploadWithoutEnd(String authorization) throws Exception {
        byte[] head = ("POST /v1/resources/bulk HTTP/1.1\r\nHost: a\r\n" + authorization + "Content-Length: "
                        + BODY_BYTES + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] body = "x".repeat(BODY_BYTES - 1).getBytes(StandardCharsets.ISO_8859_1);
        List<Future<?>> sent = new ArrayList<>();
        for (int i = 0; i < UPLOADS; i++) {
            sent.add(senders.submit(() -> {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
                open.add(socket);
                try {
                    socket.getOutputStream().write(head);
                    socket.getOutputStream().write(body);
                } catch (IOException refused) {
                    return false;
                }
                return true;
            }));
        }
        for (Future<?> each : sent) {
            each.get();
        }
    }

    @Test
    void spellingsOfOneKey_leaveTheHeapAsItWas() throws IOException {
        String honest = honestKey();
        for (int sent = 0; sent < SPELLINGS; sent += SPELLINGS_OF_A_CONNECTION) {
            try (RawClient client = new RawClient(port())) {
                for (int i = sent; i < sent + SPELLINGS_OF_A_CONNECTION; i++) {
                    String scheme = i % 2 == 0 ? "bEaReR" : "BeArEr";
                    String blanks = " ".repeat(1 + BLANKS_MAX - i % 2_000);
                    int status = client.send("GET /v1/workspace HTTP/1.1\r\nHost: a\r\nAuthorization: " + scheme
                                    + blanks + server.key() + "\r\nX-Spelling: " + i + "\r\n\r\n")
                            .read()
                            .status();
                    assertThat(status).isIn(200, 429);
                }
            }
        }

        assertServes(honest);
        assertLives();
    }

    @Test
    void bodiesWithoutACredential_takeNoMemory() throws Exception {
        String honest = honestKey();

        uploadWithoutEnd("");

        assertServes(honest);
        assertLives();
    }

    @Test
    void bodiesOfOneWorkspace_takeTheirShareOfTheMemoryAndNoMore() throws Exception {
        String honest = honestKey();

        uploadWithoutEnd("Authorization: Bearer " + server.key() + "\r\n");

        assertServes(honest);
        assertLives();
    }
}
