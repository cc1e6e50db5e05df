package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread of the host keeps no object of an engine's classes once it has closed the engine. */
@Timeout(120)
final class HostThreadTest {
    @Test
    void threadLocals_afterTheEngineIsClosed_holdNoClassOfTheEngine() throws Exception {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(body.length == 0 ? 400 : 200, -1);
            exchange.close();
        });
        receiver.start();
        ExecutorService host = Executors.newSingleThreadExecutor();
        try {
            List<String> kept = host.submit(() -> {
                        UsedEngine.openUseAndClose(
                                "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook");
                        return classesOfThreadLocals();
                    })
                    .get();

            assertThat(kept)
                    .as("the digest of the thread, which shows that values are seen")
                    .isNotEmpty();
            assertThat(kept).noneMatch(name -> name.contains("dev.plinth"));
        } finally {
            host.shutdown();
            receiver.stop(0);
        }
    }

    /** Returns the names of the classes of all values that this thread keeps. */
    private static List<String> classesOfThreadLocals() throws ReflectiveOperationException {
        List<String> names = new ArrayList<>();
        Object map = value(Thread.class, "threadLocals", Thread.currentThread());
        Object table = value(map.getClass(), "table", map);
        for (int i = 0; i < Array.getLength(table); i++) {
            Object entry = Array.get(table, i);
            Object kept = entry == null ? null : value(entry.getClass(), "value", entry);
            if (kept != null) {
                names.add(kept.getClass().getName());
            }
        }
        return names;
    }

    private static Object value(Class<?> type, String name, Object of) throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }
}
