package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.CallDoor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine that lacks memory or a thread says so: to its host, and where its health is asked for. */
@Timeout(60)
class FatalFailureTest {
    @Test
    void engine_callRunsOutOfMemory_isUnhealthyAndSaysWhatToDo() throws InterruptedException {
        try (TestEngine store = TestEngine.open(fails("run", new OutOfMemoryError("Java heap space")))) {
            assertThat(store.engine().isHealthy()).isTrue();
            assertThat(health(store, "live").status()).isEqualTo(200);

            assertThat(run(store).status()).isEqualTo(500);

            assertUnhealthy(store, "no memory left (Java heap space)", "-Xmx");
            assertThat(store.engine().awaitFatalFailure())
                    .isEqualTo(store.engine().fatalFailure());
        }
    }

    @Test
    void engine_noThreadToBeHad_speaksOfThreads() {
        try (TestEngine store = TestEngine.open(
                fails("run", new IllegalStateException(new OutOfMemoryError("unable to create native thread"))))) {
            assertThat(run(store).status()).isEqualTo(500);

            assertUnhealthy(store, "no more threads", "limit of threads");
        }
    }

    @Test
    void engine_jobRunsOutOfMemory_isUnhealthy() {
        try (TestEngine store = TestEngine.open(builder -> builder.jobHandler("heavy", job -> {
            throw new OutOfMemoryError("Java heap space");
        }))) {
            String job = store.make("/v1/jobs", "{\"type\":\"heavy\",\"input\":{},\"maxAttempts\":1}");
            assertThat(store.text("/v1/jobs/" + job + "?wait=30")).contains("\"status\":\"failed\"");

            assertUnhealthy(store, "no memory left");
        }
    }

    @Test
    void engine_handlerFailsOtherwise_staysHealthy() {
        try (TestEngine store = TestEngine.open(fails("run", new IllegalStateException("on purpose")))) {
            assertThat(run(store).status()).isEqualTo(500);

            assertThat(store.engine().isHealthy()).isTrue();
            assertThat(store.engine().fatalFailure()).isEmpty();
            assertThat(health(store, "live").status()).isEqualTo(200);
        }
    }

    /** The server that serves the engine cannot do without its selectors, so neither can the engine. */
    @Test
    void engine_threadOfItsServerEnds_isUnhealthyAndNamesTheThread() {
        try (TestEngine store = TestEngine.open(builder -> {})) {
            CallDoor door = store.engine().door(Runnable::run);
            door.noteError(new IllegalStateException("one connection broke"));
            assertThat(store.engine().isHealthy()).isTrue();

            door.noteEnd("selector-1", new IllegalStateException("on purpose"));

            assertUnhealthy(store, "selector-1", "on purpose");
        }
    }

    @Test
    void await_engineIsClosed_endsWithoutASentence() {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        CompletableFuture<Optional<String>> awaited;
        try (TestEngine store = TestEngine.open(builder -> {})) {
            awaited = CompletableFuture.supplyAsync(() -> await(store.engine()), threads);
        }
        assertThat(awaited.join()).isEmpty();
        threads.shutdown();
    }

    private static Optional<String> await(Engine engine) {
        try {
            return engine.awaitFatalFailure();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Consumer<EngineBuilder> fails(String name, Throwable failure) {
        return builder -> builder.operation(name, operation -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        });
    }

    private static Reply run(TestEngine store) {
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
        return store.call("POST", "/v1/resources/" + resource + "/operations/run", "{}");
    }

    private static void assertUnhealthy(TestEngine store, String... words) {
        assertThat(store.engine().isHealthy()).isFalse();
        assertThat(store.engine().fatalFailure())
                .hasValueSatisfying(said -> assertThat(said).contains(words));
        for (String route : new String[] {"live", "ready"}) {
            Reply reply = health(store, route);
            assertThat(reply.status()).as(route).isEqualTo(503);
            assertThat(reply.text()).contains("\"status\":\"failed\"").contains(words);
        }
    }

    private static Reply health(TestEngine store, String route) {
        return store.engine().call(Call.of("GET", "/health/" + route));
    }
}
