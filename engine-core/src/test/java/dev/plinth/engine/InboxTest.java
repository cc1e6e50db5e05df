package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.inbox.InboxRecorder;
import dev.plinth.engine.inbox.InboxResult;
import dev.plinth.engine.inbox.InboxResult.Fate;
import dev.plinth.engine.inbox.InboxRow;
import dev.plinth.engine.inbox.InboxSession;
import dev.plinth.engine.inbox.RowName;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.SeededIds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A row of an inbox is applied as one unit of work, exactly once, and a refused one leaves a trace and no effect. */
@Tag("portable")
@Timeout(60)
final class InboxTest {
    private static final String NAME = "orders";

    private final FailingOnce ids = new FailingOnce();
    private final TestEngine store = TestEngine.open(builder -> builder.ids(ids)
            .resourceType("order", Json.of("{\"type\":\"object\",\"required\":[\"amount\"]}"))
            .jobHandler("ship", job -> Json.EMPTY_OBJECT));
    private final Set<String> held = new HashSet<>();
    private InboxSession session = store.engine().inbox(NAME);
    private String workspace = "";
    private long rows;
    private long eventsBefore;

    @BeforeEach
    void create() {
        workspace = store.newWorkspace("orders");
        eventsBefore = store.rows("events");
    }

    private long events() {
        return store.rows("events") - eventsBefore;
    }

    @AfterEach
    void close() {
        store.close();
    }

    private PlinthClient client() {
        return store.engine().workspace(workspace);
    }

    private static NewResource order(String name) {
        return NewResource.of(name).ofType("order").withData(Json.of(Map.of("amount", 1)));
    }

    private InboxRow row(String body) {
        rows++;
        return new InboxRow(new RowName(rows, new UUID(1, rows)), workspace, InboxRow.VERSION, body);
    }

    private InboxRow row(Consumer<Effects> code) {
        InboxRecorder recorder = store.engine().inboxRecorder();
        code.accept(recorder.effects());
        return row(recorder.end().toString());
    }

    private InboxResult apply(InboxRow row) {
        return session.apply(List.of(row), held).get(0);
    }

    private List<String> names() {
        return client().resources().list().call().data().stream()
                .map(Resource::name)
                .toList();
    }

    @Test
    void apply_theEngineFailsAtARow_setsItAsideAndGoesOn() {
        InboxRow poisoned = row(effects -> effects.publish("order.paid", Json.EMPTY_OBJECT));
        InboxRow behind = row(effects -> effects.create(order("behind")));
        ids.fails = true;

        List<InboxResult> results = session.apply(List.of(poisoned, behind), held);

        assertThat(results).extracting(InboxResult::fate).containsExactly(Fate.REFUSED, Fate.APPLIED);
        assertThat(results.get(0).problem().orElseThrow().code()).isEqualTo("internal_error");
        assertThat(names()).containsExactly("behind");
        assertThat(apply(poisoned).fate()).as("sent again once it is mended").isEqualTo(Fate.APPLIED);
    }

    @Test
    void apply_allKindsOfEffects_happenInOneRecordWithTheIdsThatWereGiven() {
        List<String> made = new ArrayList<>();
        InboxRow row = row(effects -> {
            String order = effects.create(order("first"));
            String child = effects.createChild(order, NewResource.of("line"));
            String gone = effects.createChild(order, NewResource.of("gone"));
            effects.patchChild(order, child, ResourceChange.NONE.withName("item"));
            effects.deleteChild(order, gone);
            effects.patch(order, ResourceChange.NONE.withName("renamed"));
            effects.pause(order);
            effects.resume(order);
            String old = effects.create(order("old"));
            effects.archive(old);
            effects.unarchive(old);
            effects.archive(old);
            effects.delete(old);
            effects.publish(NewEvent.of("order.paid", Json.EMPTY_OBJECT).about(order));
            String job = effects.startJob("ship", Json.EMPTY_OBJECT);
            String canceled = effects.startJob("ship", Json.EMPTY_OBJECT);
            effects.cancelJob(canceled);
            made.addAll(List.of(order, child, job));
        });

        InboxResult result = apply(row);

        assertThat(result.problem()).isEmpty();
        assertThat(result.fate()).isEqualTo(Fate.APPLIED);
        Resource order = client().resources().get(made.get(0)).call();
        assertThat(order.name()).isEqualTo("renamed");
        assertThat(order.status()).isEqualTo(ResourceStatus.ACTIVE);
        assertThat(client().children(made.get(0)).get(made.get(1)).call().name())
                .isEqualTo("item");
        assertThat(client().job(made.get(2)).call().type()).isEqualTo("ship");
        assertThat(names()).containsExactly("renamed");
        assertThat(store.rows("children")).isOne();
    }

