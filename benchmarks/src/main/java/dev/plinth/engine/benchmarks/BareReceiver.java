package dev.plinth.engine.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Scanner;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A receiver of webhooks that costs as little as one can: a thread that answers each request with 204 and counts it. It
 * runs in a process of its own, prints its port, and prints the count for each line of its standard input.
 */
final class BareReceiver {
    private static final byte[] ANSWER = "HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String LENGTH = "\r\ncontent-length:";
    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int BACKLOG = 1024;

    private final AtomicLong answered = new AtomicLong();

    private BareReceiver() {}

    /** Serves until the standard input ends. */
    static void serve() throws IOException {
        BareReceiver receiver = new BareReceiver();
        ServerSocketChannel listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        System.out.println(((InetSocketAddress) listening.getLocalAddress()).getPort());
        Thread thread = new Thread(() -> receiver.run(listening), "receiver");
        thread.setDaemon(true);
        thread.start();
        Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8);
        while (lines.hasNextLine()) {
            lines.nextLine();
            System.out.println(receiver.answered.get());
        }
    }

    private void run(ServerSocketChannel listening) {
        try (Selector selector = Selector.open()) {
            listening.configureBlocking(false);
            listening.register(selector, SelectionKey.OP_ACCEPT);
            while (true) {
                selector.select(key -> {
                    if (key.isAcceptable()) {
                        accept(listening, selector);
                    } else {
                        read(key);
                    }
                });
            }
        } catch (IOException e) {
            throw new IllegalStateException("Expected to serve webhooks, but the selector failed", e);
        }
    }

    private static void accept(ServerSocketChannel listening, Selector selector) {
        try {
            SocketChannel socket = listening.accept();
            if (socket != null) {
                socket.configureBlocking(false);
                socket.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(BUFFER_BYTES));
            }
        } catch (IOException e) {
            throw new IllegalStateException("Expected a connection, but got none", e);
        }
    }

    /** Reads what has come. A socket that takes no answer is closed, because a sender reads each one. */
    private void read(SelectionKey key) {
        SocketChannel socket = (SocketChannel) key.channel();
        ByteBuffer buffer = (ByteBuffer) key.attachment();
        try {
            if (socket.read(buffer) < 0) {
                socket.close();
                return;
            }
            int length = request(buffer);
            while (length > 0) {
                buffer.flip().position(length);
                buffer.compact();
                if (socket.write(ByteBuffer.wrap(ANSWER)) < ANSWER.length) {
                    socket.close();
                    return;
                }
                answered.incrementAndGet();
                length = request(buffer);
            }
        } catch (IOException closed) {
            key.cancel();
        }
    }

    /** Returns the bytes of the whole request at the beginning of a buffer, or 0 if it is not complete. */
    private static int request(ByteBuffer buffer) {
        String text =
                StandardCharsets.ISO_8859_1.decode(buffer.duplicate().flip()).toString();
        int head = text.indexOf(END_OF_HEAD);
        if (head < 0) {
            return 0;
        }
        String lower = text.substring(0, head + END_OF_HEAD.length()).toLowerCase(Locale.ROOT);
        int from = lower.indexOf(LENGTH) + LENGTH.length();
        int body = Integer.parseInt(
                lower.substring(from, lower.indexOf('\r', from)).strip());
        int length = head + END_OF_HEAD.length() + body;
        return length <= buffer.position() ? length : 0;
    }
}
