package dev.plinth.engine.internal.webhook.send;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A receiver that takes connections and says nothing on them until it is told to answer; it has one thread for all. */
public final class ManyConnections implements AutoCloseable {
    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private ManyConnections(ServerSocket server, Runnable accepted) {
        this.server = server;
        Thread thread = new Thread(() -> accept(accepted), "many-connections");
        thread.setDaemon(true);
        thread.start();
    }

    /** Opens one that tells of each connection. */
    public static ManyConnections accepting(Runnable accepted) throws IOException {
        return new ManyConnections(new ServerSocket(0, 1024, InetAddress.getByName("127.0.0.1")), accepted);
    }

    /** Returns a URL of this receiver at a host that means 127.0.0.1. */
    public URI url(String host) {
        return URI.create("http://" + host + ":" + server.getLocalPort() + "/hook");
    }

    /** Answers what has come on each connection. */
    public void answerAll() throws IOException {
        for (Socket socket : sockets) {
            if (Receiver.read(socket.getInputStream()) != null) {
                socket.getOutputStream().write(Receiver.ok("late").getBytes(ISO_8859_1));
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept(Runnable accepted) {
        while (!server.isClosed()) {
            try {
                sockets.add(server.accept());
                accepted.run();
            } catch (IOException closed) {
                return;
            }
        }
    }
}
