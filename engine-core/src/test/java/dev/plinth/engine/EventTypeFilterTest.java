package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parameter {@code type} of the list of events and of their stream: names and prefixes, as endpoints take them (contract §8). */
@Timeout(120)
final class EventTypeFilterTest {
    private static final String MATCHES_LONGEST = "a".repeat(126) + ".b";

    private static final int SILENT_PARTS_MAX = 3;

    private final TestEngine store = TestEngine.inMemory();
    private PlinthClient client;
    private String resource;

    /** Two events of each type but one, in turns, so that a page by type has to leave something out between any two. */
    @BeforeEach
    void publish() {
        store.use(store.newKey(store.newWideWorkspace()));
        client = store.engine().client(store.key());
        resource = client.resources().create("r").call().id();
        for (int i = 0; i < 2; i++) {
            for (String type :
                    List.of("payment.taken", "payment", "payment.card.declined", "paymentX.taken", "a_b.c")) {
                client.publish(type, Json.EMPTY_OBJECT).call();
            }
            client.resources().pause(resource).call();
            client.resources().resume(resource).call();
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resource.*|resource.created resource.paused resource.paused resource.resumed resource.resumed",
                "resource.paused|resource.paused resource.paused",
                "resource.paused,resource.created|resource.created resource.paused resource.paused",
                "payment.*|payment.card.declined payment.card.declined payment.taken payment.taken",
                "payment.card.*|payment.card.declined payment.card.declined",
                "payment.card.declined.*|''",
                "payment|payment payment",
                "payment,payment.*|payment payment payment.card.declined payment.card.declined payment.taken payment.taken",
                "payment.*,payment.taken,payment.taken|payment.card.declined payment.card.declined payment.taken payment.taken",
                "a_b.*,resource.created|a_b.c a_b.c resource.created",
                "resource.made.*,child.*,nothing.*|''",
                "webhook_endpoint.test|''",
            })
    void list_byTypes_showsAllOfThemAndNoOther(String types, String expected) {
        List<String> shown = new ArrayList<>();
        for (Event event :
                client.events().where("type", types).limit(100).call().data()) {
            shown.add(event.type());
        }
        Collections.sort(shown);
        assertThat(String.join(" ", shown)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resource.*", "payment.*", "payment.card.*,payment", "resource.paused,a_b.*,payment"})
    void pages_byTypes_areTheWholeListInItsOrder(String types) {
        List<Event> newestFirst =
                client.events().where("type", types).limit(100).call().data();
        assertThat(newestFirst).hasSizeGreaterThan(2);

        List<Event> paged = new ArrayList<>();
        Page<Event> page = client.events().where("type", types).limit(1).call();
        paged.addAll(page.data());
        while (page.hasMore()) {
            page = client.events()
                    .where("type", types)
                    .limit(1)
                    .after(page.nextCursor().orElseThrow())
                    .call();
            paged.addAll(page.data());
        }
        assertThat(paged).isEqualTo(newestFirst);

        List<Event> oldestFirst = new ArrayList<>(newestFirst);
        Collections.reverse(oldestFirst);
        List<Event> behindTheFirst = new ArrayList<>();
        String last = oldestFirst.get(0).id();
        for (int i = 1; i < oldestFirst.size(); i++) {
            Event next = client.eventsAfter(last)
                    .where("type", types)
                    .limit(1)
                    .call()
                    .data()
                    .get(0);
            behindTheFirst.add(next);
            last = next.id();
        }
        assertThat(behindTheFirst).isEqualTo(oldestFirst.subList(1, oldestFirst.size()));
    }

    @Test
    void list_byPrefixAndResource_showsWhatFitsBoth() {
        client.resources().pause(client.resources().create("other").call().id()).call();
        client.children(resource).create(NewResource.of("c")).call();

        List<Event> shown = client.events()
                .where("type", "resource.*")
                .where("resourceId", resource)
                .call()
                .data();

        assertThat(shown)
                .hasSize(5)
                .allMatch(event -> event.type().startsWith("resource."))
                .allMatch(event -> event.data().toString().contains(resource));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "payment,",
                ",payment",
                "payment,,a_b.c",
                "*",
                ".*",
                "payment*",
                "payment.*.*",
                "payment.*.taken",
                "payment..taken",
                "pay ment",
                "payment, a_b.c",
                "payment.taken.",
                "p\u00e4yment"
            })
    void list_byWhatIsNoType_isRefusedAtType(String types) {
        for (String path : List.of("/v1/events", "/v1/events/stream")) {
            Reply reply = store.call("GET", path + "?type=" + encoded(types));
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.text()).contains("\"parameter_invalid\"", "\"parameter\":\"type\"");
        }
    }

