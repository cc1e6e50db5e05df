package dev.plinth.engine.internal.webhook.send;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads an address in one strict spelling. The JDK accepts more: {@code 2130706433} and {@code 127.1} for 127.0.0.1,
 * and {@code 0177.0.0.1} for 177.0.0.1, which other stacks read as 127.0.0.1. If two readers disagree, an attacker can
 * bypass the filter.
 */
final class AddressLiteral {
    private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern V6_CHARACTERS = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final int OCTETS = 4;
    private static final int OCTET_MAX = 255;

    private AddressLiteral() {}

    /** Returns the address if the text is four decimal numbers 0–255 without leading zeros. */
    static Optional<InetAddress> v4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != OCTETS) {
            return Optional.empty();
        }
        byte[] bytes = new byte[OCTETS];
        for (int i = 0; i < OCTETS; i++) {
            if (!OCTET.matcher(parts[i]).matches() || Integer.parseInt(parts[i]) > OCTET_MAX) {
                return Optional.empty();
            }
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return Optional.of(address(bytes));
    }

    /** Returns the address if the text (without brackets) is IPv6, has no zone and is not a mapped IPv4 address. */
    static Optional<InetAddress> v6(String text) {
        if (text.indexOf(':') < 0 || !V6_CHARACTERS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            // With brackets the JDK never asks a name server: it parses or throws.
            InetAddress address = InetAddress.getByName("[" + text + "]");
            return address instanceof Inet4Address ? Optional.empty() : Optional.of(address);
        } catch (UnknownHostException malformed) {
            return Optional.empty();
        }
    }

    /** Returns the address of 4 or 16 bytes. The 16 bytes of a mapped IPv4 address give the IPv4 address. */
    static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException(
                    "An address must have 4 or 16 bytes, got " + bytes.length + ". Pass the bytes of one IP address.",
                    wrongLength);
        }
    }
}
