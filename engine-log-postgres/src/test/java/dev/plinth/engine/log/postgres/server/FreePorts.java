package dev.plinth.engine.log.postgres.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers of tests that are told of them before they open them. */
public final class FreePorts {
    private static final int MIN = 20_000;

    /** The first port that Linux gives to clients. Such a one could be taken between two openings. */
    private static final int OF_CLIENTS = 32_768;

    private FreePorts() {}

    /** Returns a port of loopback on which no socket listens, and that no client gets. */
    public static int find() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(MIN, OF_CLIENTS);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException taken) {
                continue;
            }
        }
    }
}
