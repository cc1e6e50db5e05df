package dev.plinth.engine.internal.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;

/**
 * Checks the address at the moment it is dialled, so that the guard holds whichever way the HTTP client came by it.
 *
 * <p>It never uses a proxy: a plain {@code new Socket()} would take one from the system property {@code socksProxyHost},
 * and then the address checked here would not be the one that is reached.
 */
final class GuardedSocket extends Socket {
    private final AddressGuard guard;

    GuardedSocket(AddressGuard guard) {
        super(Proxy.NO_PROXY);
        this.guard = guard;
    }

    @Override
    public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
        InetAddress checked = checked(endpoint);
        super.connect(endpoint, timeoutMillis);
        if (!checked.equals(getInetAddress())) {
            close();
            throw new ForbiddenAddressException(getInetAddress() + " where " + checked + " was dialled");
        }
    }

    private InetAddress checked(SocketAddress endpoint) throws ForbiddenAddressException {
        if (endpoint instanceof InetSocketAddress target
                && !target.isUnresolved()
                && guard.allows(target.getAddress())) {
            return target.getAddress();
        }
        throw new ForbiddenAddressException(endpoint.toString());
    }
}
