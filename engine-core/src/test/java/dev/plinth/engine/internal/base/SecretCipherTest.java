package dev.plinth.engine.internal.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretCipherTest {
    private static final byte[] SECRET = "whsec_0123456789".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OWNER = {1, 2, 3};

    private final SecretCipher cipher = new SecretCipher(key(0), new RandomIds());

    @Test
    void open_sealedForTheSameOwner_isTheSecret() {
        assertThat(cipher.open(cipher.seal(SECRET, OWNER), OWNER)).isEqualTo(SECRET);
        assertThat(cipher.open(cipher.seal(new byte[0], new byte[0]), new byte[0]))
                .isEmpty();
    }

    @Test
    void open_afterARestartWithTheSameKey_isTheSecret() {
        assertThat(new SecretCipher(key(0), new RandomIds()).open(cipher.seal(SECRET, OWNER), OWNER))
                .isEqualTo(SECRET);
    }

    @Test
    void open_sealedByAnOlderReleaseOrAnotherKey_isTheSecretAndNamesItsKey() {
        SecretCipher old = new SecretCipher(key(1), new RandomIds());
        SecretCipher both = new SecretCipher(List.of(key(0), key(1)), new RandomIds());
        byte[] unnamed = old.sealUnnamed(SECRET, OWNER);
        byte[] named = old.seal(SECRET, OWNER);

        assertThat(unnamed).hasSize(SECRET.length + 28);
        assertThat(both.open(unnamed, OWNER)).isEqualTo(SECRET);
        assertThat(both.open(named, OWNER)).isEqualTo(SECRET);
        assertThat(both.open(both.seal(SECRET, OWNER), OWNER)).isEqualTo(SECRET);
        assertThat(SecretCipher.keyIdOf(unnamed)).isEqualTo(SecretCipher.NO_KEY_ID);
        assertThat(SecretCipher.keyIdOf(named)).isEqualTo(old.keyId());
        assertThat(SecretCipher.keyIdOf(both.seal(SECRET, OWNER)))
                .isEqualTo(cipher.keyId())
                .isNotEqualTo(old.keyId());
        assertThat(both.otherKeyIds()).containsExactly(old.keyId());
        assertRefused(cipher, unnamed, OWNER);
        assertRefused(cipher, named, OWNER);
        assertRefused(both, unnamed, new byte[0]);
    }

    @Test
    void isSealedByFirst_ofEachForm_looksAtTheKeyAlone() {
        SecretCipher both = new SecretCipher(List.of(key(0), key(1)), new RandomIds());
        SecretCipher old = new SecretCipher(key(1), new RandomIds());

        assertThat(both.isSealedByFirst(cipher.seal(SECRET, OWNER), OWNER)).isTrue();
        assertThat(both.isSealedByFirst(cipher.sealUnnamed(SECRET, OWNER), OWNER))
                .isTrue();
        assertThat(both.isSealedByFirst(old.seal(SECRET, OWNER), OWNER)).isFalse();
        assertThat(both.isSealedByFirst(old.sealUnnamed(SECRET, OWNER), OWNER)).isFalse();
    }

    @Test
    void open_forAnotherOwner_isRefused() {
        byte[] sealed = cipher.seal(SECRET, OWNER);

        assertRefused(cipher, sealed, new byte[] {1, 2, 4});
        assertRefused(cipher, sealed, new byte[] {1, 2});
        assertRefused(cipher, sealed, new byte[0]);
    }

    @Test
    void open_withAnotherKey_isRefused() {
        assertRefused(new SecretCipher(key(1), new RandomIds()), cipher.seal(SECRET, OWNER), OWNER);
    }

    @Test
    void open_anyBitFlipped_isRefused() {
        byte[] sealed = cipher.seal(SECRET, OWNER);
        for (int bit = 0; bit < 8 * sealed.length; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(cipher, flipped, OWNER);
        }
    }

    @Test
    void seal_sameSecretTwice_looksDifferentAndShowsNothing() {
        byte[] first = cipher.seal(SECRET, OWNER);
        byte[] second = cipher.seal(SECRET, OWNER);

        assertThat(first).isNotEqualTo(second).hasSize(SECRET.length + 40);
        assertThat(new String(first, StandardCharsets.ISO_8859_1)).doesNotContain("whsec");
    }

    @Test
    void new_keyOfAnotherLength_isRefused() {
        assertThatThrownBy(() -> new SecretCipher(new byte[16], new RandomIds()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32 bytes")
                .hasMessageContaining("16");
    }

    private static void assertRefused(SecretCipher cipher, byte[] sealed, byte[] owner) {
        assertThatThrownBy(() -> cipher.open(sealed, owner))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageNotContaining("whsec");
    }

    private static byte[] key(int first) {
        byte[] key = new byte[SecretCipher.KEY_BYTES];
        key[0] = (byte) first;
        return key;
    }
}
