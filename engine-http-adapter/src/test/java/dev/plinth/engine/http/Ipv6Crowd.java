package dev.plinth.engine.http;

import dev.plinth.engine.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A program for a network namespace whose loopback has all of 2001:db8::/32. It starts the jar, and fills its port from the addresses of one
 * /56 of IPv6. It exits with 0 if a client of another /56 keeps its connections and gets new ones.
 *
 * <p>Arguments: the jar, and the file of the server's standard error.
 */
final class Ipv6Crowd {
    private static final String SERVER = "2001:db8:ffff::1";
    private static final String HONEST = "2001:db8:2:100::1";
    /** The port has 10,000 places. Each /64 of the crowd has fewer of them than the honest address. */
    private static final int CROWD = 10_500;

    private static final int CROWD_NETWORKS = 256;
    private static final int HONEST_CONNECTIONS = 80;
    private static final int NEWCOMERS = 50;
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final String ADMIN = "operator-secret-of-tests";
    private static final String CLOSED = "closed";
    private static final String OK = "HTTP/1.1 200 ";

    private Ipv6Crowd() {}

    /** Runs the crowd against the jar. */
    public static void main(String... arguments) throws IOException {
        List<Socket> open = new ArrayList<>();
        try (ServedProcess server = new ServedProcess(
                Path.of(arguments[1]),
                "-jar",
                arguments[0],
                "serve",
                "--memory",
                "--tables=heap",
                "--host=::",
                "--port=0",
                "--admin-token=" + ADMIN)) {
            int port = URI.create(server.base()).getPort();
            List<Socket> honest = new ArrayList<>();
            for (int i = 0; i < HONEST_CONNECTIONS; i++) {
                Socket socket = connect(HONEST, port);
                honest.add(socket);
                require(call(socket), "a first call of the honest client");
            }
            for (int i = 0; i < CROWD; i++) {
                Socket socket = connect(crowdAddress(i), port);
                open.add(socket);
                socket.getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII));
            }
            // Each newcomer takes the place of one of the crowd, also once all of it has arrived.
            for (int i = 0; i < NEWCOMERS; i++) {
                Socket newcomer = connect(HONEST, port);
                open.add(newcomer);
                require(call(newcomer), "call " + i + " of a newcomer");
            }
            for (int i = 0; i < honest.size(); i++) {
                require(call(honest.get(i)), "a later call on connection " + i + " of the honest client");
            }
            awaitAClosedOne(open.subList(0, CROWD));
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    /** Returns an address of 2001:db8:1:100::/56, each in another /64 of it than the one before. */
    private static String crowdAddress(int i) {
        return "2001:db8:1:1" + String.format("%02x", i % CROWD_NETWORKS) + "::" + Integer.toHexString(1 + i);
    }

    private static Socket connect(String from, int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(new InetSocketAddress(InetAddress.getByName(SERVER), port), TIMEOUT_MILLIS);
        return socket;
    }

    /** Makes a call with a credential. Returns the beginning of the answer, or that the connection is closed. */
    private static String call(Socket socket) throws IOException {
        String request = "GET /admin/v1/workspaces HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + ADMIN + "\r\n\r\n";
        try {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return answer(socket.getInputStream());
        } catch (SocketException reset) {
            return CLOSED;
        }
    }

    /** Reads an answer to its end, so that the next call on the connection reads its own. */
    private static String answer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return CLOSED;
            }
            head.append((char) next);
        }
        String lower = head.toString().toLowerCase(Locale.ROOT);
        int at = lower.indexOf("content-length: ") + "content-length: ".length();
        byte[] body = in.readNBytes(Integer.parseInt(lower.substring(at, lower.indexOf('\r', at))));
        return head + new String(body, StandardCharsets.UTF_8);
    }

    /** Waits until the server has closed one of the crowd, because otherwise the port was never full. */
    private static void awaitAClosedOne(List<Socket> crowd) throws IOException {
        for (Socket socket : crowd) {
            socket.setSoTimeout(1);
        }
        Patience.until(() -> crowd.stream().anyMatch(Ipv6Crowd::isClosed));
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private static void require(String answer, String what) {
        if (!answer.startsWith(OK)) {
            throw new AssertionError("Expected 200 for " + what + ", but got " + answer);
        }
    }
}
