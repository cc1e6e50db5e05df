package dev.plinth.engine.internal.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Answers that are remembered by the event of their change, whose data they are. */
class EventAnswerTest {
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 1, 2);
    private static final Id REQUEST = new Id(IdKind.REQUEST, 5, 5);
    private static final Fingerprint FIRST = Fingerprint.of("POST", "/v1/resources", null, bytes("{}"));
    private static final Fingerprint SECOND = Fingerprint.of("POST", "/v1/resources", null, bytes("[2]"));
    private static final String BODY = "{\"name\":\"Jürgen\",\"data\":{\"of the body\":true}}";

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final Idempotency idempotency =
            new Idempotency(cipher, new ProblemJson("https://plinth.dev/problems/"), Events::data);
    private final Store store =
            Store.open(new StoreSettings(Tables.HEAP, tables(), 1_000_000), new MemoryJournal(), clock);

    @Test
    void remember_bodyIsTheDataOfTheEvent_isKeptOnceAndReplayedToTheByte() {
        byte[] body = bytes(BODY);
        Outcome.Done done = Outcome.Done.created(body, "\"1\"", "/v1/resources/r");

        byte[] row = execute(done, changes -> event(changes, WORKSPACE, body));

        assertThat(text(row)).doesNotContain("of the body");
        Outcome.Replayed replayed = ((Idempotency.Replay) begin()).outcome();
        assertThat(replayed.body()).isEqualTo(body).isNotSameAs(body);
        assertThat(replayed.status()).isEqualTo(201);
        assertThat(replayed.etag()).isEqualTo("\"1\"");
        assertThat(replayed.location()).isEqualTo("/v1/resources/r");
        assertThat(replayed.originalRequest()).isEqualTo(REQUEST);
    }

    @Test
    void remember_anyOtherBody_isKeptAsACopy() {
        byte[] body = bytes(BODY);
        List<Consumer<Changes>> others = List.of(
                changes -> {},
                changes -> event(changes, WORKSPACE, bytes(BODY)),
                changes -> event(changes, OTHER, body),
                changes -> event(event(changes, WORKSPACE, body), WORKSPACE, body),
                changes -> event(changes, WORKSPACE, body).fannedOut());
        for (Consumer<Changes> other : others) {
            byte[] row = execute(Outcome.Done.ok(body), other);

            assertThat(text(row)).contains("of the body");
            assertThat(((Idempotency.Replay) begin()).outcome().body()).isEqualTo(body);
            clock.advance(Duration.ofDays(1));
        }
    }

    @Test
    void remember_secretThatIsTheDataOfAnEvent_isEncrypted() {
        byte[] body = bytes(BODY);

        byte[] row = execute(Outcome.Done.ok(body).withSecret(), changes -> event(changes, WORKSPACE, body));

        assertThat(text(row)).doesNotContain("of the body");
        assertThat(((Idempotency.Replay) begin()).secret()).isTrue();
        assertThat(((Idempotency.Replay) begin()).outcome().body()).isEqualTo(body);
    }

    @Test
    void begin_eventIsGone_executesAgain() {
        byte[] body = bytes(BODY);
        execute(Outcome.Done.ok(body), changes -> event(changes, WORKSPACE, body));
        Id event = lastEvent;

        long unused = store.write(transaction -> transaction.append(
                new Changes()
                        .remove(Events.tables().get(0), WORKSPACE.keyOf(event))
                        .writes(),
                clock.epochMillis()));

        Idempotency.ClaimResult other = begin(SECOND);
        assertThat(other).isInstanceOf(Idempotency.KeyClaim.class);
        idempotency.end((Idempotency.KeyClaim) other);
        assertThat(begin()).isInstanceOf(Idempotency.KeyClaim.class);
    }

    @Test
    void data_longerThanTheRow_isNotThere() {
        byte[] body = bytes(BODY);
        execute(Outcome.Done.ok(body), changes -> event(changes, WORKSPACE, body));

        assertThat(Events.data(store.viewToAnswer(), WORKSPACE, lastEvent, 1 << 20))
                .isNull();
    }

    @Test
    void eventsKept_atTheLeast_areKeptForLongerThanAnswers() {
        Duration least = Duration.ofDays(7);

        assertThat(EngineSetting.EVENTS_KEPT.checked(least)).isEqualTo(least).isGreaterThan(Duration.ofHours(24));
    }

    private Id lastEvent = OTHER;

    private Changes event(Changes changes, Id workspace, byte[] data) {
        changes.event(new Changes.EventDraft(workspace, "resource.created", null, data));
        return changes;
    }

    private Idempotency.ClaimResult begin() {
        return begin(FIRST);
    }

    private Idempotency.ClaimResult begin(Fingerprint fingerprint) {
        return idempotency.begin(store.viewToAnswer(), clock.epochMillis(), WORKSPACE, "order-17", fingerprint);
    }

    /** Does and remembers; gives back the row of the key. */
    private byte[] execute(Outcome.Done done, Consumer<Changes> work) {
        Idempotency.KeyClaim claim = (Idempotency.KeyClaim) begin();
        byte[] row = store.write(transaction -> {
            Changes changes = new Changes();
            work.accept(changes);
            Context context = new Context(
                    Caller.engineFor(WORKSPACE),
                    transaction.nowMillis(),
                    transaction,
                    ids,
                    cipher,
                    transaction::nextNumbers);
            for (Changes.EventDraft draft : List.copyOf(changes.events())) {
                Changes.WrittenEvent written = Events.append(context, draft, changes);
                changes.written(written);
                lastEvent = written.id();
            }
            idempotency.remember(claim, changes, context, REQUEST, done);
            long unused = transaction.append(changes.writes(), transaction.nowMillis());
            return changes.writes().get(changes.writes().size() - 1).row();
        });
        idempotency.end(claim);
        return row;
    }

    private static List<TableName<?>> tables() {
        List<TableName<?>> tables = new ArrayList<>(Events.tables());
        tables.add(Idempotency.REMEMBERED);
        return tables;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