    @Test
    void apply_theSameRowAgain_changesNothingUntilItIsForgotten() {
        InboxRow row = row(effects -> effects.publish("order.paid", Json.EMPTY_OBJECT));

        assertThat(apply(row).fate()).isEqualTo(Fate.APPLIED);
        assertThat(apply(row).fate()).isEqualTo(Fate.APPLIED_BEFORE);
        session.close();
        session = store.engine().inbox(NAME);
        assertThat(apply(row).fate()).isEqualTo(Fate.APPLIED_BEFORE);
        assertThat(session.remembered()).containsExactly(row.name());
        assertThat(events()).isOne();
    }

    @Test
    void apply_afterForget_remembersOnlyWhatCameLater() {
        InboxRow first = row(effects -> effects.publish("order.paid", Json.EMPTY_OBJECT));
        InboxRow second = row(effects -> effects.publish("order.paid", Json.EMPTY_OBJECT));
        apply(first);

        session.forget();
        assertThat(session.remembered()).isEmpty();
        apply(second);

        assertThat(session.remembered()).containsExactly(second.name());
        session.close();
        session = store.engine().inbox(NAME);
        assertThat(session.remembered()).containsExactly(second.name());
    }

    @Test
    void apply_anotherRowWithTheSameNumber_isApplied() {
        InboxRow first = row(effects -> effects.publish("order.paid", Json.EMPTY_OBJECT));
        apply(first);

        InboxRow other = new InboxRow(new RowName(first.name().number(), new UUID(2, 2)), workspace, 1, first.body());

        assertThat(apply(other).fate()).isEqualTo(Fate.APPLIED);
        assertThat(events()).isEqualTo(2);
    }

    @Test
    void apply_aFullMemory_isRefusedWithTheNextStep() {
        List<InboxRow> many = new ArrayList<>();
        for (int i = 0; i < InboxSession.REMEMBERED_MAX; i++) {
            many.add(row(effects -> effects.publish("order.paid", Json.EMPTY_OBJECT)));
        }
        assertThat(session.apply(many, held)).allMatch(InboxResult::hasHappened);

        InboxRow next = row(effects -> effects.publish("order.paid", Json.EMPTY_OBJECT));
        assertThatThrownBy(() -> apply(next))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call forget");

        session.forget();
        assertThat(apply(next).fate()).isEqualTo(Fate.APPLIED);
        assertThat(events()).isEqualTo(InboxSession.REMEMBERED_MAX + 1);
    }

