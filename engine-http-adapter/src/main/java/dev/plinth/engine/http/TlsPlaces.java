package dev.plinth.engine.http;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.io.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Limits the TLS connections of a port by the heap, where each has keys and buffers. A connection beyond the limit
 * costs the address with the most connections one of its own. So strangers with many connections do not keep out an
 * address with few. Connections of trusted proxies do not count. Thread-safe.
 */
final class TlsPlaces implements Connection.Listener {
    private static final int PART_OF_THE_HEAP = 8;
    private static final int PLACES_MIN = 64;

    /** The phases of connections that may be closed, those first that cost a client least. */
    private static final List<Phase> WITHOUT_CALL = List.of(Phase.HANDSHAKE, Phase.IDLE, Phase.CLOSING, Phase.HEADERS);

    private final int max;
    private final Addresses addresses;
    private final Map<EngineConnection, Object> counted = new HashMap<>(); // guarded by this
    private final Map<Object, Set<EngineConnection>> byAddress = new LinkedHashMap<>(); // guarded by this

    TlsPlaces(long heapBytes, Addresses addresses) {
        long places = heapBytes / PART_OF_THE_HEAP / FramingLimits.TLS_CONNECTION_BYTES;
        this.max = (int) Math.max(PLACES_MIN, Math.min(FramingLimits.CONNECTIONS_MAX, places));
        this.addresses = addresses;
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof EngineConnection opened
                && opened.tls().isPresent()
                && !addresses.isProxy(opened.getEndPoint())) {
            EngineConnection tooMany = add(opened);
            if (tooMany != null) {
                tooMany.getEndPoint().close(); // outside of the monitor, because it tells the listeners
            }
        }
    }

    private synchronized @Nullable EngineConnection add(EngineConnection opened) {
        Object address = ClientAddress.ofPeer(opened.getEndPoint());
        counted.put(opened, address);
        byAddress.computeIfAbsent(address, any -> new LinkedHashSet<>()).add(opened);
        if (counted.size() <= max) {
            return null;
        }
        EngineConnection tooMany = tooMany(opened, address);
        remove(tooMany); // at once, because its end is told later, and each is chosen once
        return tooMany;
    }

    /**
     * Returns the connection to close: one of the largest address without a call, then one of any other address. If all
     * have calls, it is the new one if its address is the largest, and otherwise the oldest of the largest.
     */
    private EngineConnection tooMany(EngineConnection opened, Object address) {
        Object largest = address;
        for (Map.Entry<Object, Set<EngineConnection>> each : byAddress.entrySet()) {
            largest = each.getValue().size() > of(largest).size() ? each.getKey() : largest;
        }
        return dispensable(of(largest))
                .or(() -> dispensable(counted.keySet()))
                .orElse(
                        largest.equals(address)
                                ? opened
                                : of(largest).iterator().next());
    }

    private Set<EngineConnection> of(Object address) {
        return byAddress.getOrDefault(address, Set.of());
    }

    /** Returns a connection that does nothing for a caller yet. A client may take as long for headers as it is let. */
    private static Optional<EngineConnection> dispensable(Collection<EngineConnection> connections) {
        EngineConnection found = null;
        int least = WITHOUT_CALL.size();
        for (EngineConnection each : connections) {
            int rank = WITHOUT_CALL.indexOf(each.phase());
            if (rank >= 0 && rank < least) {
                found = each;
                least = rank;
            }
        }
        return Optional.ofNullable(found);
    }

    @Override
    public synchronized void onClosed(Connection connection) {
        if (connection instanceof EngineConnection closed) {
            remove(closed);
        }
    }

    private void remove(EngineConnection connection) {
        Object address = counted.remove(connection);
        Set<EngineConnection> others = address == null ? null : byAddress.get(address);
        if (others != null && others.remove(connection) && others.isEmpty()) {
            byAddress.remove(address);
        }
    }
}
