package dev.plinth.engine.http.call;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.io.EndPoint;

/**
 * An address for which something is counted: a whole IPv4 address, or the first 64 bits of an IPv6 address. One
 * subscriber has all the other bits.
 *
 * @param bits the bits that count
 * @param v4 true for IPv4, including a mapped address of IPv6
 */
public record ClientAddress(long bits, boolean v4) {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})";
    /** Not above 255, and V6 not with a full stop first: the JDK takes these for names, and asks the DNS. */
    private static final Pattern V4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");

    private static final Pattern V6 = Pattern.compile("(?!\\.)[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private static final ClientAddress NONE = new ClientAddress(0, false);

    public static ClientAddress of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address
                ? new ClientAddress(Integer.toUnsignedLong(bytes.getInt()), true)
                : new ClientAddress(bytes.getLong(), false);
    }

    /** Returns the address of a connection's peer. Peers without an internet address count together. */
    public static ClientAddress ofPeer(EndPoint endPoint) {
        return endPoint.getRemoteSocketAddress() instanceof InetSocketAddress peer && peer.getAddress() != null
                ? of(peer.getAddress())
                : NONE;
    }

    /** Returns an address in digits, as {@link #parse} reads it. Leaves out the interface, as in {@code fe80::1%eth0}. */
    static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    /** Returns the address that a text spells in digits. Empty for any other text, which is never looked up. */
    public static Optional<InetAddress> parse(String text) {
        if (!isLiteral(text)) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException noAddress) {
            return Optional.empty();
        }
    }

    /** Returns true for a text that the JDK reads or refuses by itself. */
    static boolean isLiteral(String text) {
        return V4.matcher(text).matches() || V6.matcher(text).matches();
    }
}
