package dev.plinth.engine.internal.base.rows;

import dev.plinth.engine.internal.base.SecretCipher;
import java.util.ArrayList;
import java.util.List;

/**
 * The sets of the rows of a table that have secrets, by the key that has sealed them. So the rows that a key is still
 * needed for are known without a scan.
 *
 * @param kind the kind of the sets
 */
public record SealedRows(int kind) {
    /** Tells the sets of a row. Its key id is {@link SecretCipher#NO_KEY_ID} if its values do not name one key. */
    public void tell(RowSets sets, long number, long keyId) {
        sets.member(all(), number);
        sets.member(by(keyId), number);
    }

    /** Returns how many rows are not sealed by the key that seals. */
    public long ofOtherKeys(Rows rows, SecretCipher cipher) {
        return rows.size(all()) - rows.size(by(cipher.keyId()));
    }

    /** Returns the sets of the rows that the keys which only open may have sealed. */
    public List<SetKey> toSealAgain(SecretCipher cipher) {
        List<SetKey> sets = new ArrayList<>();
        sets.add(by(SecretCipher.NO_KEY_ID));
        cipher.otherKeyIds().forEach(id -> sets.add(by(id)));
        return sets;
    }

    private SetKey all() {
        return new SetKey(kind, 1, 0);
    }

    private SetKey by(long keyId) {
        return new SetKey(kind, 0, keyId);
    }
}
