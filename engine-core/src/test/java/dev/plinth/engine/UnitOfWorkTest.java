package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.UnitOfWork;
import dev.plinth.engine.internal.base.Limits;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A unit of work changes what it has read, or runs again, a bounded number of times. */
@Timeout(120)
@Tag("scaled")
final class UnitOfWorkTest {
    private static final String NOWHERE = "res_00000000000000000000000000";
    private static final int THREADS = 4;
    private static final int ROUNDS = TestScale.count(250);

    private static final int CROWD = 32;
    private static final int CROWD_ROUNDS = 20;

    private final AtomicInteger runs = new AtomicInteger();
    private final TestEngine store = TestEngine.inMemory();
    private String workspace = "";
    private String resource = "";

    @BeforeEach
    void create() {
        workspace = store.newWideWorkspace();
        store.use(store.newKey(workspace));
        resource = client().resources()
                .create(NewResource.of("counter").withData(Json.of("{\"n\":0}")))
                .call()
                .id();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private PlinthClient client() {
        return store.engine().workspace(workspace);
    }

    private static long count(Resource counter) {
        return counter.data().asMap().get("n") instanceof Number number ? number.longValue() : -1;
    }

    private long increment(UnitOfWork unit) {
        runs.incrementAndGet();
        long next = count(unit.resource(resource).orElseThrow()) + 1;
        unit.effects().patch(resource, ResourceChange.NONE.withData(Json.of(Map.of("n", next))));
        unit.effects()
                .publish(NewEvent.of("it.counted", Json.of(Map.of("n", next))).about(resource));
        return next;
    }

    @Test
    void transact_nothingInTheWay_runsOnceAndReturnsTheResult() {
        long next = store.engine().transact(workspace, this::increment);

        assertThat(next).isOne();
        assertThat(runs).hasValue(1);
        assertThat(count(client().resources().get(resource).call())).isOne();
    }

    @Test
    void transact_whatItReadHasChanged_runsAgainOnTheNewVersion() {
        long next = store.engine().transact(workspace, unit -> {
            long counted = increment(unit);
            if (runs.get() == 1) {
                client().resources()
                        .update(resource, ResourceChange.NONE.withData(Json.of("{\"n\":10}")))
                        .call();
            }
            return counted;
        });

        assertThat(next).isEqualTo(11);
        assertThat(runs).hasValue(2);
        assertThat(client().events().where("type", "it.counted").call().data()).hasSize(1);
    }

    @Test
    void transact_throwsOnRowsOfDifferentTimes_runsAgain() {
        String other = client().resources()
                .create(NewResource.of("sum").withData(Json.of("{\"n\":0}")))
                .call()
                .id();

        long next = store.engine().transact(workspace, unit -> {
            long first = count(unit.resource(resource).orElseThrow());
            if (runs.incrementAndGet() == 1) {
                store.engine().transact(workspace, both -> {
                    both.effects().patch(resource, ResourceChange.NONE.withData(Json.of("{\"n\":1}")));
                    both.effects().patch(other, ResourceChange.NONE.withData(Json.of("{\"n\":1}")));
                    return first;
                });
            }
            if (count(unit.resource(other).orElseThrow()) != first) {
                throw new IllegalStateException("these two are changed together");
            }
            return first;
        });

        assertThat(next).isOne();
        assertThat(runs).hasValue(2);
    }

    @Test
    void transact_throwsOnRowsOfOneTime_passesThatOn() {
        assertThatThrownBy(() -> store.engine().transact(workspace, unit -> {
                    runs.incrementAndGet();
                    unit.effects()
                            .publish(
                                    NewEvent.of("it.counted", Json.EMPTY_OBJECT).about(resource));
                    throw new IllegalArgumentException(
                            unit.resource(resource).orElseThrow().name());
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("counter");
        assertThat(runs).hasValue(1);
        assertThat(client().events().where("type", "it.counted").call().data()).isEmpty();
    }

    @Test
    void transact_readTwice_showsTheSameVersion() {
        boolean isSame = store.engine().transact(workspace, unit -> {
            long first = unit.resource(resource).orElseThrow().version();
            if (runs.incrementAndGet() == 1) {
                client().resources()
                        .update(resource, ResourceChange.NONE.withName("other"))
                        .call();
            }
            return unit.resource(resource).orElseThrow().version() == first;
        });

        assertThat(isSame).isTrue();
        assertThat(runs).as("the first run is told of the change by its commit").hasValue(2);
    }

    @Test
    void transact_neverStopsConflicting_endsAfterABoundedNumberOfRuns() {
        assertThatThrownBy(() -> store.engine().transact(workspace, unit -> {
                    long next = increment(unit);
                    client().resources()
                            .update(resource, ResourceChange.NONE.withName("n" + runs.get()))
                            .call();
                    return next;
                }))
                .isInstanceOfSatisfying(PlinthException.class, refused -> {
                    assertThat(refused.code()).isEqualTo("precondition_failed");
                    assertThat(refused.problem().retryable()).isTrue();
                    assertThat(refused.problem().detail())
                            .contains("ran " + Limits.UNIT_OF_WORK_TRIES_MAX + " times", resource);
                });

        assertThat(runs).hasValue(Limits.UNIT_OF_WORK_TRIES_MAX);
        assertThat(count(client().resources().get(resource).call())).isZero();
        assertThat(client().events().where("type", "it.counted").call().data()).isEmpty();
    }

    @Test
    void transact_whatWasAbsentIsStillAbsent_commits() {
        String made = store.engine().transact(workspace, unit -> {
            assertThat(unit.resource(NOWHERE)).isEmpty();
            assertThat(unit.resource("no id")).isEmpty();
            assertThat(unit.child(resource, "no id")).isEmpty();
            return unit.effects().create(NewResource.of("r"));
        });

        assertThat(client().resources().get(made).call().name()).isEqualTo("r");
    }

    @Test
    void transact_childThatWasReadIsDeleted_runsAgain() {
        String child =
                client().children(resource).create(NewResource.of("c")).call().id();

        boolean isThere = store.engine().transact(workspace, unit -> {
            boolean found = unit.child(resource, child).isPresent();
            if (runs.getAndIncrement() == 0) {
                client().children(resource).delete(child).call();
            }
            unit.effects().publish("it.was", Json.of(Map.of("there", found)));
            return found;
        });

        assertThat(isThere).isFalse();
        assertThat(runs).hasValue(2);
    }

    @Test
    void transact_workThrows_nothingHappensAndTheCallerGetsIt() {
        assertThatThrownBy(() -> store.engine().transact(workspace, unit -> {
                    String unused = unit.effects().create(NewResource.of("r"));
                    throw new IllegalStateException("It fails, as it should");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("It fails, as it should");

        assertThat(store.rows("resources")).isOne();
    }

    @Test
    void transact_effectRefused_doesNotRunAgain() {
        assertThatThrownBy(() -> store.engine().transact(workspace, unit -> {
                    long next = increment(unit);
                    unit.effects().archive(NOWHERE);
                    return next;
                }))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("not_found"));

        assertThat(runs).hasValue(1);
        assertThat(count(client().resources().get(resource).call())).isZero();
    }

    @Test
    void transact_anotherWorkspacesResource_isAbsentAndCannotBeChanged() {
        String other = store.newWorkspace("other");

        assertThatThrownBy(() -> store.engine().transact(other, unit -> {
                    assertThat(unit.resource(resource)).isEmpty();
                    unit.effects().patch(resource, ResourceChange.NONE.withName("taken"));
                    return "";
                }))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("not_found"));
        assertThat(client().resources().get(resource).call().name()).isEqualTo("counter");
    }

    @Test
    void transact_suspendedOrUnknownWorkspace_isRefusedBeforeTheWorkRuns() {
        store.engine().admin().suspend(workspace).call();

        assertThatThrownBy(() -> store.engine().transact(workspace, this::increment))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("workspace_suspended"));
        assertThatThrownBy(() -> store.engine().transact("ws_none", this::increment))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("not_found"));
        assertThat(runs).hasValue(0);
    }

    @Test
    void transact_fromManyThreads_losesNoIncrement() {
        CompletableFuture<?>[] all = IntStream.range(0, THREADS)
                .mapToObj(thread -> CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < ROUNDS; i++) {
                                incrementPatiently();
                            }
                        },
                        task -> new Thread(task).start()))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).join();

