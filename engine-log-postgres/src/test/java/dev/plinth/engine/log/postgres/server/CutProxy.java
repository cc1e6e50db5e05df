package dev.plinth.engine.log.postgres.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Stands between a client and a server. A test tells it to lose the next answer with its connection, or to stall. */
public final class CutProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ServerSocket listening;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch flowing = new CountDownLatch(0);
    private volatile boolean losesAnswers;
    private volatile boolean isOpen = true;

    public CutProxy(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Lets the next answer of the server be lost. The connections of all clients end with it. */
    public void loseNextAnswer() {
        losesAnswers = true;
    }

    /** Passes nothing on any more, as a machine that is frozen. {@link #cut} ends it. */
    public void stall() {
        flowing = new CountDownLatch(1);
    }

    /** Ends all connections, and refuses new ones if it is not open. */
    public void cut(boolean open) {
        isOpen = open;
        flowing.countDown();
        sockets.forEach(CutProxy::close);
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut(false);
    }

    private void accept() throws IOException {
        while (!listening.isClosed()) {
            Socket client = listening.accept();
            if (!isOpen) {
                close(client);
                continue;
            }
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            sockets.add(client);
            sockets.add(server);
            start(() -> pump(client, server, false));
            start(() -> pump(server, client, true));
        }
    }

    private void pump(Socket from, Socket to, boolean areAnswers) throws IOException, InterruptedException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            int length = in.read(buffer);
            while (length >= 0) {
                flowing.await();
                if (areAnswers && losesAnswers) {
                    losesAnswers = false;
                    cut(true);
                    return;
                }
                out.write(buffer, 0, length);
                length = in.read(buffer);
            }
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    /** Work of a thread, which ends with its socket. */
    @FunctionalInterface
    private interface SocketWork {
        void run() throws IOException, InterruptedException;
    }

    private static void start(SocketWork work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
