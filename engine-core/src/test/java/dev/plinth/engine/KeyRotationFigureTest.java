package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Figure;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.rows.Record;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The figure of a rotation of the master key is 0 once the new key alone opens what is durable, and no sooner. */
@Timeout(60)
final class KeyRotationFigureTest {
    private static final String FORGOTTEN = "No other key is needed";

    @TempDir
    private Path directory;

    @Test
    void figure_untilTheOldKeyIsForgottenDurably_isAboveZero() throws IOException {
        Path key = directory.resolve("first.key");
        Path other = directory.resolve("other.key");
        try (CapturedLog log = CapturedLog.open();
                DeferredEngine test = DeferredEngine.open(builder ->
                        builder.directory(directory).secretKeyFile(key).otherSecretKeyFile(other))) {
            test.make("/v1/webhook-endpoints", "{\"url\":\"https://example.com/\"}");
            assertThat(left(test)).isZero();
            Files.copy(key, other);
            byte[] next = new byte[SecretCipher.KEY_BYTES];
            new SecureRandom().nextBytes(next);
            Files.write(key, next);
            long former = test.last("settings");
            test.journal.hold();

            CompletableFuture<Boolean> reread =
                    CompletableFuture.supplyAsync(() -> test.engine().settings().rereadSecretKeys());

            Patience.until(() -> test.last("settings") > former);
            long begun = test.last("settings");
            test.journal.durable(begun);
            assertThat(reread.join()).isTrue();
            Patience.until(() -> {
                long end = lastAppended(test);
                if (test.last("settings") > begun) {
                    return true;
                }
                assertThat(left(test)).isPositive();
                test.journal.durable(end);
                return false;
            });
            assertThat(left(test)).isEqualTo(1);
            assertThat(log.lines()).noneMatch(line -> line.contains(FORGOTTEN));

            test.journal.letGo();
            Patience.until(() -> left(test) == 0);
            Patience.until(() -> log.lines().stream().anyMatch(line -> line.contains(FORGOTTEN)));
        }
    }

    private static long lastAppended(DeferredEngine test) {
        List<Record> appended = test.journal.appended();
        return appended.get(appended.size() - 1).sequence();
    }

    private static long left(DeferredEngine test) {
        return test.engine().figures().stream()
                .filter(figure -> figure.name().equals("plinth_secrets_of_other_keys"))
                .mapToLong(figure -> (long) ((Figure.Value) figure.samples().get(0)).value())
                .findFirst()
                .orElseThrow();
    }
}