        assertThat(count(client().resources().get(resource).call())).isEqualTo((long) THREADS * ROUNDS);
    }

    @Test
    void transact_crowdOnOneResource_hardlyAnyGivesUp(@TempDir Path directory) {
        try (TestEngine durable = TestEngine.open(builder -> builder.directory(directory))) {
            crowd(durable);
        }
    }

    private void crowd(TestEngine durable) {
        String crowded = durable.newWideWorkspace();
        PlinthClient all = durable.engine().workspace(crowded);
        String counter = all.resources()
                .create(NewResource.of("counter").withData(Json.of("{\"n\":0}")))
                .call()
                .id();
        AtomicInteger gaveUp = new AtomicInteger();
        CompletableFuture<?>[] callers = IntStream.range(0, CROWD)
                .mapToObj(thread -> CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < CROWD_ROUNDS; i++) {
                                if (!isIncremented(durable, crowded, counter)) {
                                    gaveUp.incrementAndGet();
                                }
                            }
                        },
                        task -> new Thread(task).start()))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(callers).join();

        assertThat(count(all.resources().get(counter).call())).isEqualTo(CROWD * CROWD_ROUNDS - gaveUp.get());
        assertThat(gaveUp.get())
                .as("of %d units, in %s runs", CROWD * CROWD_ROUNDS, runs)
                .isLessThan(CROWD * CROWD_ROUNDS / 16);
    }

    @Test
    void transact_interruptedThread_doesNotPauseAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        long next = store.engine().transact(workspace, unit -> {
            long counted = increment(unit);
            if (runs.get() == 1) {
                CompletableFuture.runAsync(() -> client().resources()
                                .update(resource, ResourceChange.NONE.withData(Json.of("{\"n\":10}")))
                                .call())
                        .join();
            }
            return counted;
        });

        assertThat(Thread.interrupted()).isTrue();
        assertThat(next).isEqualTo(11);
    }

    private boolean isIncremented(TestEngine durable, String crowded, String counter) {
        try {
            long unused = durable.engine().transact(crowded, unit -> {
                runs.incrementAndGet();
                long next = count(unit.resource(counter).orElseThrow()) + 1;
                unit.effects().patch(counter, ResourceChange.NONE.withData(Json.of(Map.of("n", next))));
                return next;
            });
            return true;
        } catch (PlinthException refused) {
            assertThat(refused.code()).isEqualTo("precondition_failed");
            return false;
        }
    }

    private void incrementPatiently() {
        while (true) {
            try {
                long unused = store.engine().transact(workspace, this::increment);
                return;
            } catch (PlinthException refused) {
                assertThat(refused.code()).isEqualTo("precondition_failed");
            }
        }
    }

    @Test
    void close_whileAUnitRuns_waitsForItsCommit() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Long> result =
                CompletableFuture.supplyAsync(() -> store.engine().transact(workspace, unit -> {
                    long next = increment(unit);
                    began.countDown();
                    await(goOn);
                    return next;
                }));
        assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();

        store.engine().beginDrain();
        goOn.countDown();

        assertThat(result.get(60, TimeUnit.SECONDS)).isOne();
        assertThatThrownBy(() -> store.engine().transact(workspace, this::increment))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("shutting_down"));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
