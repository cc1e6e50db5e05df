package dev.plinth.engine.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client of the event stream that costs as little as one can: a thread that counts the events and looks at none. It
 * runs in a process of its own, and prints the count for each line of its standard input.
 */
final class StreamFollower {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final AtomicLong events = new AtomicLong();

    private StreamFollower() {}

    /** Follows until the standard input ends. */
    static void follow(int port, String key) throws IOException {
        StreamFollower follower = new StreamFollower();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        String request =
                "GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        Thread thread = new Thread(() -> follower.count(socket), "follower");
        thread.setDaemon(true);
        thread.start();
        Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8);
        while (lines.hasNextLine()) {
            lines.nextLine();
            System.out.println(follower.events.get());
        }
    }

    /** Counts the ends of events: a line feed behind a line feed. The data of an event has none. */
    private void count(Socket socket) {
        byte[] buffer = new byte[BUFFER_BYTES];
        int before = 0;
        try (InputStream stream = socket.getInputStream()) {
            for (int read = stream.read(buffer); read > 0; read = stream.read(buffer)) {
                int ends = 0;
                for (int i = 0; i < read; i++) {
                    ends += buffer[i] == '\n' && before == '\n' ? 1 : 0;
                    before = buffer[i];
                }
                events.addAndGet(ends);
            }
        } catch (IOException closed) {
            return;
        }
    }
}
