package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.ClientAddress;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A range of addresses in the form of RFC 4632 and RFC 4291, such as {@code 10.0.0.0/8}. Immutable.
 *
 * @param base the first address
 * @param prefix how many leading bits all addresses of the range share
 */
public record AddressRange(InetAddress base, int prefix) {
    /**
     * Reads a range, or one address.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        Optional<InetAddress> address = ClientAddress.parse(slash < 0 ? text : text.substring(0, slash));
        int bits = address.map(base -> base.getAddress().length * Byte.SIZE).orElse(0);
        int prefix = slash < 0 ? bits : number(text.substring(slash + 1));
        if (address.isEmpty() || prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException(
                    "A range must be an address or ADDRESS/BITS such as 10.0.0.0/8, got \"" + text + "\".");
        }
        return new AddressRange(address.get(), prefix);
    }

    private static int number(String digits) {
        return digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : -1;
    }

    boolean contains(InetAddress address) {
        byte[] mine = base.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> bit % Byte.SIZE;
            if (((mine[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
