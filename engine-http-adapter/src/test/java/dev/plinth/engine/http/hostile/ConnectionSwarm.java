package dev.plinth.engine.http.hostile;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Many connections on one thread, each with one request. They send as fast as the server takes it and read as slowly as they are told. What
 * each is answered first is counted.
 */
final class ConnectionSwarm implements AutoCloseable {
    /** Reads all that comes. */
    static final int GREEDY = Integer.MAX_VALUE;

    private static final int PIECE_BYTES = 64 * 1024;
    private static final int SMALL_WINDOW_BYTES = 4 * 1024;
    private static final int STATUS_LINE_BYTES = 12;

    /** The largest first byte of a record of TLS. */
    private static final char TLS_RECORD_MAX = 23;

    /** Fewer than wait to be accepted: what overflows there is lost by the kernel, for honest clients too. */
    private static final int CONNECTING_MAX = 200;

    private static final long LOOK_MILLIS = 250;
    private static final int LOOKS_PER_SECOND = 4;

    private final Selector selector = Selector.open();
    private final List<Drone> drones = new ArrayList<>();
    private final ByteBuffer blanks;
    private final ByteBuffer read = ByteBuffer.allocate(PIECE_BYTES);
    private final AttackContext context;
    private int connecting;

    ConnectionSwarm(AttackContext context) throws IOException {
        this.context = context;
        byte[] spaces = " ".repeat(PIECE_BYTES).getBytes(StandardCharsets.US_ASCII);
        blanks = ByteBuffer.wrap(spaces);
    }

    /** Holds one of the connections. */
    private static final class Drone {
        private final SocketChannel channel;
        private final ByteBuffer request;
        private final int bytesPerSecond;
        private final StringBuilder answer = new StringBuilder();
        private long bodyLeft;
        private boolean connected;

        private Drone(SocketChannel channel, ByteBuffer request, long bodyLeft, int bytesPerSecond) {
            this.channel = channel;
            this.request = request;
            this.bodyLeft = bodyLeft;
            this.bytesPerSecond = bytesPerSecond;
        }

        private boolean isTls() {
            return answer.length() > 0 && answer.charAt(0) <= TLS_RECORD_MAX;
        }

        private boolean isGreedy() {
            return bytesPerSecond == GREEDY;
        }
    }

    /**
     * Opens a connection.
     *
     * @param request what it sends
     * @param blanks how many blanks it sends behind that, as a body
     * @param bytesPerSecond how much it reads; 0 for nothing, {@link #GREEDY} for all
     */
    void open(InetAddress from, byte[] request, long blanks, int bytesPerSecond) throws IOException {
        while (connecting >= CONNECTING_MAX && context.goesOn()) {
            select();
        }
        connecting++;
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        if (bytesPerSecond != GREEDY) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_WINDOW_BYTES);
        }
        channel.bind(new InetSocketAddress(from, 0));
        Drone drone = new Drone(channel, ByteBuffer.wrap(request), blanks, bytesPerSecond);
        drones.add(drone);
        channel.register(selector, SelectionKey.OP_CONNECT, drone);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), context.port()));
    }

    /** Sends and reads until the attack is over. */
    void runToTheEnd() throws IOException {
        runUntil(Long.MAX_VALUE);
        for (Drone drone : drones) {
            if (drone.connected) {
                read(drone, PIECE_BYTES);
            }
        }
    }

    /** Sends and reads for so long, or until the attack is over. */
    void run(int seconds) throws IOException {
        runUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
    }

    private void runUntil(long end) throws IOException {
        long look = System.nanoTime();
        while (System.nanoTime() < end && context.goesOn()) {
            select();
            if (System.nanoTime() >= look) {
                look += TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
                for (Drone drone : drones) {
                    if (drone.connected && !drone.isGreedy() && drone.bytesPerSecond > 0) {
                        read(drone, Math.max(1, drone.bytesPerSecond / LOOKS_PER_SECOND));
                    }
                }
            }
        }
    }

    private void select() throws IOException {
        selector.select(LOOK_MILLIS);
        for (SelectionKey key : selector.selectedKeys()) {
            work(key);
        }
        selector.selectedKeys().clear();
    }

    private void work(SelectionKey key) {
        Drone drone = (Drone) key.attachment();
        try {
            if (key.isConnectable()) {
                connecting--;
                drone.channel.finishConnect();
                drone.connected = true;
                key.interestOps(SelectionKey.OP_WRITE | (drone.isGreedy() ? SelectionKey.OP_READ : 0));
            }
            if (key.isWritable() && !send(drone)) {
                key.interestOps(key.interestOps() & ~SelectionKey.OP_WRITE);
            }
        } catch (IOException e) {
            end(drone);
            return;
        }
        if (key.isReadable()) {
            read(drone, PIECE_BYTES);
        }
    }

    /** Returns whether there is more to send. */
    private boolean send(Drone drone) throws IOException {
        if (drone.request.hasRemaining()) {
            drone.channel.write(drone.request);
        } else if (drone.bodyLeft > 0) {
            ByteBuffer piece = blanks.duplicate().limit((int) Math.min(PIECE_BYTES, drone.bodyLeft));
            drone.bodyLeft -= drone.channel.write(piece);
        }
        return drone.request.hasRemaining() || drone.bodyLeft > 0;
    }

    private void read(Drone drone, int bytes) {
        if (!drone.channel.isOpen()) {
            return;
        }
        try {
            read.clear().limit(Math.min(bytes, PIECE_BYTES));
            if (drone.channel.read(read) < 0) {
                end(drone);
                return;
            }
            note(drone);
        } catch (IOException e) {
            end(drone);
        }
    }

    private void note(Drone drone) {
        int missing = STATUS_LINE_BYTES - drone.answer.length();
        if (missing > 0) {
            drone.answer.append(
                    new String(read.array(), 0, Math.min(missing, read.position()), StandardCharsets.US_ASCII));
            if (drone.answer.length() == STATUS_LINE_BYTES) {
                context.told().note(drone.isTls() ? "TLS" : drone.answer.substring(STATUS_LINE_BYTES - 3));
            }
        }
    }

    private void end(Drone drone) {
        try {
            drone.channel.close();
        } catch (IOException e) {
            context.fault("the swarm cannot close a connection: " + e);
        }
        if (drone.answer.length() < STATUS_LINE_BYTES || drone.isTls()) {
            context.told().note("closed");
        } else if (!drone.isGreedy()) {
            context.told().note("cut");
        }
    }

    /** Returns how many connections are open. */
    long opened() {
        return drones.stream()
                .filter(each -> each.connected && each.channel.isOpen())
                .count();
    }

    @Override
    public void close() throws IOException {
        for (Drone drone : drones) {
            drone.channel.close();
        }
        selector.close();
    }
}
