package dev.plinth.engine.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.SeededIds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiSecretTest {
    /** Made with another CRC-32 (zlib's) and written down; the last one is padded with zeros. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk_live_0000000000000000000000000000002C8GjS",
                "sk_test_0123456789ABCDEFGHIJabcdefghij4Us3aw",
                "rk_live_zZ9zZ9zZ9zZ9zZ9zZ9zZ9zZ9zZ9zZ94eli4n",
                "rk_test_AAAAAAAAAAAAAAAAAAAAAAAA000295002WFP"
            })
    void isWellFormed_vector_is(String text) {
        assertThat(ApiSecret.isWellFormed(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sk_live_",
                "sk_live_0000000000000000000000000000002C8Gj",
                "sk_live_0000000000000000000000000000002C8GjS0",
                "pk_live_0000000000000000000000000000002C8GjS",
                "sk_prod_0000000000000000000000000000002C8GjS",
                "SK_LIVE_0000000000000000000000000000002C8GjS",
                "sk_live_0000000000000000000000000000002c8gjs",
                "sk_live_0000000000000000000000000000002C8GjT",
                "sk_live_0000000000000000000000000000012C8GjS",
                "sk_live_00000000000000000000000000000-2C8GjS",
                "sk_live_00000000000000000000000000000é2C8GjS",
                " sk_live_0000000000000000000000000000002C8Gj"
            })
    void isWellFormed_anythingElse_isNot(String text) {
        assertThat(ApiSecret.isWellFormed(text)).isFalse();
    }

    @Test
    void isWellFormed_anyCharacterReplaced_isNot() {
        String text = ApiSecret.create(context(new RandomIds()), false, true).reveal();
        for (int i = 8; i < text.length(); i++) {
            char other = text.charAt(i) == 'q' ? 'r' : 'q';
            assertThat(ApiSecret.isWellFormed(text.substring(0, i) + other + text.substring(i + 1)))
                    .as("character %d replaced", i)
                    .isFalse();
        }
    }

    @Test
    void create_anyKind_isWellFormedAndNeverTheSame() {
        Context context = context(new RandomIds());
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            ApiSecret secret = ApiSecret.create(context, i % 2 == 0, i % 3 == 0);
            assertThat(secret.reveal())
                    .matches("[sr]k_(live|test)_[0-9A-Za-z]{36}")
                    .startsWith((i % 2 == 0 ? "rk_" : "sk_") + (i % 3 == 0 ? "live_" : "test_"))
                    .matches(ApiSecret::isWellFormed);
            assertThat(seen.add(secret.reveal())).isTrue();
        }
    }

    @Test
    void toString_anySecret_doesNotShowIt() {
        ApiSecret secret = ApiSecret.create(context(new SeededIds(1)), false, true);

        assertThat(secret.toString()).hasSize(13).startsWith("sk_live_").endsWith(secret.lastFour());
        assertThat(secret.reveal()).endsWith(secret.lastFour()).startsWith(secret.prefix());
        assertThat(secret.digest()).isEqualTo(Bytes.sha256(secret.reveal().getBytes(StandardCharsets.US_ASCII)));
    }

    /** 248 is the first byte that would make some characters likelier than others. */
    @Test
    void create_bytesThatWouldBeUneven_areDrawnAgain() {
        byte[] first = new byte[30];
        Arrays.fill(first, (byte) 248);
        first[0] = (byte) 247;
        byte[] second = new byte[30];
        Arrays.fill(second, (byte) 10);
        Deque<byte[]> drawn = new ArrayDeque<>(List.of(first, second));

        String text =
                ApiSecret.create(context(new GivenSecrets(drawn)), false, true).reveal();

        assertThat(text).startsWith("sk_live_z" + "A".repeat(29)).hasSize(44);
        assertThat(drawn).isEmpty();
    }

    @Test
    void isWellFormed_firstAndLastCharacterOfEachRange_areKnownAndTheirNeighboursNot() {
        String body = "0123456789ABCDEFGHIJabcdefghij";
        for (char edge : new char[] {'/', ':', '@', '[', '`', '{'}) {
            assertThat(ApiSecret.isWellFormed("sk_test_" + edge + body.substring(1) + "4Us3aw"))
                    .as("%s", edge)
                    .isFalse();
        }
    }

    /** Gives secrets that were chosen. */
    private record GivenSecrets(Deque<byte[]> secrets) implements IdSource {
        @Override
        public Bits next(String kind, long epochMillis) {
            return new Bits(1, 2);
        }

        @Override
        public void fillSecret(byte[] target) {
            System.arraycopy(secrets.removeFirst(), 0, target, 0, target.length);
        }
    }

    private static Context context(IdSource ids) {
        return new Context(
                Caller.OPERATOR, 0, null, ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids), count -> 1);
    }
}
