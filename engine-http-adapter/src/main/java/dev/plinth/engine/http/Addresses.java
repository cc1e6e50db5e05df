package dev.plinth.engine.http;

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
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/**
 * Limits the connections, the handshakes of TLS and the failed credentials of each address. Thread-safe.
 *
 * <p>A trusted proxy may have any number of connections, and names its client in {@code X-Forwarded-For}. The header is
 * ignored from any other address.
 */
final class Addresses implements Connection.Listener {
    private static final System.Logger LOG = System.getLogger(EngineServer.class.getName());
    private static final long NANOS_BETWEEN_LOGS = TimeUnit.MINUTES.toNanos(1);
    /** Addresses whose failed credentials, or handshakes, are counted at once. */
    private static final int ADDRESSES_MAX = 10_000;
    /** Addresses of other nodes that are remembered, and for how long after a call of one. */
    private static final int NODES_MAX = 1_000;

    private static final long NODE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Map<ClientAddress, Integer> connections = new ConcurrentHashMap<>();
    private final Map<EngineConnection, ClientAddress> counted = new ConcurrentHashMap<>();
    private final Map<ClientAddress, Long> nodes = new ConcurrentHashMap<>();
    private final AddressRates failures;
    private final AddressRates handshakes;
    private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - NANOS_BETWEEN_LOGS);
    private final Rules rules;

    /**
     * The limits of an address.
     *
     * @param connectionsMax open connections of one address at once
     * @param failuresPerMinute requests with an invalid credential from one address
     * @param tlsPerMinute connections with TLS that one address may begin
     * @param loopback true if loopback addresses are limited too
     * @param proxies the addresses of proxies that name their client
     */
    record Rules(
            int connectionsMax,
            int failuresPerMinute,
            int tlsPerMinute,
            boolean loopback,
            List<AddressRange> proxies) {}

    Addresses(Rules rules) {
        this.rules = rules;
        this.failures = new AddressRates(rules.failuresPerMinute(), ADDRESSES_MAX);
        this.handshakes = new AddressRates(rules.tlsPerMinute(), ADDRESSES_MAX);
    }

    int failuresPerMinute() {
        return failures.perMinute();
    }

    /** Returns true for a new connection of an address that has as many as it may have, and logs it now and then. */
    boolean isFull(SocketChannel channel) {
        InetAddress address = channel.socket().getInetAddress();
        if (address == null || !isBounded(address) || isProxy(address)) {
            return false;
        }
        ClientAddress client = ClientAddress.of(address);
        boolean full = connections.getOrDefault(client, 0) >= rules.connectionsMax() && !isOfNode(client);
        if (full) {
            logFull(address);
        }
        return full;
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

    /** Counts the connection, and closes it if others of its address were opened while it was accepted. */
    @Override
    public void onOpened(Connection connection) {
        if (!(connection instanceof EngineConnection engineConnection)) {
            return;
        }
        Optional<InetAddress> address = remote(engineConnection.getEndPoint()).filter(this::isBounded);
        if (address.isEmpty() || isProxy(address.get())) {
            return;
        }
        ClientAddress client = ClientAddress.of(address.get());
        counted.put(engineConnection, client);
        if (connections.merge(client, 1, Integer::sum) > rules.connectionsMax() && !isOfNode(client)) {
            logFull(address.get());
            connection.getEndPoint().close();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        if (connection instanceof EngineConnection engineConnection) {
            release(engineConnection);
        }
    }

    /**
     * Notes that another node has sent a call. Its connection is not counted any more. For a minute it may open any number,
     * because all its calls come at once after a takeover.
     */
    void noteNode(EngineConnection connection) {
        Optional<ClientAddress> node = remote(connection.getEndPoint()).map(ClientAddress::of);
        long now = System.nanoTime();
        if (nodes.size() >= NODES_MAX) {
            nodes.values().removeIf(seen -> now - seen >= NODE_NANOS);
        }
        if (node.isPresent() && (nodes.size() < NODES_MAX || nodes.containsKey(node.get()))) {
            nodes.put(node.get(), now);
        }
        release(connection);
    }

    private boolean isOfNode(ClientAddress address) {
        Long seen = nodes.get(address);
        return seen != null && System.nanoTime() - seen < NODE_NANOS;
    }

    /** Counts a connection no longer. */
    private void release(EngineConnection connection) {
        ClientAddress client = counted.remove(connection);
        if (client != null) {
            connections.computeIfPresent(client, (address, open) -> open == 1 ? null : open - 1);
        }
    }

    private void logFull(InetAddress address) {
        log(address, "has " + rules.connectionsMax() + " open, the limit of --connections-per-address");
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
    long noteFailure(EngineConnection connection, HttpFields headers) {
        return client(connection, headers)
                .filter(this::isBounded)
                .map(client -> failures.take(ClientAddress.of(client), System.nanoTime()))
                .orElse(0L);
    }

    /** Returns the address of the client: the peer's, or the one that another node or a trusted proxy names. */
    Optional<InetAddress> client(EngineConnection connection, HttpFields headers) {
        Optional<Optional<InetAddress>> forwarded = connection.forwardedClient();
        if (forwarded.isPresent()) {
            return forwarded.get();
        }
        return remote(connection.getEndPoint())
                .flatMap(peer -> isProxy(peer) ? forwardedFor(headers) : Optional.of(peer));
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
     * Returns the key of a connection's turns of handshakes: its address, or the connection itself if its peer is a
     * trusted proxy. The clients behind a proxy are many, and one of them must not hold up the others.
     */
    Object turnOf(EndPoint endPoint) {
        return isProxy(endPoint) ? endPoint : ClientAddress.ofPeer(endPoint);
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
