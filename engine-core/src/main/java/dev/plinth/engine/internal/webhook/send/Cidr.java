package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.problem.Quoted;
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

    public Cidr {
        int bits = network.getAddress().length * Byte.SIZE;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("The prefix length must be 0 to " + bits + ", got " + prefixLength
                    + ". Write a range such as 127.0.0.0/8 or fd00::/8.");
        }
        InetAddress first = AddressLiteral.address(firstBytes(network.getAddress(), prefixLength));
        if (!first.equals(network)) {
            throw new IllegalArgumentException("A range must begin with its first address, and "
                    + network.getHostAddress() + " has bits after its /" + prefixLength + ". Write "
                    + first.getHostAddress() + "/" + prefixLength + ".");
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
            throw new IllegalArgumentException("A range must be an address, a slash and a prefix length, got "
                    + Quoted.of(text) + ". Write it as 127.0.0.0/8, or with /32 for one IPv4 address.");
        }
        String addressText = text.substring(0, slash);
        String lengthText = text.substring(slash + 1);
        Optional<InetAddress> address = AddressLiteral.v4(addressText).or(() -> AddressLiteral.v6(addressText));
        if (address.isEmpty()) {
            throw new IllegalArgumentException(
                    "Before the slash must be an IPv4 or IPv6 address, got " + Quoted.of(addressText)
                            + ". Write four decimal numbers, for a mapped IPv4 address too, or an IPv6 address.");
        }
        if (!PREFIX_LENGTH.matcher(lengthText).matches()) {
            throw new IllegalArgumentException("After the slash must be a decimal prefix length, got "
                    + Quoted.of(lengthText) + ". Write a range such as 127.0.0.0/8 or fd00::/8.");
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
