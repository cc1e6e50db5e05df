package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.ClientAddress;
import java.util.List;

/**
 * A network that may belong to one client: its address alone, or a wider one of many addresses. Immutable.
 *
 * @param bits the leading bits of its addresses; the others are 0
 * @param prefix how many leading bits they are
 * @param v4 true for IPv4
 * @param weight how many times as many connections as an address it has before it counts as large as one. The wider a
 *     network is, the more clients share it
 */
record ClientNetwork(long bits, int prefix, boolean v4, int weight) {
    private static final int V4_BITS = 32;
    private static final int V4_WIDE = 24;
    private static final int V6_OF_SUBSCRIBER = 64;
    private static final int V6_OF_HOME = 56;
    private static final int V6_OF_SITE = 48;

    private static final int ONE = 1;
    private static final int FEW = 4;
    private static final int MANY = 16;

    /** The weight of a network that is never larger than another one of as many connections. */
    static final int WEIGHT_MAX = MANY;

    /** Returns the networks of an address, the address itself first: also a /24 of IPv4, a /56 and a /48 of IPv6. */
    static List<ClientNetwork> of(ClientAddress address) {
        return address.v4()
                ? List.of(of(address, V4_BITS, V4_BITS, ONE), of(address, V4_BITS, V4_WIDE, MANY))
                : List.of(
                        of(address, Long.SIZE, V6_OF_SUBSCRIBER, ONE),
                        of(address, Long.SIZE, V6_OF_HOME, FEW),
                        of(address, Long.SIZE, V6_OF_SITE, MANY));
    }

    /** Returns the widest network of an address. */
    static ClientNetwork widest(ClientAddress address) {
        List<ClientNetwork> all = of(address);
        return all.get(all.size() - 1);
    }

    private static ClientNetwork of(ClientAddress address, int length, int prefix, int weight) {
        int others = length - prefix;
        return new ClientNetwork(address.bits() >>> others << others, prefix, address.v4(), weight);
    }
}
