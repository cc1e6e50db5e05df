package dev.plinth.engine.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar is killed again and again while another master key takes the place of the present one. Once the figure has been 0, the new
 * key alone opens the store, with every secret.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
@Tag("scaled")
class KeyRotationIT {
    private static final int WORKSPACES = TestScale.count(15, 25, 50);
    private static final int ENDPOINTS_EACH = 20;
    private static final int ROTATIONS = TestScale.count(3, 20, 200);
    private static final int ROTATIONS_WITHOUT_SECRETS = TestScale.count(3, 30, 300);
    private static final int KEY_BYTES = 32;
    private static final int WAYS = 4;
    private static final int SOON_BITS_LEAST = 16;
    private static final int SOON_BITS_MORE = 10;
    private static final int AT_ONCE_NANOS_MAX = 3_000_000;
    private static final String ADMIN = "operator-secret-of-tests";
    private static final Pattern LEFT = Pattern.compile("(?m)^plinth_secrets_of_other_keys (\\S+)$");
    private static final Pattern SECRET = Pattern.compile("\"secret\":\"whsec_([^\"]+)\"");

    @TempDir
    private Path directory;

    private final long seed = TestScale.seed();
    private final Random random = new Random(seed);
    private final JsonApi admin = new JsonApi(ADMIN);
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final Map<String, Webhook> received = new ConcurrentHashMap<>();
    private Path key;
    private Path other;
    private HttpServer receiver;
    private ServedProcess server;
    private int kills;
    private int killsInTheMidst;
    private int zeros;

    /**
     * An endpoint that was made.
     *
     * @param api calls its workspace
     * @param number also its path, and the idempotency key of the call that made it
     * @param secret the bytes that sign
     */
    private record Endpoint(JsonApi api, int number, String id, byte[] secret) {}

    /**
     * Holds what came at the receiver.
     *
     * @param signed id, time and body
     * @param signature of the header
     */
    private record Webhook(String signed, String signature) {}

    @BeforeEach
    void start() throws IOException {
        key = directory.resolve("first.key");
        other = directory.resolve("other.key");
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", this::receive);
        receiver.start();
        serve();
    }

    @AfterEach
    void stop() {
        server.close();
        receiver.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            received.put(
                    exchange.getRequestURI().getPath(),
                    new Webhook(
                            exchange.getRequestHeaders().getFirst("webhook-id") + "."
                                    + exchange.getRequestHeaders().getFirst("webhook-timestamp") + "." + body,
                            exchange.getRequestHeaders().getFirst("webhook-signature")));
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private String[] arguments() {
        return new String[] {
            "-jar",
            System.getProperty("plinth.jar"),
            "serve",
            "--port=0",
            "--tables=heap",
            "--webhook-allow=127.0.0.0/8",
            "--admin-token=" + ADMIN,
            "--durability=" + (random.nextBoolean() ? "os" : "fsync"),
            "--data=" + directory.resolve("data"),
            "--secret-key-file=" + key,
            "--other-secret-key-file=" + other
        };
    }

    private void serve() throws IOException {
        server = new ServedProcess(directory.resolve("err"), arguments());
        admin.connect(server.base());
        endpoints.forEach(endpoint -> endpoint.api.connect(server.base()));
    }

    private void kill() throws InterruptedException {
        server.kill();
        kills++;
    }

    private void makeEndpoints() throws IOException, InterruptedException {
        for (int i = 0; i < WORKSPACES; i++) {
            Object workspace = made(admin.send(
                            "POST", "/admin/v1/workspaces", "", "{\"name\":\"w" + i + "\",\"plan\":\"business\"}"))
                    .get("id");
            JsonApi api = admin.as(String.valueOf(
                    made(admin.send("POST", "/admin/v1/workspaces/" + workspace + "/keys", "", "{\"name\":\"key\"}"))
                            .get("secret")));
            for (int j = 0; j < ENDPOINTS_EACH; j++) {
                int number = endpoints.size();
                JsonApi.Answer answer = create(api, number);
                String id = String.valueOf(made(answer).get("id"));
                endpoints.add(new Endpoint(api, number, id, secret(answer)));
            }
        }
    }

    private static Map<String, Object> made(JsonApi.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json();
    }

    private JsonApi.Answer create(JsonApi api, int number) throws IOException, InterruptedException {
        return api.send(
                "POST",
                "/v1/webhook-endpoints",
                "endpoint-" + number,
                "{\"url\":\"http://127.0.0.1:" + receiver.getAddress().getPort() + "/" + number
                        + "\",\"types\":[\"nothing.happened\"],\"headers\":{\"X-Number\":\"" + number + "\"}}");
    }

    private static byte[] secret(JsonApi.Answer answer) {
        Matcher secret = SECRET.matcher(answer.body());
        assertThat(secret.find()).as(answer.body()).isTrue();
        return Base64.getDecoder().decode(secret.group(1));
    }

    /** Checks that each endpoint signs with its secret, and that each remembered answer still shows it. */
    private void checkSecrets() throws IOException, InterruptedException, GeneralSecurityException {
        for (Endpoint endpoint : endpoints) {
            JsonApi.Answer again = create(endpoint.api, endpoint.number);
            assertThat(again.replayed()).as(again.body()).isTrue();
            assertThat(secret(again)).isEqualTo(endpoint.secret);
            received.clear();
            JsonApi.Answer test = endpoint.api.send("POST", "/v1/webhook-endpoints/" + endpoint.id + "/test", "", "");
            assertThat(test.body()).contains("\"delivered\":true");
            Webhook webhook = received.get("/" + endpoint.number);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(endpoint.secret, "HmacSHA256"));
            assertThat(webhook.signature)
                    .isEqualTo("v1," + Base64.getEncoder().encodeToString(mac.doFinal(webhook.signed.getBytes(UTF_8))));
        }
    }

