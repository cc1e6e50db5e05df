package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.testkit.Histories.Operation;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the checker of histories refuses broken ones, names the operation, and accepts right ones. */
class HistoriesTest {
    private static final int RIGHT_HISTORIES = 300;
    private static final int CLIENTS = 8;
    private static final int OPERATIONS_PER_CLIENT = 200;
    private static final int RESOURCES = 10;

    private final Histories history = new Histories();

    /** Broken histories. Each has the resource r with version 1 = a before it begins. */
    enum Broken {
        STALE_READ("client 2: read r -> found version 1 = a", h -> {
            h.update(1, "r", 1, "b").updated(2);
            h.read(2, "r").found(1, "a");
        }),
        STALE_READ_AFTER_A_FRESH_ONE("client 3: read r -> found version 1 = a", h -> {
            Operation update = h.update(1, "r", 1, "b");
            h.read(2, "r").found(2, "b");
            h.read(3, "r").found(1, "a");
            update.updated(2);
        }),
        READ_OF_AN_OLD_VALUE_UNDER_THE_NEW_VERSION("client 2: read r -> found version 2 = a", h -> {
            h.update(1, "r", 1, "b").updated(2);
            h.read(2, "r").found(2, "a");
        }),
        READ_OF_WHAT_WAS_NEVER_WRITTEN("client 2: read r -> found version 2 = x", h -> {
            Operation update = h.update(1, "r", 1, "b");
            h.read(2, "r").found(2, "x");
            update.updated(2);
        }),
        READ_OF_WHAT_WAS_UNDONE("client 2: read r -> found version 1 = a", h -> {
            Operation unused = h.update(1, "r", 1, "b");
            h.read(2, "r").found(2, "b");
            h.read(2, "r").found(1, "a");
        }),
        READ_OF_WHAT_WAS_CERTAINLY_NOT_DONE("client 2: read r -> found version 2 = b", h -> {
            h.update(1, "r", 1, "b").notDone();
            h.read(2, "r").found(2, "b");
        }),
        READ_BEFORE_THE_UPDATE_BEGAN("client 2: read r -> found version 2 = b", h -> {
            h.read(2, "r").found(2, "b");
            h.update(1, "r", 1, "b").updated(2);
        }),
        READ_OF_A_DELETED_RESOURCE("client 2: read r -> found version 1 = a", h -> {
            h.delete(1, "r").deleted();
            h.read(2, "r").found(1, "a");
        }),
        RESOURCE_LOST("client 2: read r -> missing", h -> h.read(2, "r").missing()),
        RESOURCE_BACK_AFTER_ITS_DELETION("client 3: read r -> found version 1 = a", h -> {
            Operation unused = h.delete(1, "r");
            h.read(2, "r").missing();
            h.read(3, "r").found(1, "a");
        }),
        UPDATE_LOST("client 2: update r of version 1 = c -> updated to version 2", h -> {
            h.update(1, "r", 1, "b").updated(2);
            h.update(2, "r", 1, "c").updated(2);
        }),
        UPDATES_OF_ONE_VERSION_AT_ONCE("client 2: update r of version 1 = c -> updated to version 2", h -> {
            Operation one = h.update(1, "r", 1, "b");
            Operation other = h.update(2, "r", 1, "c");
            one.updated(2);
            other.updated(2);
        }),
        UPDATE_DONE_TWICE("client 2: read r -> found version 3 = b", h -> {
            h.update(1, "r", 1, "b").updated(2);
            h.read(2, "r").found(3, "b");
        }),
        UPDATE_OF_UNKNOWN_OUTCOME_DONE_TWICE("client 2: read r -> found version 4 = b", h -> {
            Operation unused = h.update(1, "r", 1, "b");
            h.update(2, "r", 2, "c").updated(3);
            h.read(2, "r").found(4, "b");
        }),
        UPDATE_IN_SPITE_OF_ANOTHER_VERSION(
                "client 1: update r of version 7 = b -> updated to version 8",
                h -> h.update(1, "r", 7, "b").updated(8)),
        UPDATE_REFUSED_ALTHOUGH_THE_VERSION_FITS(
                "client 1: update r of version 1 = b -> version differs",
                h -> h.update(1, "r", 1, "b").versionDiffers()),
        UPDATE_OF_A_DELETED_RESOURCE("client 2: update r of version 1 = b -> updated to version 2", h -> {
            h.delete(1, "r").deleted();
            h.update(2, "r", 1, "b").updated(2);
        }),
        CREATED_TWICE(
                "client 2: create r = a -> created id-2",
                h -> h.create(2, "r", "a").created("id-2")),
        CREATED_AGAIN_AFTER_ITS_DELETION("client 2: create r = a -> created id-2", h -> {
            h.delete(1, "r").deleted();
            h.create(2, "r", "a").created("id-2");
        }),
        RETRY_OF_THE_CREATE_MADE_IT_AGAIN("client 3: read r -> found version 1 = a", h -> {
            h.delete(1, "r").deleted();
            h.create(2, "r", "a").created("id-1");
            h.read(3, "r").found(1, "a");
        }),
        DELETED_TWICE("client 2: delete r -> deleted", h -> {
            h.delete(1, "r").deleted();
            h.delete(2, "r").deleted();
        }),
        DELETED_TWICE_AT_ONCE("client 2: delete r -> deleted", h -> {
            Operation delete = h.delete(1, "r");
            h.read(2, "r").missing();
            h.read(3, "r").missing();
            Operation second = h.delete(2, "r");
            second.deleted();
            delete.deleted();
        }),
        UNKNOWN_CREATES_OF_ONE_KEY_MADE_TWO("client 2: create q = a -> created id-3", h -> {
            Operation unused = h.create(1, "q", "a");
            h.read(3, "q").found(1, "a");
            h.create(1, "q", "a").created("id-2");
            h.create(2, "q", "a").created("id-3");
        });

