package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.server.CallDoor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events as they come: each once, in commit order, to nobody who may not see them, and from where a client stopped. */
@Timeout(300)
final class EventStreamTest {
    private static final String STREAM = "/v1/events/stream";
    private static final String ABSENT = "evt_00000000000000000000000000";
    private static final Pattern ID = Pattern.compile("^id: (evt_\\w+)\nevent: ", Pattern.MULTILINE);
    private static final String FULL_OF_EVENTS = "{\"operations\":[%s]}";
    private static final int STREAMS_MAX = 100;

    private final TestEngine store = TestEngine.inMemory();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void stream_withoutLastEventId_showsWhatHappensFromNowOn() {
        publish("a.before");
        Reply stream = open(STREAM);

        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(stream.header("Cache-Control")).isEqualTo("no-store");
        assertThat(stream.text()).isEqualTo(":\n\n");
        CompletableFuture<Reply.Part> next = next(stream);
        assertThat(next).isNotDone();
        String id = publish("a.now");
        Reply.Part part = await(next);
        assertThat(part.text())
                .isEqualTo("id: " + id + "\nevent: a.now\ndata: " + store.text("/v1/events/" + id) + "\n\n");
        assertThat(part.rest()).isPresent();
    }

    @Test
    void stream_eventsBetweenTwoParts_areInTheNext() {
        Reply stream = open(STREAM);
        String first = publish("a.b");
        Reply.Part part = await(next(stream));
        String second = publish("a.b");
        String third = publish("a.b");

        assertThat(ids(part)).containsExactly(first);
        assertThat(ids(await(next(part)))).containsExactly(second, third);
    }

