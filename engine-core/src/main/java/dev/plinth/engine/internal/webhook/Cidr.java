package dev.plinth.engine.internal.webhook;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A range of addresses. Blocked ranges and the operator's exceptions are written and compared in the same way (RFC
 * 4632, RFC 4291 §2.3).
 *
 * @param network the first address of the range
 * @param prefixLength how many leading bits all addresses of the range share: 0–32 for IPv4, 0–128 for IPv6
 */
record Cidr(InetAddress network, int prefixLength) {
    private static final Pattern PREFIX_LENGTH = Pattern.compile("0|[1-9][0-9]{0,2}");

    Cidr {
        int bits = network.getAddress().length * Byte.SIZE;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("Expected a prefix length from 0 to " + bits + ", but got "
                    + prefixLength + "; write a range such as 127.0.0.0/8 or fd00::/8.");
        }
        InetAddress first = AddressLiteral.address(firstBytes(network.getAddress(), prefixLength));
        if (!first.equals(network)) {
            throw new IllegalArgumentException("Expected the first address of a range, but " + network.getHostAddress()
                    + " has bits set behind its /" + prefixLength + "; write " + first.getHostAddress() + "/"
                    + prefixLength + ".");
        }
    }

    /**
     * Reads {@code 127.0.0.0/8} or {@code fd00::/8}.
     *
     * @throws IllegalArgumentException with a sentence for the operator if the text is anything else
     */
    static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("Expected an address, a slash and a prefix length, but got \"" + text
                    + "\"; write a range such as 127.0.0.0/8, or /32 behind a single IPv4 address.");
        }
        String addressText = text.substring(0, slash);
        String lengthText = text.substring(slash + 1);
        Optional<InetAddress> address = AddressLiteral.v4(addressText).or(() -> AddressLiteral.v6(addressText));
        if (address.isEmpty()) {
            throw new IllegalArgumentException("Expected an IPv4 or IPv6 address before the slash, but got \""
                    + addressText + "\"; write four decimal numbers or an IPv6 address, mapped ones as IPv4.");
        }
        if (!PREFIX_LENGTH.matcher(lengthText).matches()) {
            throw new IllegalArgumentException("Expected a decimal prefix length behind the slash, but got \""
                    + lengthText + "\"; write a range such as 127.0.0.0/8 or fd00::/8.");
        }
        return new Cidr(address.get(), Integer.parseInt(lengthText));
    }

    /** Returns true if the address is in this range. An address of the other family never is. */
    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        byte[] own = network.getAddress();
        if (bytes.length != own.length) {
            return false;
        }
        return AddressLiteral.address(firstBytes(bytes, prefixLength)).equals(network);
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixLength;
    }

    private static byte[] firstBytes(byte[] bytes, int prefixLength) {
        byte[] first = bytes.clone();
        for (int i = 0; i < first.length; i++) {
            int kept = Math.max(0, Math.min(Byte.SIZE, prefixLength - i * Byte.SIZE));
            first[i] &= (byte) (0xFF << (Byte.SIZE - kept));
        }
        return first;
    }
}