    @Test
    void apply_oneOperationIsRefused_nothingOfTheRowHappensAndRowsOfItsResourcesWait() {
        String order = client().resources().create(order("order")).call().id();
        String other = client().resources().create(order("other")).call().id();
        InboxRow refused = row(effects -> {
            effects.patch(order, ResourceChange.NONE.withName("half"));
            effects.delete(order);
        });
        InboxRow behind = row(effects -> effects.patch(order, ResourceChange.NONE.withName("later")));
        InboxRow both = row(effects -> {
            effects.patch(other, ResourceChange.NONE.withName("never"));
            effects.publish(NewEvent.of("order.paid", Json.EMPTY_OBJECT).about(order));
        });
        InboxRow third = row(effects -> effects.patch(other, ResourceChange.NONE.withName("neither")));
        InboxRow free = row(effects -> effects.create(order("free")));

        List<InboxResult> results = session.apply(List.of(refused, behind, both, third, free), held);

        assertThat(results)
                .extracting(InboxResult::fate)
                .containsExactly(Fate.REFUSED, Fate.WAITING, Fate.WAITING, Fate.WAITING, Fate.APPLIED);
        assertThat(results.get(0).problem().orElseThrow().code()).isEqualTo("invalid_transition");
        assertThat(results.get(0).problem().orElseThrow().operation()).isOne();
        assertThat(held).containsExactlyInAnyOrder(order, other);
        assertThat(names()).containsExactlyInAnyOrder("order", "other", "free");
        assertThat(session.remembered()).containsExactly(free.name());

        held.clear();
        assertThat(apply(behind).fate()).isEqualTo(Fate.APPLIED);
        assertThat(client().resources().get(order).call().name()).isEqualTo("later");
    }

    @Test
    void apply_bodyOfAProgramInAnotherLanguage_mayUseReferences() {
        InboxRow row =
                row("{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"order\","
                        + "\"type\":\"order\",\"data\":{\"amount\":2}}},"
                        + "{\"method\":\"POST\",\"path\":\"/v1/resources/{{0.id}}/pause\"}]}");

        assertThat(apply(row).fate()).isEqualTo(Fate.APPLIED);
        assertThat(client().resources().list().call().data().get(0).status()).isEqualTo(ResourceStatus.PAUSED);
    }

    @Test
    void apply_malformedRows_areRefusedWithTheirProblem() {
        String unknownMember = "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/events\",\"bodie\":{}}]}";
        String idOfNothing = "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/events\",\"id\":\"evt_1\","
                + "\"body\":{\"type\":\"order.paid\",\"data\":{}}}]}";
        String badId = "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/resources\",\"id\":\"job_1\","
                + "\"body\":{\"name\":\"order\"}}]}";
        String badVersion = "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/events\","
                + "\"body\":{\"type\":\"order.paid\",\"data\":{}}}],\"require\":[{\"resource\":\"res_1\"},7]}";

        assertThat(code("{")).isEqualTo("malformed_request");
        assertThat(code("[]")).isEqualTo("validation_failed");
        assertThat(code("{}")).isEqualTo("validation_failed");
        assertThat(code("{\"operations\":[]}")).isEqualTo("validation_failed");
        assertThat(code(unknownMember)).isEqualTo("validation_failed");
        assertThat(code(idOfNothing)).isEqualTo("validation_failed");
        assertThat(code(badId)).isEqualTo("validation_failed");
        assertThat(code(badVersion)).isEqualTo("validation_failed");
        assertThat(events()).isZero();
        assertThat(session.remembered()).isEmpty();
    }

    private String code(String body) {
        return apply(row(body)).problem().orElseThrow().code();
    }

    @Test
    void apply_rowOfANewerRelease_saysSo() {
        InboxRow newer = new InboxRow(new RowName(1, new UUID(1, 1)), workspace, 2, "{}");

        assertThat(apply(newer).problem().orElseThrow().detail())
                .isEqualTo(
                        "The version of the row must be 1, got 2. A newer release has written it: upgrade this engine,"
                                + " and send the row again.");
    }

    @Test
    void apply_workspaceThatIsGoneOrSuspended_isRefused() {
        InboxRow row = row(effects -> effects.publish("order.paid", Json.EMPTY_OBJECT));
        InboxRow nowhere = new InboxRow(row.name(), "ws_0", 1, row.body());
        InboxRow unknown = new InboxRow(row.name(), "ws_00000000000000000000000000", 1, row.body());
        store.engine().admin().suspend(workspace).call();

        assertThat(apply(nowhere).problem().orElseThrow().code()).isEqualTo("not_found");
        assertThat(apply(unknown).problem().orElseThrow().code()).isEqualTo("not_found");
        assertThat(apply(row).problem().orElseThrow().code()).isEqualTo("workspace_suspended");
        store.engine().admin().activate(workspace).call();
        assertThat(apply(row).fate()).isEqualTo(Fate.APPLIED);
    }