    @Test
    void stream_afterAnEvent_showsAllBehindItOnceAndInOrder() {
        String first = publish("a.b");
        store.call("POST", "/v1/resources/bulk", FULL_OF_EVENTS.formatted(operations(150)));
        List<String> expected = allBehind(first, 151);

        List<String> seen = follow(resume(first), expected.size());

        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void stream_ofManyEvents_comesInPartsOfAHundred() {
        String first = publish("a.b");
        IntStream.range(0, 250).forEach(i -> publish("a.b"));

        Reply stream = resume(first);

        Reply.Part second = await(next(stream));
        Reply.Part third = await(next(second));
        assertThat(ids(stream.text())).hasSize(100);
        assertThat(ids(second)).hasSize(100);
        assertThat(ids(third)).hasSize(50);
    }

    @Test
    void stream_ofLargeEvents_comesInPartsOfBoundedSize() {
        String first = publish("a.b");
        String large = "{\"type\":\"a.b\",\"data\":{\"text\":\"" + "x".repeat(60_000) + "\"}}";
        IntStream.range(0, 20).forEach(i -> store.make("/v1/events", large));

        Reply stream = resume(first);

        assertThat(stream.body().length).isBetween(64 * 1024, 128 * 1024);
        assertThat(follow(stream, 20)).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void stream_filteredByType_waitsForItsOwn() {
        Reply stream = open(STREAM + "?type=a.wanted");
        CompletableFuture<Reply.Part> next = next(stream);

        publish("a.other");
        String wanted = publish("a.wanted");

        assertThat(ids(await(next))).containsExactly(wanted);
    }

    @Test
    void stream_filteredByResource_showsItsChildrenToo() {
        String resource = resource();
        Reply stream = open(STREAM + "?resourceId=" + resource);
        resource();
        store.make("/v1/resources/" + resource + "/children", "{\"name\":\"c\"}");

        Reply.Part part = await(next(stream));

        assertThat(part.text()).contains("event: child.created\n").doesNotContain("resource.created");
        assertThat(ids(part)).hasSize(1);
    }

    @Test
    void stream_filteredByBoth_findsTheOneBehindManyOthers() {
        String resource = resource();
        Reply stream = open(STREAM + "?type=resource.paused&resourceId=" + resource);
        IntStream.range(0, 120)
                .forEach(i -> store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"n" + i + "\"}"));
        store.call("POST", "/v1/resources/" + resource + "/pause");

        Reply.Part part = await(next(stream));
        assertThat(part.text())
                .as("a place before all is looked at must not be told")
                .isEqualTo(":\n\n");

        assertThat(await(next(part)).text()).contains("event: resource.paused\n");
    }

    @Test
    void stream_ofAnotherWorkspace_seesAndFeelsNothing() {
        CompletableFuture<Reply.Part> next = next(open(STREAM));
        String mine = store.key();
        store.use(store.newKey(store.newWorkspace("other")));
        publish("a.theirs");
        store.use(mine);
        assertThat(next).isNotDone();

        String own = publish("a.mine");

        assertThat(ids(await(next))).containsExactly(own);
    }

    @Test
    void stream_keyRevokedMeanwhile_endsWithoutAnotherEvent() {
        String admin = store.key();
        ApiKey key = newKey("events:read");
        store.use(key.secret().orElseThrow());
        CompletableFuture<Reply.Part> waiting = next(open(STREAM));
        Reply idle = open(STREAM);
        store.use(admin);

        assertThat(store.call("DELETE", "/v1/keys/" + key.id()).status()).isEqualTo(200);
        publish("a.secret");

        assertEnded(await(waiting));
        assertEnded(await(next(idle)));
    }

    /** Admission learns of a revocation when it is durable; what was written behind it is seen in the rows before. */
    @Test
    void stream_keyRevokedButNotYetDurable_showsNothingThatCameAfter() throws Exception {
        Engine engine = store.engine();
        String admin = store.key();
        String workspace = engine.client(admin).workspace().call().id();
        SetKey events = SetKey.of(SetKinds.EVENTS, Objects.requireNonNull(Id.parse(IdKind.WORKSPACE, workspace)));
        ApiKey key = newKey("events:read");
        Reply stream = engine.call(Call.of("GET", STREAM).withKey(key.secret().orElseThrow()));
        long there = engine.store().readToAnswer(rows -> rows.size(events));
        CountDownLatch gate = new CountDownLatch(1);
        engine.store().onCommitted((sequence, writes) -> await(gate));
        List<CompletableFuture<Reply>> calls = new ArrayList<>();
        for (Call call : List.of(
                publishing("a.before", admin),
                Call.of("DELETE", "/v1/keys/" + key.id()).withKey(admin),
                publishing("a.secret", admin))) {
            calls.add(CompletableFuture.supplyAsync(() -> engine.call(call), command -> new Thread(command).start()));
            long seen = there + calls.size();
            Patience.until(() -> engine.store().readToAnswer(rows -> rows.size(events)) >= seen);
        }

        CompletableFuture<CompletableFuture<Reply.Part>> next =
                CompletableFuture.supplyAsync(() -> next(stream), command -> new Thread(command).start());

        assertThat(calls).as("nothing is durable yet").noneMatch(CompletableFuture::isDone);
        gate.countDown();
        assertThat(await(next.get(60, TimeUnit.SECONDS)).text()).doesNotContain("a.secret");
        for (CompletableFuture<Reply> call : calls) {
            assertThat(call.get(60, TimeUnit.SECONDS).status()).isBetween(200, 201);
        }
    }

    @Test
    void stream_scopeTakenMeanwhile_ends() {
        String admin = store.key();
        ApiKey key = newKey("events:read");
        store.use(key.secret().orElseThrow());
        CompletableFuture<Reply.Part> waiting = next(open(STREAM));
        store.use(admin);

        store.call("PATCH", "/v1/keys/" + key.id(), "{\"scopes\":[\"jobs:read\"]}");
        publish("a.secret");

        assertEnded(await(waiting));
    }

    @Test
    void stream_workspaceSuspendedOrDeleted_ends() {
        String workspace = store.engine().client(store.key()).workspace().call().id();
        Reply stream = open(STREAM);
        store.engine().admin().suspend(workspace).call();
        assertEnded(await(next(stream)));
        store.engine().admin().activate(workspace).call();
        assertThat(next(stream)).isNotDone();

        store.engine().admin().deleteWorkspace(workspace).call();

        assertEnded(await(next(stream)));
    }

    @Test
    void stream_withoutTheScope_isRefused() {
        store.use(newKey("jobs:read").secret().orElseThrow());

        Reply reply = open(STREAM);

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.rest()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "1", "evt_", "res_00000000000000000000000000", ABSENT, ABSENT + ", " + ABSENT})
    void stream_afterWhatIsNoEvent_is400AndNamesTheHeader(String lastEventId) {
        Reply reply = resume(lastEventId);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("\"code\":\"parameter_invalid\"").contains("\"parameter\":\"Last-Event-ID\"");
        assertThat(reply.rest()).isEmpty();
    }

