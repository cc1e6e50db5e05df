package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many callers, one idempotency key, at the same moment. */
final class SameKeyAtOnceTest {
    private static final int CALLERS = 32;

    @RegisterExtension
    static final PlinthExtension PLINTH =
            PlinthExtension.builder().plan("business").build();

    @Test
    void sameKey_32CallersOverHttp_oneEffectOneEventAndEqualBodies(PlinthServer server) throws Exception {
        assertOneEffect(Door.overHttp(server.uri()), server.apiKey());
    }

    @Test
    void sameKey_32CallersInProcess_oneEffectOneEventAndEqualBodies(Engine engine, ApiKey key) throws Exception {
        assertOneEffect(Door.inProcess(engine), key.secret().orElseThrow());
    }

    private static void assertOneEffect(Door door, String key) throws Exception {
        Call create = Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", "at-once")
                .withBody(Json.of("{\"name\":\"One\"}"));
        List<Reply> replies = atOnce(() -> door.send(create));
        List<Reply> created =
                replies.stream().filter(reply -> reply.status() == 201).toList();
        List<Reply> turned =
                replies.stream().filter(reply -> reply.status() != 201).toList();

        assertThat(created)
                .isNotEmpty()
                .allSatisfy(reply ->
                        assertThat(reply.text()).isEqualTo(created.get(0).text()));
        assertThat(created.stream().filter(reply -> reply.header("Idempotent-Replayed") == null))
                .hasSize(1);
        assertThat(turned).allSatisfy(reply -> {
            assertThat(reply.status()).isEqualTo(409);
            assertThat(Door.text(reply, "code")).isEqualTo("idempotency_key_in_use");
            assertThat(reply.header("Retry-After")).isEqualTo("1");
        });
        assertThat(Door.data(door.get(key, "/v1/resources"))).hasSize(1);
        assertThat(Door.data(door.get(key, "/v1/events?type=resource.created"))).hasSize(1);
    }

    private static List<Reply> atOnce(Callable<Reply> call) throws Exception {
        CyclicBarrier start = new CyclicBarrier(CALLERS);
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            List<Future<Reply>> futures = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                futures.add(callers.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            List<Reply> replies = new ArrayList<>();
            for (Future<Reply> future : futures) {
                replies.add(future.get());
            }
            return replies;
        } finally {
            callers.shutdownNow();
        }
    }
}
