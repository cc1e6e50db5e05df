package dev.plinth.engine.http;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.io.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Limits the TLS connections of a server by its heap, where each has keys and buffers. A connection beyond the limit
 * costs the address with the most connections one of its own. So strangers with many connections do not keep out an
 * address with few. Connections of trusted proxies do not count. Thread-safe.
 */
final class TlsPlaces implements Connection.Listener {
    private static final int PART_OF_THE_HEAP = 8;
    private static final int PLACES_MIN = 64;

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
        EngineConnection tooMany = dispensable().orElse(opened);
        remove(tooMany); // at once, because its end is told later, and each is chosen once
        return tooMany;
    }

    /** Returns the oldest connection of the largest address that does nothing for a caller. */
    private Optional<EngineConnection> dispensable() {
        Set<EngineConnection> largest = Set.of();
        for (Set<EngineConnection> each : byAddress.values()) {
            largest = each.size() > largest.size() ? each : largest;
        }
        Optional<EngineConnection> unfinished =
                largest.stream().filter(each -> each.phase() == Phase.HANDSHAKE).findFirst();
        return unfinished.isPresent()
                ? unfinished
                : largest.stream().filter(each -> each.phase() == Phase.IDLE).findFirst();
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
