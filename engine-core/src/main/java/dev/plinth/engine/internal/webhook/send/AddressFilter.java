package dev.plinth.engine.internal.webhook.send;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Decides to which addresses a webhook may be sent, so that a customer's URL cannot reach the operator's own network
 * (server-side request forgery, OWASP API7).
 *
 * <p>IPv4 is open except for a table of special ranges. IPv6 is closed except for global unicast {@code 2000::/3},
 * minus its own exceptions. So a range that a later RFC defines is closed too (IANA special-purpose registries, RFC
 * 6890). The JDK's {@code isSiteLocalAddress} and its siblings are rejected on purpose: they miss {@code fd00::/8},
 * {@code 100.64/10}, {@code 198.18/15}, {@code 192.0.0/24}, {@code 240/4}, {@code 64:ff9b::/96} and {@code 2002::/16}.
 * {@code 168.63.129.16} is public by the registry, but every Azure machine reaches its host's services there. Addresses
 * of this very host are blocked even if they are public. The operator's list overrides all of this.
 *
 * <p>Thread-safe. The operator's list may be replaced at any time.
 */
final class AddressFilter {
    private static final List<Cidr> BLOCKED_V4 = ranges(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32", // the host of an Azure machine answers there
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");
    private static final Cidr OPEN_V6 = Cidr.parse("2000::/3");
    private static final List<Cidr> BLOCKED_V6 =
            ranges("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48");
    /** The meaning of {@code localhost}, whatever a resolver says (RFC 6761 §6.3). */
    private static final List<InetAddress> LOOPBACK = Stream.of("127.0.0.1/32", "::1/128")
            .map(text -> Cidr.parse(text).network())
            .toList();

    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;
    /** Zero bytes before a mapped IPv4 address, which two bytes of all ones follow (RFC 4291 §2.5.5.2). */
    private static final int MAPPED_ZEROS = 10;

    private volatile List<Cidr> allowed;
    private final Predicate<InetAddress> ownAddress;

    /** Makes a filter that opens the given ranges and asks the machine for its own addresses. */
    AddressFilter(List<String> allowed) {
        this(allowed, AddressFilter::belongsToThisHost);
    }

    AddressFilter(List<String> allowed, Predicate<InetAddress> ownAddress) {
        this.allowed = parsed(allowed);
        this.ownAddress = ownAddress;
    }

    /**
     * Checks the spelling of a range.
     *
     * @throws IllegalArgumentException if it is not a range; one sentence says why
     */
    static void checkRange(String range) {
        Cidr unused = Cidr.parse(range);
    }

    /** Replaces the ranges that are open. */
    void allow(List<String> ranges) {
        allowed = parsed(ranges);
    }

    /** Returns true if a connection to the address may be made. */
    boolean allows(InetAddress address) {
        InetAddress plain = unmapped(address);
        if (lies(plain, allowed)) {
            return true;
        }
        boolean open = plain.getAddress().length == V4_BYTES
                ? !lies(plain, BLOCKED_V4)
                : OPEN_V6.contains(plain) && !lies(plain, BLOCKED_V6);
        return open && !ownAddress.test(plain);
    }

    /** Returns the loopback addresses that the operator has opened; usually none. */
    List<InetAddress> allowedLoopback() {
        return LOOPBACK.stream().filter(this::allows).toList();
    }

    /** Returns true if the name always means this host (RFC 6761 §6.3). */
    static boolean isLocalhost(String host) {
        String tail = ".localhost";
        return host.equalsIgnoreCase("localhost")
                || host.regionMatches(true, host.length() - tail.length(), tail, 0, tail.length());
    }

    private static InetAddress unmapped(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != V6_BYTES || bytes[MAPPED_ZEROS] != -1 || bytes[MAPPED_ZEROS + 1] != -1) {
            return address;
        }
        for (int i = 0; i < MAPPED_ZEROS; i++) {
            if (bytes[i] != 0) {
                return address;
            }
        }
        return AddressLiteral.address(bytes);
    }

    private static boolean lies(InetAddress address, List<Cidr> ranges) {
        for (Cidr range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Asks the machine each time, because interfaces come and go. An address that cannot be checked counts as its own.
     */
    private static boolean belongsToThisHost(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            return true;
        }
    }

    private static List<Cidr> ranges(String... texts) {
        return parsed(List.of(texts));
    }

    private static List<Cidr> parsed(List<String> texts) {
        return texts.stream().map(Cidr::parse).toList();
    }
}