    @Test
    void stream_afterAnEventOfAnotherWorkspace_is400() {
        String event = publish("a.b");
        store.use(store.newKey(store.newWorkspace("other")));

        assertThat(resume(event).status()).isEqualTo(400);
    }

    @Test
    void stream_afterAnEventThatIsNotKeptAnyMore_showsAllThatIs() {
        String old = publish("a.old");
        store.days(31);
        String kept = publish("a.kept");

        assertThat(ids(resume(old).text())).containsExactly(kept);
    }

    @Test
    void stream_withUnknownParameter_is400() {
        assertThat(open(STREAM + "?after=" + ABSENT).status()).isEqualTo(400);
    }

    @Test
    void stream_overMany_endsWithWhatItHas() {
        List<CompletableFuture<Reply.Part>> waiting = new ArrayList<>();
        for (int i = 0; i < STREAMS_MAX; i++) {
            waiting.add(next(open(STREAM)));
        }

        Reply.Part over = await(next(open(STREAM)));

        assertThat(over.rest()).isEmpty();
        assertThat(over.text()).as("no event, but the place to come back to").startsWith("id: evt_");
        assertThat(ids(over)).isEmpty();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        String event = publish("a.b");
        waiting.forEach(part -> assertThat(ids(await(part))).containsExactly(event));
        assertThat(next(open(STREAM))).as("there is room again").isNotDone();
    }

    @Test
    void stream_ofManyParts_costsOneUnitAndIsOneEntryOfTheLog() {
        Reply stream = open(STREAM);
        Reply.Rest rest = stream.rest().orElseThrow();
        int parts = 10;
        for (int i = 0; i < parts; i++) {
            publish("a.b");
            rest = await(rest.next()).rest().orElseThrow();
        }

        Reply log = store.call("GET", "/v1/requests?limit=100");

        assertThat(log.text().split(STREAM, -1))
                .as("once as its route, once as its path")
                .hasSize(3);
        int publishedAndAsked = parts + 1;
        assertThat(remaining(log)).isEqualTo(remaining(stream) - publishedAndAsked);
    }

    @Test
    void close_whileStreamsWait_endsThem() {
        CompletableFuture<Reply.Part> waiting = next(open(STREAM));
        Reply idle = open(STREAM);

        store.engine().close();

        assertEnded(await(waiting));
        assertEnded(await(next(idle)));
    }

    @Test
    void endOfTheWaitsOfADoor_endsItsStreamsAndNoOthers() {
        CallDoor door = store.engine().door(Runnable::run);
        Call call = Call.of("GET", STREAM).withKey(store.key());
        CompletableFuture<Reply.Part> waiting = next(await(door.submit(call)));
        Reply idle = await(door.submit(call));
        CompletableFuture<Reply.Part> other = next(open(STREAM));

        door.endWaits();

        assertEnded(await(waiting));
        assertEnded(await(next(idle)));
        assertThat(other).isNotDone();
    }

