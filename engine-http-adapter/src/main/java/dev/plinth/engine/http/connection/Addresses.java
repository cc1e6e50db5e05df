package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.ClientAddress;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.EndPoint;

/**
 * Knows the limits of each address, and counts its handshakes of TLS and its failed credentials. Thread-safe.
 *
 * <p>A trusted proxy may have any number of connections, and names its client in {@code X-Forwarded-For}. The header is
 * ignored from any other address.
 */
public final class Addresses {
    private static final System.Logger LOG = System.getLogger(Addresses.class.getName());
    /** Open connections of one address at once, by default. */
    public static final int CONNECTIONS_PER_ADDRESS_DEFAULT = 256;

    /** Requests with an invalid credential from one address within a minute, by default. */
    public static final int FAILURES_PER_MINUTE_DEFAULT = 10;

    /** Connections with TLS that one address may begin in a minute, by default: each call of the largest plan on its own. */
    public static final int TLS_CONNECTIONS_PER_MINUTE_DEFAULT = 6_000;

    /** Most of each of them. */
    public static final int COUNT_MAX = 1_000_000;

    private static final long NANOS_BETWEEN_LOGS = TimeUnit.MINUTES.toNanos(1);
    /** Addresses whose failed credentials, or handshakes, are counted at once. */
    private static final int ADDRESSES_MAX = 10_000;
    /** Addresses of other nodes that are remembered, and for how long after a call of one. */
    private static final int NODES_MAX = 1_000;

    private static final long NODE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Map<ClientAddress, Long> nodes = new ConcurrentHashMap<>();
    private final AddressRates failures;
    private final AddressRates handshakes;
    private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - NANOS_BETWEEN_LOGS);
    private final Rules rules;

    /**
     * The limits of an address.
     *
     * @param connectionsMax open connections of one address at once, on each port
     * @param failuresPerMinute requests with an invalid credential from one address
     * @param tlsPerMinute connections with TLS that one address may begin
     * @param loopback true if loopback addresses are limited too
     * @param proxies the addresses of proxies that name their client
     */
    public record Rules(
            int connectionsMax,
            int failuresPerMinute,
            int tlsPerMinute,
            boolean loopback,
            List<AddressRange> proxies) {}

    public Addresses(Rules rules) {
        this.rules = rules;
        this.failures = new AddressRates(rules.failuresPerMinute(), ADDRESSES_MAX);
        this.handshakes = new AddressRates(rules.tlsPerMinute(), ADDRESSES_MAX);
    }

    public int failuresPerMinute() {
        return failures.perMinute();
    }

    /** Returns how many connections an address may have open on a port. */
    int connectionsMax() {
        return rules.connectionsMax();
    }

    /** Returns the address of a connection's peer if its connections are limited. */
    Optional<InetAddress> bounded(EndPoint endPoint) {
        return remote(endPoint)
                .filter(address -> isBounded(address) && !isProxy(address) && !isOfNode(ClientAddress.of(address)));
    }

    /** Counts a new connection with TLS. Returns true if its address begins too many in a minute. */
    boolean isTooOften(SocketChannel channel) {
        InetAddress address = channel.socket().getInetAddress();
        boolean tooOften = address != null
                && isBounded(address)
                && !isProxy(address)
                && !isOfNode(ClientAddress.of(address))
                && handshakes.take(ClientAddress.of(address), System.nanoTime()) > 0;
        if (tooOften) {
            log(
                    address,
                    "begins more than " + handshakes.perMinute()
                            + " with TLS in a minute, the limit of --tls-connections-per-minute");
        }
        return tooOften;
    }

    /**
     * Notes that another node has sent a call. For a minute it may open any number of connections, because all its calls
     * come at once after a takeover.
     */
    void noteNode(EndPoint endPoint) {
        Optional<ClientAddress> node = remote(endPoint).map(ClientAddress::of);
        long now = System.nanoTime();
        if (nodes.size() >= NODES_MAX) {
            nodes.values().removeIf(seen -> now - seen >= NODE_NANOS);
        }
        if (node.isPresent() && (nodes.size() < NODES_MAX || nodes.containsKey(node.get()))) {
            nodes.put(node.get(), now);
        }
    }

    private boolean isOfNode(ClientAddress address) {
        Long seen = nodes.get(address);
        return seen != null && System.nanoTime() - seen < NODE_NANOS;
    }

    /**
     * Logs now and then that an address has as many connections as it may have.
     *
     * @param isRefused true if a new one was closed, and false if an idle one was closed in its place
     */
    void logFull(InetAddress address, boolean isRefused) {
        log(
                address,
                "has " + rules.connectionsMax() + " open, the limit of --connections-per-address"
                        + (isRefused ? ", and all of them are in use" : ""));
    }

    private void log(InetAddress address, String excess) {
        long now = System.nanoTime();
        long last = loggedNanos.get();
        if (now - last >= NANOS_BETWEEN_LOGS && loggedNanos.compareAndSet(last, now)) {
            LOG.log(
                    Level.WARNING,
                    "Closed a connection from " + address.getHostAddress() + ", which " + excess
                            + ". Raise the limit, or name the address with --trusted-proxy if it is a proxy.");
        }
    }

    /**
     * Counts a failed credential. Returns 0, or the seconds to wait if there have been too many from the client's
     * address.
     */
    public long noteFailure(Optional<InetAddress> client) {
        return client.filter(this::isBounded)
                .map(address -> failures.take(ClientAddress.of(address), System.nanoTime()))
                .orElse(0L);
    }

    /** Returns the address of the client: the peer's, or the one that a trusted proxy names. */
    Optional<InetAddress> client(EndPoint endPoint, HttpFields headers) {
        return remote(endPoint).flatMap(peer -> isProxy(peer) ? forwardedFor(headers) : Optional.of(peer));
    }

    /**
     * Returns the last address in the header that is not a trusted proxy's, because the client may have written
     * everything before it.
     */
    private Optional<InetAddress> forwardedFor(HttpFields headers) {
        List<String> hops = headers.getCSV("X-Forwarded-For", false);
        for (int i = hops.size() - 1; i >= 0; i--) {
            Optional<InetAddress> hop = ClientAddress.parse(hops.get(i).strip());
            if (hop.isEmpty() || !isProxy(hop.get())) {
                return hop;
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the owner of a connection's turns: its address, or the connection itself if its peer is a trusted proxy.
     * The clients behind a proxy are many, and one of them must not hold up the others.
     */
    public AddressTurns.Owner owner(EndPoint endPoint) {
        if (isProxy(endPoint)) {
            return new AddressTurns.Owner(endPoint, endPoint);
        }
        ClientAddress address = ClientAddress.ofPeer(endPoint);
        return new AddressTurns.Owner(ClientNetwork.widest(address), address);
    }

    /** Returns true if the peer is a trusted proxy. */
    boolean isProxy(EndPoint endPoint) {
        return remote(endPoint).filter(this::isProxy).isPresent();
    }

    private boolean isBounded(InetAddress address) {
        return rules.loopback() || !address.isLoopbackAddress();
    }

    private boolean isProxy(InetAddress address) {
        return rules.proxies().stream().anyMatch(range -> range.contains(address));
    }

    private static Optional<InetAddress> remote(EndPoint endPoint) {
        return endPoint.getRemoteSocketAddress() instanceof InetSocketAddress socket
                ? Optional.ofNullable(socket.getAddress())
                : Optional.empty();
    }
}