        private final String named;
        private final Consumer<Histories> calls;

        Broken(String named, Consumer<Histories> calls) {
            this.named = named;
            this.calls = calls;
        }
    }

    @ParameterizedTest
    @EnumSource
    void brokenHistory_isRefusedAndItsOperationNamed(Broken broken) {
        history.create(9, "other", "o").created("id-9");
        history.create(1, "r", "a").created("id-1");
        history.check();
        broken.calls.accept(history);
        history.read(9, "other").found(1, "o");

        assertThat(history.fault().orElseThrow()).startsWith("Not linearizable: " + broken.named);
        assertThatThrownBy(history::check).isInstanceOf(AssertionError.class);
    }

    @Test
    void fault_ofAStaleRead_tellsTheStatesAndTheOperationsAboutIt() {
        history.create(1, "r", "a").created("id-1");
        history.update(1, "r", 1, "b").updated(2);
        Operation unused = history.update(3, "r", 2, "c");
        history.read(2, "r").found(1, "a");

        assertThat(history.fault()).contains("""
                Not linearizable: client 2: read r -> found version 1 = a [6..7].
                At its end the resource could only be: [version 2 = b (id-1), version 3 = c (id-1)].
                Before it, beside it, or unknown:
                  client 1: create r = a -> created id-1 [1..2]
                  client 1: update r of version 1 = b -> updated to version 2 [3..4]
                  client 3: update r of version 2 = c -> unknown [5..?]""");
    }

    @Test
    void operationsAtOnce_mayTakeEffectInAnyOrder() {
        history.create(1, "r", "a").created("id-1");
        Operation update = history.update(1, "r", 1, "b");
        Operation loser = history.update(2, "r", 1, "c");
        Operation early = history.read(3, "r");
        Operation late = history.read(4, "r");
        late.found(2, "c");
        early.found(1, "a");
        update.versionDiffers();
        loser.updated(2);

        history.check();
    }

    @Test
    void unknownOutcome_mayTakeEffectMuchLaterOrNever() {
        Operation create = history.create(1, "r", "a");
        history.read(2, "r").missing();
        history.read(2, "r").found(1, "a");
        history.create(2, "r", "a").created("id-1");
        Operation update = history.update(1, "r", 1, "b");
        history.read(2, "r").found(1, "a");
        history.update(2, "r", 1, "c").updated(2);
        Operation delete = history.delete(1, "r");
        history.read(2, "r").found(2, "c");
        history.read(2, "r").missing();
        history.create(3, "r", "a").created("id-1");

        history.check();
        assertThat(history.size()).isEqualTo(11);
        assertThat(create + " " + update + " " + delete).contains("-> unknown [1..?]");
    }

    @Test
    void emptyHistory_isRight() {
        assertThat(history.fault()).isEmpty();
    }

    @Test
    void operation_thatIsEndedTwice_isRefused() {
        Operation delete = history.delete(1, "r");
        delete.missing();

        assertThatThrownBy(delete::deleted)
                .hasMessage("An operation must end once, but it has ended: client 1: delete r -> missing [1..2].");
    }

    @Test
    void rightHistories_ofAnySeed_areAccepted() {
        for (int seed = 0; seed < RIGHT_HISTORIES; seed++) {
            Histories right = new MadeUpHistory(new Random(seed), CLIENTS, RESOURCES, 50, false).run();
            int theSeed = seed;
            assertThatCode(right::check).as(() -> "seed " + theSeed).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void largeHistory_onAHotSet_isCheckedWhole(int seed) {
        Histories right = new MadeUpHistory(new Random(seed), CLIENTS, RESOURCES, OPERATIONS_PER_CLIENT, false).run();
        Histories broken = new MadeUpHistory(new Random(seed), CLIENTS, RESOURCES, OPERATIONS_PER_CLIENT, true).run();

        assertThat(right.size()).isGreaterThan(CLIENTS * OPERATIONS_PER_CLIENT * 9 / 10);
        assertThat(right.fault()).isEmpty();
        assertThat(broken.fault()).isPresent();
    }

    @Test
    void operations_recordedByManyThreads_areAllThere() {
        CompletableFuture<?>[] clients = new CompletableFuture<?>[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            clients[i] = CompletableFuture.runAsync(
                    () -> {
                        for (int j = 0; j < OPERATIONS_PER_CLIENT; j++) {
                            history.read(client, "r").missing();
                        }
                    },
                    task -> new Thread(task).start());
        }
        CompletableFuture.allOf(clients).join();

        assertThat(history.size()).isEqualTo(CLIENTS * OPERATIONS_PER_CLIENT);
        history.check();
    }
}
