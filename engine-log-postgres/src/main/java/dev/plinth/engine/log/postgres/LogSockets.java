package dev.plinth.engine.log.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Makes sockets for connections to the database, whose end does not wait for a write that hangs. The parameter
 * {@code socketFactory} of the driver names this class.
 *
 * <p>A connection over TLS ends with a message. Without a linger time the JDK waits for the lock of a write that is under
 * way, however long a silent server blocks it.
 *
 * <p>Thread-safe.
 */
public final class LogSockets extends SocketFactory {
    private static final int LINGER_SECONDS = 1;

    /** Makes a factory, as the driver does. */
    public LogSockets() {}

    @Override
    public Socket createSocket() throws IOException {
        Socket socket = new Socket();
        socket.setSoLinger(true, LINGER_SECONDS);
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(0));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(0));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    private Socket connected(InetSocketAddress to, InetSocketAddress from) throws IOException {
        Socket socket = createSocket();
        try {
            socket.bind(from);
            socket.connect(to);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
