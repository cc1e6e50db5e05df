package dev.plinth.engine.testkit;

import dev.plinth.engine.NullArguments;
import java.lang.reflect.Method;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each public constructor and method of the testkit refuses null, and names the parameter. */
final class NullArgumentsTest {
    @Test
    void publicMethods_null_isNamed() throws Exception {
        try (PlinthTestServer server = PlinthTestServer.start();
                WebhookSink sink = WebhookSink.open()) {
            NullArguments arguments = new NullArguments(
                    Map.of(
                            String.class,
                            "x",
                            URI.class,
                            URI.create("x"),
                            Duration.class,
                            Duration.ofSeconds(1),
                            Instant.class,
                            Instant.EPOCH,
                            Map.class,
                            Map.of(),
                            int[].class,
                            new int[] {200},
                            int.class,
                            1,
                            long.class,
                            1L,
                            boolean.class,
                            true),
                    NullArgumentsTest::isOfAnInterface);
            List.of(
                            server,
                            sink,
                            server.faults(),
                            server.faults().onAny(),
                            new Histories(),
                            new Histories().read(1, "x"),
                            new SharedMemoryLog(),
                            new SharedMemoryLog().connect(),
                            PlinthTestServer.builder(),
                            PlinthExtension.builder(),
                            PlinthExtension.builder().build())
                    .forEach(arguments::add);
            arguments.checkTypes(PlinthServer.class, Set.of("dev.plinth.engine.testkit"));
            arguments.end(20);
        }
    }

    /** The engine or JUnit calls the methods of interfaces, and checks what it gives. */
    private static boolean isOfAnInterface(Method method) {
        return Arrays.stream(method.getDeclaringClass().getInterfaces())
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .anyMatch(each -> each.getName().equals(method.getName())
                        && Arrays.equals(each.getParameterTypes(), method.getParameterTypes()));
    }
}
