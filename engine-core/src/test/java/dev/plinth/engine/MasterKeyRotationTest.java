package dev.plinth.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.SecretCipher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A master key takes the place of another while the engine serves, and no secret is lost at any moment of that. */
@Tag("scaled")
@Timeout(120)
final class MasterKeyRotationTest {
    /** More than one step of the sweep takes. */
    private static final int ENDPOINTS = 250;

    /** Endpoints of a workspace. */
    private static final int EACH = 15;

    private static final int CRASHES = 12;
    private static final double HALF = 0.5;
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path directory;

    private Path data;
    private Path key;
    private Path other;
    private String url;
    private TestEngine store;
    private volatile String body = "";

    /** The secrets of endpoints, by the number under which each was made. */
    private final Map<Integer, String> secrets = new LinkedHashMap<>();

    private final List<String> keys = new ArrayList<>();
    private final Map<Integer, String> ids = new LinkedHashMap<>();

    @BeforeEach
    void start() {
        data = directory.resolve("data");
        key = directory.resolve("first.key");
        other = directory.resolve("other.key");
        store = TestEngine.open(builder -> {
            CrashedDirectory.keepIn(data, builder);
            builder.secretKeyFile(key).otherSecretKeyFile(other);
        });
        store.hear(received -> body = received);
        for (int i = 0; i <= ENDPOINTS / EACH; i++) {
            keys.add(store.newKey(store.newWideWorkspace()));
        }
        store.use(keys.get(0));
        url = store.text("/v1/webhook-endpoints/" + store.endpoint()).replaceAll(".*\"url\":\"([^\"]+)\".*", "$1");
        for (int i = 0; i < ENDPOINTS; i++) {
            make(i);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Reply create(int number) {
        store.use(keys.get(number / EACH));
        return store.keyed(
                "endpoint-" + number,
                "POST",
                "/v1/webhook-endpoints",
                "{\"url\":\"" + url + "\",\"types\":[\"nothing.happened\"],\"headers\":{\"X-Number\":\"" + number
                        + "\"}}");
    }

    private void make(int number) {
        Reply reply = create(number);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        ids.put(number, TestEngine.id(reply));
        secrets.put(number, reply.text().replaceAll(".*\"secret\":\"(whsec_[^\"]+)\".*", "$1"));
    }

    /** Lets a new key take the place of the present one, which only opens from now on. */
    private void replaceKey() throws IOException {
        Files.copy(key, other, StandardCopyOption.REPLACE_EXISTING);
        byte[] next = new byte[SecretCipher.KEY_BYTES];
        RANDOM.nextBytes(next);
        Files.write(key, next);
    }

    private long left() {
        return store.engine().figures().stream()
                .filter(figure -> figure.name().equals("plinth_secrets_of_other_keys"))
                .mapToLong(figure -> (long) ((Figure.Value) figure.samples().get(0)).value())
                .findFirst()
                .orElseThrow();
    }

    /** Checks all answers that were remembered, and the signatures and headers of some endpoints. */
    private void assertSecrets() throws GeneralSecurityException {
        for (int number : secrets.keySet()) {
            assertThat(create(number).text()).contains(secrets.get(number), ids.get(number));
        }
        for (int number : List.of(0, ENDPOINTS / 2, ENDPOINTS - 1, secrets.size() - 1)) {
            store.use(keys.get(number / EACH));
            Reply reply = store.call("POST", "/v1/webhook-endpoints/" + ids.get(number) + "/test");
            assertThat(reply.text()).contains("\"delivered\":true");
            String signed = store.lastHeader("webhook-id") + "." + store.lastHeader("webhook-timestamp") + "." + body;
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(
                    Base64.getDecoder().decode(secrets.get(number).substring("whsec_".length())), "HmacSHA256"));
            assertThat(store.lastHeader("webhook-signature"))
                    .isEqualTo("v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(UTF_8))));
            assertThat(store.lastHeader("X-Number")).isEqualTo(String.valueOf(number));
        }
    }

    @Test
    void rotation_withoutAStop_sealsAllAgainAndTheOldKeyMayGo() throws Exception {
        store.use(keys.get(0));
        String page = store.text("/v1/webhook-endpoints?limit=1");
        String cursor = page.replaceAll(".*\"nextCursor\":\"([^\"]+)\".*", "$1");
        replaceKey();

        assertThat(store.engine().settings().rereadSecretKeys()).isTrue();

        make(ENDPOINTS);
        assertSecrets();
        store.use(keys.get(0));
        assertThat(store.status("/v1/webhook-endpoints?limit=1&cursor=" + cursor))
                .isEqualTo(200);
        store.pass(Duration.ofSeconds(1));
        assertThat(left()).isZero();
        assertThat(store.engine().sweptRows())
                .containsEntry("resealed endpoints", ENDPOINTS + 1L)
                .containsEntry("resealed answers", (long) ENDPOINTS);
        assertSecrets();
        assertThat(store.engine().settings().rereadSecretKeys()).isFalse();
        Files.delete(other);
        assertThat(store.engine().settings().rereadSecretKeys()).isTrue();
        assertSecrets();
        store.reopen();
        assertSecrets();
    }

    @Test
    void rotation_atAStart_sealsAllAgain() throws Exception {
        store.engine().close();
        replaceKey();

        store.reopen();

        store.pass(Duration.ofSeconds(1));
        assertThat(left()).isZero();
        Files.delete(other);
        store.reopen();
        assertSecrets();
    }

    @Test
    void crash_inTheMidst_losesNoSecretAndTheRotationGoesOn() throws Exception {
        CrashedDirectory crash = rotated();
        Path kept = Files.copy(other, directory.resolve("kept.key"));

        CrashedDirectory.checkParts(CRASHES, part -> {
            data = crash.cut(part, directory.resolve("copy-" + part));
            Files.copy(kept, other, StandardCopyOption.REPLACE_EXISTING);
            store.reopen();
            try {
                assertSecrets();
                store.pass(Duration.ofSeconds(1));
                assertThat(left()).isZero();
                Files.delete(other);
                store.reopen();
                assertSecrets();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Returns what a crash within a rotation leaves. */
    private CrashedDirectory rotated() throws IOException {
        CrashedDirectory crash = CrashedDirectory.begin(data);
        replaceKey();
        assertThat(store.engine().settings().rereadSecretKeys()).isTrue();
        store.pass(Duration.ofSeconds(1));
        assertThat(left()).isZero();
        crash.end();
        return crash;
    }

    @Test
    void open_inTheMidstWithOneKey_isRefusedWhicheverItIs() throws Exception {
        Path old = Files.copy(key, directory.resolve("old.key"));
        data = rotated().cut(HALF, directory.resolve("copy"));
        Path next = Files.copy(key, directory.resolve("next.key"));
        for (Path one : List.of(old, next)) {
            assertThatThrownBy(() -> Engine.builder()
                            .directory(data)
                            .secretKeyFile(one)
                            .open()
                            .close())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(one.toString())
                    .hasMessageContaining("--other-secret-key-file");
        }

        store.reopen();
        assertSecrets();
    }

    @Test
    void rotation_backInTheMidst_sealsAllWithTheOldKeyAgain() throws Exception {
        Path old = Files.copy(key, directory.resolve("old.key"));
        replaceKey();
        assertThat(store.engine().settings().rereadSecretKeys()).isTrue();
        make(ENDPOINTS);
        Files.copy(key, other, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(old, key, StandardCopyOption.REPLACE_EXISTING);

        assertThat(store.engine().settings().rereadSecretKeys()).isTrue();

        store.pass(Duration.ofSeconds(1));
        assertThat(left()).isZero();
        Files.delete(other);
        store.reopen();
        assertSecrets();
    }

    @Test
    void rereading_keysThatDoNotFit_isRefusedAndTheOldOnesGoOn() throws Exception {
        byte[] present = Files.readAllBytes(key);
        Files.write(key, new byte[SecretCipher.KEY_BYTES]);
        assertThatThrownBy(() -> store.engine().settings().rereadSecretKeys())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("holds another key");
        Files.write(key, present);
        replaceKey();
        assertThat(store.engine().settings().rereadSecretKeys()).isTrue();
        byte[] second = Files.readAllBytes(key);
        Files.write(other, present);
        Files.write(key, new byte[SecretCipher.KEY_BYTES]);

        assertThatThrownBy(() -> store.engine().settings().rereadSecretKeys())
                .isInstanceOf(IllegalStateException.class);

        make(ENDPOINTS);
        Files.write(key, second);
        store.pass(Duration.ofSeconds(1));
        assertThat(left()).isZero();
        assertSecrets();
    }

    @Test
    void backup_inTheMidst_hasBothKeysOfItsDirectory() throws Exception {
        store.engine().close();
        Files.copy(key, data.resolve("secret.other.key"));
        byte[] next = new byte[SecretCipher.KEY_BYTES];
        RANDOM.nextBytes(next);
        Files.write(data.resolve("secret.key"), next);
        Path copy = directory.resolve("copy");
        Engine.builder().directory(data).testClock(store.clock).open().close();

        assertThat(DataDirectory.backup(data, copy).lines()).contains("with secret.key", "with secret.other.key");

        Engine.builder().directory(copy).open().close();
    }
}
