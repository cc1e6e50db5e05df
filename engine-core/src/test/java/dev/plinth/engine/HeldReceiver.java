package dev.plinth.engine;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A receiver of webhooks that answers when it is told to, and counts how many it holds at once. */
final class HeldReceiver implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final List<String> bodies = new ArrayList<>();
    private Headers lastHeaders = new Headers();
    private long allowed;
    private int status = 200;
    private int received;
    private int answered;
    private int mostAtOnce;

    HeldReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** Answers so many more. */
    synchronized void letGo(int more) {
        allowed += more;
        notifyAll();
    }

    synchronized void letAllGo() {
        allowed = Long.MAX_VALUE;
        notifyAll();
    }

    synchronized void answer(int with) {
        status = with;
    }

    synchronized int received() {
        return received;
    }

    /** Returns what came, in the order in which it came. */
    synchronized List<String> bodies() {
        return List.copyOf(bodies);
    }

    /** A header of the webhook that came last. */
    synchronized String lastHeader(String name) {
        return lastHeaders.getFirst(name);
    }

    synchronized int mostAtOnce() {
        return mostAtOnce;
    }

    synchronized void awaitReceived(int count) {
        await(() -> received >= count);
    }

    /** Waits for so many, but not longer than this; false if they have not come. */
    synchronized boolean receives(int count, long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long left = millis;
        while (received < count && left > 0) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        return received >= count;
    }

    @Override
    public void close() {
        letAllGo();
        server.stop(0);
        threads.shutdown();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int with = hold(body, exchange.getRequestHeaders());
        exchange.sendResponseHeaders(with, -1);
        exchange.close();
    }

    private synchronized int hold(String body, Headers headers) {
        received++;
        lastHeaders = headers;
        bodies.add(body);
        mostAtOnce = Math.max(mostAtOnce, received - answered);
        notifyAll();
        await(() -> answered < allowed);
        answered++;
        notifyAll();
        return status;
    }

    private synchronized void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