    @Test
    void apply_requiredVersion_holdsBeforeTheOperations() {
        String order = client().resources().create(order("order")).call().id();
        InboxRow right = row(effects -> {
            effects.require(order, 1);
            effects.patch(order, ResourceChange.NONE.withName("renamed"));
        });
        InboxRow late = row(effects -> {
            effects.require(order, 1);
            effects.patch(order, ResourceChange.NONE.withName("too late"));
        });

        assertThat(apply(right).fate()).isEqualTo(Fate.APPLIED);
        assertThat(apply(late).problem().orElseThrow().code()).isEqualTo("precondition_failed");
        assertThat(client().resources().get(order).call().name()).isEqualTo("renamed");
    }

    @Test
    void record_whatBreaksARule_isToldWhereItIsWritten() {
        Effects effects = store.engine().inboxRecorder().effects();

        assertThatThrownBy(() -> effects.create(NewResource.of("order").ofType("order")))
                .isInstanceOfSatisfying(PlinthException.class, refused -> {
                    assertThat(refused.code()).isEqualTo("validation_failed");
                    assertThat(refused.problem().errors()).isNotEmpty();
                });
        assertThatThrownBy(() -> effects.create(NewResource.of("order").ofType("invoice")))
                .isInstanceOf(PlinthException.class);
        assertThatThrownBy(() -> effects.publish("Order Paid", Json.EMPTY_OBJECT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> effects.pause("res_1/children"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"res_1/children\"");
    }

    @Test
    void record_afterItsEnd_takesNothing() {
        InboxRecorder recorder = store.engine().inboxRecorder();
        assertThat(recorder.isEmpty()).isTrue();
        recorder.effects().publish("order.paid", Json.EMPTY_OBJECT);
        assertThat(recorder.isEmpty()).isFalse();
        assertThat(recorder.end().toString()).contains("order.paid");

        assertThatThrownBy(() -> recorder.effects().publish("order.paid", Json.EMPTY_OBJECT))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void inbox_openTwice_isRefusedUntilTheFirstIsClosed() {
        assertThatThrownBy(() -> store.engine().inbox(NAME))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"orders\"");
        InboxSession other = store.engine().inbox("payments");
        InboxRow row = row(effects -> effects.publish("order.paid", Json.EMPTY_OBJECT));
        apply(row);

        assertThat(other.apply(List.of(row), held).get(0).fate()).isEqualTo(Fate.APPLIED);
        session.close();
        assertThatThrownBy(() -> apply(row)).isInstanceOf(IllegalStateException.class);
        session = store.engine().inbox(NAME);
        assertThat(apply(row).fate()).isEqualTo(Fate.APPLIED_BEFORE);
    }

    @Test
    void wire_doesNotTakeWhatOnlyTheHostsCodeMaySay() {
        store.use(store.newKey(workspace));
        String withId = "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/resources\","
                + "\"id\":\"res_00000000000000000000000001\",\"body\":{\"name\":\"n\"}}]}";
        String cancel = "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/jobs/job_1/cancel\"}]}";

        assertThat(store.call("POST", "/v1/batch", withId).status()).isEqualTo(422);
        assertThat(store.call("POST", "/v1/batch", cancel).status()).isEqualTo(422);
    }

    /** Ids of chance, whose next one fails if it is told to. */
    private static final class FailingOnce implements IdSource {
        private final SeededIds ids = new SeededIds(1);
        private volatile boolean fails;

        @Override
        public Bits next(String kind, long epochMillis) {
            if (fails && kind.equals("evt")) {
                fails = false;
                throw new ArithmeticException("broken, as it should");
            }
            return ids.next(kind, epochMillis);
        }

        @Override
        public void fillSecret(byte[] target) {
            ids.fillSecret(target);
        }
    }
}
