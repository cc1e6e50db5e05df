package dev.plinth.engine.http.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A network between a client and a server, which a test slows down, holds or cuts. Thread-safe. */
final class FaultProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int BACKLOG = 100;

    /** The direction of bytes. */
    enum Way {
        TO_SERVER,
        TO_CLIENT
    }

    private final ServerSocket listening;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger lostRequestBytesMin = new AtomicInteger();
    private final AtomicInteger answersLost = new AtomicInteger();
    private Set<Way> held = EnumSet.noneOf(Way.class);
    private volatile boolean isOpen = true;
    private volatile long delayNanos;

    /** Listens on a free port for clients of another port of this machine. */
    FaultProxy(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Returns how many connections there are. */
    int connections() {
        return sockets.size() / 2;
    }

    /** Holds all bytes of these ways, as a network does that loses each packet. They arrive once it is healed. */
    void hold(Set<Way> ways) {
        lock.lock();
        try {
            held = ways;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends all connections and refuses new ones. */
    void cut() {
        isOpen = false;
        sockets.forEach(FaultProxy::close);
    }

    /** Lets each piece of bytes arrive later by this time. */
    void delay(long millis) {
        delayNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Cuts a connection in the place of the answer to the next request that has at least this length. */
    void loseNextAnswer(int requestBytesMin) {
        lostRequestBytesMin.set(requestBytesMin);
    }

    /** Returns how many answers were lost. */
    int answersLost() {
        return answersLost.get();
    }

    /** Ends all faults. */
    void heal() {
        delayNanos = 0;
        lostRequestBytesMin.set(0);
        isOpen = true;
        hold(EnumSet.noneOf(Way.class));
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
        heal();
    }

    private void accept() throws IOException {
        while (!listening.isClosed()) {
            Socket client = listening.accept();
            if (!isOpen) {
                close(client);
                continue;
            }
            start(() -> connect(client));
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException refused) {
            close(client);
            return;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        sockets.add(client);
        sockets.add(server);
        AtomicBoolean losesAnswer = new AtomicBoolean();
        start(() -> pump(client, server, Way.TO_SERVER, losesAnswer));
        pump(server, client, Way.TO_CLIENT, losesAnswer);
    }

    private void pump(Socket from, Socket to, Way way, AtomicBoolean losesAnswer) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            int length = in.read(buffer);
            while (length >= 0) {
                if (way == Way.TO_SERVER) {
                    int bytesMin = lostRequestBytesMin.get();
                    if (bytesMin > 0 && length >= bytesMin && lostRequestBytesMin.compareAndSet(bytesMin, 0)) {
                        losesAnswer.set(true);
                    }
                } else if (losesAnswer.get()) {
                    int unused = answersLost.incrementAndGet();
                    return;
                }
                pass(way);
                out.write(buffer, 0, length);
                length = in.read(buffer);
            }
            pass(way); // the end of a connection does not arrive either
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    /** Waits until bytes may arrive. */
    private void pass(Way way) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = delayNanos;
            while (left > 0) {
                left = changed.awaitNanos(left);
            }
            while (held.contains(way) && isOpen) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Work of a thread, which ends with its socket. */
    @FunctionalInterface
    private interface SocketWork {
        void run() throws IOException;
    }

    private static void start(SocketWork work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
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