    @Test
    void types_longerThanAnyEventsOrMoreThanFifty_areRefused() {
        List<String> fifty = Collections.nCopies(50, "payment.*");

        assertThat(status(MATCHES_LONGEST)).isEqualTo(200);
        assertThat(status("x" + MATCHES_LONGEST)).isEqualTo(400);
        assertThat(status("a." + "b.".repeat(40_000) + "c")).isEqualTo(400);
        assertThat(status(String.join(",", fifty))).isEqualTo(200);
        assertThat(status(String.join(",", fifty) + ",a")).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "payment.*|payment.taken",
                "payment.card.*|payment.card.declined",
                "resource.paused,payment.*|payment.x"
            })
    void stream_byTypes_waitsForOneOfThem(String types, String wanted) {
        Reply stream = store.call("GET", "/v1/events/stream?type=" + types);
        CompletableFuture<Reply.Part> next = stream.rest().orElseThrow().next();

        client.publish("a_b.c", Json.EMPTY_OBJECT).call();
        client.publish("paymentX.taken", Json.EMPTY_OBJECT).call();
        String id = client.publish(wanted, Json.EMPTY_OBJECT).call().id();

        Reply.Part part = untilEvent(next);
        assertThat(part.text()).startsWith("id: " + id + "\nevent: " + wanted + "\n");
    }

    @Test
    void stream_byPrefix_goesOnBehindAnEvent() {
        Event oldest =
                client.events().where("type", "resource.created").call().data().get(0);

        Reply stream = store.engine()
                .call(Call.of("GET", "/v1/events/stream?type=resource.*")
                        .withKey(store.key())
                        .withHeader("Last-Event-ID", oldest.id()));

        assertThat(stream.text().lines().filter(line -> line.startsWith("event: ")))
                .containsExactly(
                        "event: resource.paused",
                        "event: resource.resumed",
                        "event: resource.paused",
                        "event: resource.resumed");
    }

    @Test
    void list_byPrefixOfTheHost_isAsLongAsAskedHoweverManyOthersThereAre() {
        for (int i = 0; i < 50; i++) {
            client.publish("noise.made", Json.EMPTY_OBJECT).call();
        }

        Page<Event> page = client.events().where("type", "payment.*").limit(3).call();

        assertThat(page.data()).hasSize(3);
        assertThat(page.hasMore()).isTrue();
    }

    @Test
    void list_byAPrefixOfSeveralWords_isAsLongAsAskedHoweverManyOthersOfItsFamilyThereAre() {
        for (int i = 0; i < 50; i++) {
            client.publish("payment.cash.taken", Json.EMPTY_OBJECT).call();
        }

        Page<Event> first =
                client.events().where("type", "payment.card.*").limit(1).call();
        Page<Event> whole =
                client.events().where("type", "payment.card.*").limit(2).call();

        assertThat(first.data()).hasSize(1);
        assertThat(first.hasMore()).isTrue();
        assertThat(whole.data()).hasSize(2);
        assertThat(whole.hasMore()).isFalse();
    }

    /** A type of 128 characters has 64 words at most, and 63 prefixes. */
    @Test
    void list_byAnyPrefixOfTheTypeWithTheMostWords_findsIt() {
        String type = "a" + ".a".repeat(63);
        String id = client.publish(type, Json.EMPTY_OBJECT).call().id();
        for (int i = 0; i < 11; i++) {
            client.publish("a.b", Json.EMPTY_OBJECT).call();
        }

        for (int words = 1; words < 64; words++) {
            List<Event> shown = client.events()
                    .where("type", type.substring(0, 2 * words) + "*")
                    .limit(words == 1 ? 12 : 1)
                    .call()
                    .data();
            assertThat(shown).as(words + " words").last().extracting(Event::id).isEqualTo(id);
        }
    }

    @Test
    void endpoint_ofATypeThatNoEventCanHave_isRefusedAndNotAnError() {
        for (String type : List.of("x" + MATCHES_LONGEST, "a." + "b.".repeat(40_000) + "c")) {
            Reply reply = store.call(
                    "POST",
                    "/v1/webhook-endpoints",
                    "{\"url\":\"https://receiver.example/\",\"types\":[\"" + type + "\"]}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(422);
        }
    }

    /** Others' events may wake a stream, which then says nothing. */
    private static Reply.Part untilEvent(CompletableFuture<Reply.Part> first) {
        CompletableFuture<Reply.Part> next = first;
        for (int silent = 0; silent < SILENT_PARTS_MAX; silent++) {
            Reply.Part part = next.orTimeout(60, TimeUnit.SECONDS).join();
            if (part.text().contains("event: ")) {
                return part;
            }
            next = part.rest().orElseThrow().next();
        }
        throw new AssertionError("Expected an event, but got " + SILENT_PARTS_MAX + " parts without one");
    }

    private int status(String types) {
        return store.call("GET", "/v1/events?type=" + types).status();
    }

    private static String encoded(String types) {
        return URLEncoder.encode(types, StandardCharsets.UTF_8);
    }
}