    /** Lets a new key seal, and the present one only open. */
    private void replaceKey() throws IOException {
        Files.copy(key, other, StandardCopyOption.REPLACE_EXISTING);
        byte[] next = new byte[KEY_BYTES];
        random.nextBytes(next);
        Files.write(key, next);
    }

    /** Lets the key that only opens seal again. */
    private void turnBack() throws IOException {
        byte[] first = Files.readAllBytes(key);
        Files.copy(other, key, StandardCopyOption.REPLACE_EXISTING);
        Files.write(other, first);
    }

    private void reload() throws IOException, InterruptedException {
        assertThat(admin.send("POST", "/admin/v1/config/reload", "", "").status())
                .isEqualTo(200);
    }

    private long left() throws IOException, InterruptedException {
        String page = admin.get("/metrics").body();
        Matcher left = LEFT.matcher(page);
        assertThat(left.find()).as(page).isTrue();
        return (long) Double.parseDouble(left.group(1));
    }

    /**
     * Asks for the figure until a moment, or until it is 0 if that comes first, and kills the server soon after.
     *
     * @return true if it was 0 once
     */
    private boolean killWhileSealing(int nanos) throws IOException, InterruptedException {
        long end = System.nanoTime() + nanos;
        long left = left();
        while (left > 0 && System.nanoTime() < end) {
            left = left();
        }
        spin(random.nextInt(AT_ONCE_NANOS_MAX));
        kill();
        killsInTheMidst += left > 0 ? 1 : 0;
        zeros += left == 0 ? 1 : 0;
        return left == 0;
    }

    /** Returns from some microseconds to some tens of milliseconds, since the machine may be quick or busy. */
    private int soon() {
        return random.nextInt(1 << SOON_BITS_LEAST + random.nextInt(SOON_BITS_MORE));
    }

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** Kills a server with both keys before it serves, since it seals again from its start. */
    private void killWhileStarting() throws IOException, InterruptedException {
        Process starting = ServedProcess.builder(arguments())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long most = TimeUnit.MILLISECONDS.toNanos(server.startMillis());
        spin(most / 2 + random.nextLong(most));
        starting.destroyForcibly().waitFor();
        kills++;
    }

    /** Starts the server with the first key alone, which must open the store. */
    private void serveAlone() throws Exception {
        Files.delete(other);
        serve();
        assertThat(left()).isZero();
        checkSecrets();
    }

    /** Rotates the key of the server that runs, which may be killed at any moment. It runs with the new key alone on return. */
    private void rotate() throws Exception {
        replaceKey();
        boolean isKnown = random.nextBoolean();
        if (isKnown) {
            reload();
        } else {
            kill();
        }
        boolean wasZero = isKnown && killWhileSealing(soon());
        while (!wasZero) {
            switch (random.nextInt(WAYS)) {
                case 0 -> killWhileStarting();
                case 1 -> turnBack();
                case 2 -> {
                    serve();
                    wasZero = killWhileSealing(soon());
                }
                default -> {
                    serve();
                    wasZero = killWhileSealing(Integer.MAX_VALUE);
                }
            }
        }
        serveAlone();
    }

    @Test
    void killedAgainAndAgain_newKeyAloneOpensAllSecretsOnceTheFigureWasZero() throws Exception {
        makeEndpoints();

        for (int i = 0; i < ROTATIONS; i++) {
            rotateRepeatably();
        }

        System.out.println(ROTATIONS + " rotations of " + endpoints.size() + " endpoints, " + kills + " kills, "
                + killsInTheMidst + " of them while the figure was above 0, " + zeros + " lives with a figure of 0");
    }

    /** The record by which a start knows the key is all that is to be sealed again there. */
    @Test
    void killedAtOnceWithoutSecrets_newKeyAloneOpensTheStoreOnceTheFigureWasZero() throws Exception {
        for (int i = 0; i < ROTATIONS_WITHOUT_SECRETS; i++) {
            replaceKey();
            reload();
            Patience.until(() -> left() == 0);
            kill();
            serveAlone();
        }
    }

    private void rotateRepeatably() throws Exception {
        try {
            rotate();
        } catch (AssertionError | IOException e) {
            throw new AssertionError(TestScale.repeatWith(seed), e);
        }
    }
}
