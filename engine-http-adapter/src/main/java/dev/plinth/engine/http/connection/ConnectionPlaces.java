package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.ClientAddress;
import dev.plinth.engine.http.call.FramingLimits;
import java.net.InetAddress;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;

/**
 * Limits the connections of a port: those of an address, those that the heap has room for with TLS, and all. A
 * connection beyond a limit costs another one its place, first one that does nothing for a caller. So strangers with
 * many connections shut out neither their neighbours behind one address nor an address with few. Thread-safe.
 *
 * <p>Connections of trusted proxies and of other nodes count only to the limit of all, and keep their places.
 */
public final class ConnectionPlaces implements Connection.Listener {
    private static final int PART_OF_THE_HEAP = 8;
    private static final int ENCRYPTED_MIN = 64;

    /** How long a new connection may take to send its first call before it is one that does nothing. */
    private static final long NEW_MILLIS = TimeUnit.SECONDS.toMillis(2);

    private static final int UNUSED = 0;
    private static final int IDLE_AFTER_A_CREDENTIAL = 1;
    private static final int NEW = 2;
    private static final int CALL_OF_A_STRANGER = 3;

    private final int most;
    private final int all;
    private final Addresses addresses;
    private final PlacesByNetwork<RankedConnection> places =
            new PlacesByNetwork<>(ConnectionPlaces::rank); // guarded by this
    private final Set<RankedConnection> exempt = Collections.newSetFromMap(new IdentityHashMap<>()); // guarded by this

    /**
     * Makes the places of a port.
     *
     * @param most open connections that are not exempt
     * @param all open connections
     */
    private ConnectionPlaces(int most, int all, Addresses addresses) {
        this.most = Math.min(most, all);
        this.all = all;
        this.addresses = addresses;
    }

    /**
     * Returns the places of a port without TLS.
     *
     * @param all open connections, as far as descriptors allow
     */
    public static ConnectionPlaces plain(int all, Addresses addresses) {
        return new ConnectionPlaces(all, all, addresses);
    }

    /** Returns the places of a port with TLS, where each connection has keys and buffers on a heap of so many bytes. */
    public static ConnectionPlaces encrypted(int all, long heapBytes, Addresses addresses) {
        long room = heapBytes / PART_OF_THE_HEAP / FramingLimits.TLS_CONNECTION_BYTES;
        return new ConnectionPlaces((int) Math.max(ENCRYPTED_MIN, Math.min(all, room)), all, addresses);
    }

    private static int rank(RankedConnection connection) {
        boolean hadCredential = connection.hadCredential();
        return switch (connection.phase()) {
            case HANDSHAKE, IDLE, HEADERS, CLOSING ->
                hadCredential
                        ? IDLE_AFTER_A_CREDENTIAL
                        : System.currentTimeMillis() - connection.getCreatedTimeStamp() < NEW_MILLIS ? NEW : UNUSED;
            case BODY, WORKING -> hadCredential ? PlacesByNetwork.KEEPS : CALL_OF_A_STRANGER;
        };
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof RankedConnection opened) {
            Set<RankedConnection> tooMany = add(opened);
            // Outside of the monitor, because it tells the listeners.
            tooMany.forEach(each -> each.getEndPoint().close());
        }
    }

    /** Returns the connections to close. They have no place any more, because their end is told later. */
    private synchronized Set<RankedConnection> add(RankedConnection opened) {
        Set<RankedConnection> tooMany = new HashSet<>();
        if (addresses.isProxy(opened.getEndPoint())) {
            exempt.add(opened);
        } else {
            ClientAddress address = ClientAddress.ofPeer(opened.getEndPoint());
            places.add(opened, address);
            Optional<InetAddress> bounded = addresses.bounded(opened.getEndPoint());
            if (bounded.isPresent() && places.size(address) > addresses.connectionsMax()) {
                RankedConnection least = places.leastOf(address, opened);
                take(least == null ? opened : least, tooMany);
                addresses.logFull(bounded.get(), least == null);
            }
        }
        if (places.size() > 0 && (places.size() > most || places.size() + exempt.size() > all)) {
            take(places.least(opened), tooMany);
        }
        return tooMany;
    }

    private void take(RankedConnection connection, Set<RankedConnection> tooMany) {
        places.remove(connection);
        tooMany.add(connection);
    }

    /** Exempts a connection that has turned out to be another node's. */
    synchronized void exempt(RankedConnection connection) {
        if (places.remove(connection)) {
            exempt.add(connection);
        }
    }

    @Override
    public synchronized void onClosed(Connection connection) {
        if (connection instanceof RankedConnection closed && !places.remove(closed)) {
            exempt.remove(closed);
        }
    }
}