    @Test
    void stream_besideWriters_missesNothing() throws Exception {
        store.use(store.newKey(store.newWideWorkspace()));
        Reply stream = open(STREAM);
        int writers = 4;
        int each = 200;
        List<CompletableFuture<Void>> writing = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            writing.add(CompletableFuture.runAsync(
                    () -> IntStream.range(0, each).forEach(n -> publish("a.b")), task -> new Thread(task).start()));
        }

        List<String> seen = follow(stream, writers * each);

        CompletableFuture.allOf(writing.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        List<String> expected = store.engine().client(store.key()).events().where("limit", "100").call().data().stream()
                .map(Event::id)
                .toList();
        assertThat(seen).hasSize(writers * each).doesNotHaveDuplicates();
        List<String> newestFirst = new ArrayList<>(seen);
        Collections.reverse(newestFirst);
        assertThat(newestFirst.subList(0, 100)).isEqualTo(expected);
    }

    private static void assertEnded(Reply.Part part) {
        assertThat(part.rest()).isEmpty();
        assertThat(part.bytes()).isEmpty();
    }

    private ApiKey newKey(String scope) {
        return store.engine()
                .client(store.key())
                .keys()
                .create(NewKey.of("restricted").withScopes(Scope.of(scope)))
                .call();
    }

    private static Call publishing(String type, String secret) {
        return Call.of("POST", "/v1/events")
                .withKey(secret)
                .withBody(Json.of("{\"type\":\"" + type + "\",\"data\":{}}"));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Expected to be let go on, but the wait was interrupted", e);
        }
    }

    private static int remaining(Reply reply) {
        return Integer.parseInt(String.valueOf(reply.header("RateLimit")).replaceFirst(".*;r=(\\d+);.*", "$1"));
    }

    private static String operations(int count) {
        return String.join(
                ",",
                IntStream.range(0, count)
                        .mapToObj(i -> "{\"action\":\"create\",\"name\":\"n" + i + "\"}")
                        .toList());
    }

    /** The ids of the events behind one, oldest first, once there are so many. */
    private List<String> allBehind(String event, int count) {
        List<String> ids = new ArrayList<>();
        String last = event;
        while (ids.size() < count) {
            String page = store.text("/v1/events?limit=100&after=" + last);
            List<String> more = Pattern.compile("\\{\"id\":\"(evt_\\w+)\",\"type\"")
                    .matcher(page)
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            ids.addAll(more);
            last = more.isEmpty() ? last : more.get(more.size() - 1);
        }
        return ids;
    }

    private List<String> follow(Reply stream, int count) {
        List<String> ids = new ArrayList<>(ids(stream.text()));
        Reply.Rest rest = stream.rest().orElseThrow();
        while (ids.size() < count) {
            Reply.Part part = await(rest.next());
            ids.addAll(ids(part));
            rest = part.rest().orElseThrow();
        }
        return ids;
    }

    private String resource() {
        return store.make("/v1/resources", "{\"name\":\"r\"}");
    }

    private String publish(String type) {
        return store.make("/v1/events", "{\"type\":\"" + type + "\",\"data\":{\"n\":1}}");
    }

    private Reply open(String path) {
        return store.call("GET", path);
    }

    private Reply resume(String lastEventId) {
        return store.engine()
                .call(Call.of("GET", STREAM).withKey(store.key()).withHeader("Last-Event-ID", lastEventId));
    }

    private static CompletableFuture<Reply.Part> next(Reply stream) {
        return stream.rest().orElseThrow().next();
    }

    private static CompletableFuture<Reply.Part> next(Reply.Part part) {
        return part.rest().orElseThrow().next();
    }

    private static <T> T await(CompletableFuture<T> part) {
        return part.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static List<String> ids(Reply.Part part) {
        return ids(part.text());
    }

    private static List<String> ids(String text) {
        return ID.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
