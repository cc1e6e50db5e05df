package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.EngineClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Shows on which threads futures complete, and that what a host chains to them may wait for the engine. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FutureThreadTest {
    private static final long SECONDS_MAX = 60;
    private static final int AT_ONCE = 48;

    @TempDir
    private Path directory;

    @Test
    void submit_refusedCall_showsStagesThePlinthException() {
        try (Engine engine = open()) {
            CompletableFuture<String> seen = client(engine)
                    .resources()
                    .get("res_00000000000000000000000000")
                    .submit()
                    .handle((found, failure) ->
                            failure instanceof PlinthException refused ? refused.code() : String.valueOf(failure));

            assertThat(in(seen)).isEqualTo("not_found");
        }
    }

    @Test
    void submit_continuationThatCalls_isAnswered() {
        try (Engine engine = open()) {
            PlinthClient client = client(engine);

            CompletableFuture<Resource> second = client.resources()
                    .create("first")
                    .submit()
                    .thenApply(first -> client.resources().pause(first.id()).call());

            assertThat(in(second).status()).isEqualTo(ResourceStatus.PAUSED);
        }
    }

    @Test
    void submitOfACall_continuationThatCalls_isAnswered() {
        try (Engine engine = open()) {
            String key = key(engine);
            Call create = Call.of("POST", "/v1/resources").withKey(key).withBody(Json.of("{\"name\":\"R\"}"));

            CompletableFuture<Reply> second = engine.submit(create).thenApply(first -> engine.call(create));

            assertThat(in(second).status()).isEqualTo(201);
        }
    }

    @Test
    void restOfAStream_continuationThatCalls_isAnswered() {
        try (Engine engine = open()) {
            String key = key(engine);
            PlinthClient client = engine.client(key);
            Reply stream = engine.call(Call.of("GET", "/v1/events/stream").withKey(key));
            CompletableFuture<Resource> called = stream.rest()
                    .orElseThrow()
                    .next()
                    .thenApply(part -> client.resources().create("second").call());

            client.resources().create("first").call();

            assertThat(in(called).name()).isEqualTo("second");
        }
    }

    /** All of them wait for each other too: nothing that a bounded pool could run. */
    @Test
    void submit_manyContinuationsThatWait_allAreAnswered() {
        try (Engine engine = open()) {
            PlinthClient client = client(engine);
            CountDownLatch together = new CountDownLatch(AT_ONCE);
            List<CompletableFuture<Resource>> all = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                // From a thread for each: what is chained to a future that is done runs on the thread that chains it.
                all.add(onAThread(() -> client.resources().create("r").submit().thenApply(made -> {
                    await(together);
                    return client.resources().pause(made.id()).call();
                })));
            }

            assertThat(all).allSatisfy(each -> assertThat(in(each).status()).isEqualTo(ResourceStatus.PAUSED));
        }
    }

    /** A host's clock is asked on threads of the engine's own too. */
    @Test
    void call_onAThreadOfTheEngine_isRefusedWithWhatToDo() {
        AtomicReference<Supplier<Object>> asked = new AtomicReference<>();
        CompletableFuture<Object> answered = new CompletableFuture<>();
        EngineClock clock = new EngineClock() {
            @Override
            public long epochMillis() {
                Supplier<Object> call =
                        Thread.currentThread().getName().equals("plinth-timers") ? asked.getAndSet(null) : null;
                if (call != null) {
                    try {
                        answered.complete(call.get());
                    } catch (RuntimeException refused) {
                        answered.complete(refused);
                    }
                }
                return EngineClock.system().epochMillis();
            }

            @Override
            public long nanoTime() {
                return EngineClock.system().nanoTime();
            }
        };
        try (Engine engine = Engine.builder().directory(directory).clock(clock).open()) {
            PlinthClient client = client(engine);
            asked.set(() -> client.resources().create("never").call());
            client.publish("a.b", Json.EMPTY_OBJECT).call();
            client.startJob("wakes_the_timers", Json.EMPTY_OBJECT).call();

            assertThat(in(answered))
                    .isInstanceOfSatisfying(
                            IllegalStateException.class,
                            refused -> assertThat(refused)
                                    .hasMessageContaining("plinth-timers")
                                    .hasMessageContaining("submit()"));
            assertThat(client.resources().list().call().data()).isEmpty();
        }
    }

    private static <T> CompletableFuture<T> onAThread(Supplier<CompletableFuture<T>> work) {
        return CompletableFuture.supplyAsync(work, task -> new Thread(task).start())
                .thenCompose(future -> future);
    }

    private static void await(CountDownLatch together) {
        together.countDown();
        try {
            together.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T in(CompletableFuture<T> future) {
        return future.orTimeout(SECONDS_MAX, TimeUnit.SECONDS).join();
    }

    private Engine open() {
        return Engine.open(directory);
    }

    private static PlinthClient client(Engine engine) {
        return engine.client(key(engine));
    }

    private static String key(Engine engine) {
        String workspace =
                engine.admin().createWorkspace("w", "business").call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }
}
