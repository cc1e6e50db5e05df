package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.client.Listing;
import dev.plinth.engine.client.PlinthClient;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All items of a list, page after page. */
@Timeout(120)
final class ListingTest {
    private static final int ITEMS = 25;

    private final TestEngine store = TestEngine.inMemory();
    private PlinthClient client;
    private final List<String> newestFirst = new ArrayList<>();

    @BeforeEach
    void create() {
        store.use(store.newKey(store.newWideWorkspace()));
        client = store.engine().client(store.key());
        for (int i = 0; i < ITEMS; i++) {
            newestFirst.add(0, client.resources().create("r" + i).call().id());
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void stream_ofSeveralPages_hasEachItemOnceInOrder() {
        assertThat(client.resources().list().limit(10).stream().map(Resource::id))
                .containsExactlyElementsOf(newestFirst);
        assertThat(client.resources().list().stream()).hasSize(ITEMS);
        assertThat(client.webhooks().list().stream()).isEmpty();
    }

    @Test
    void stream_filteredOrAfterAPage_hasTheRest() {
        client.resources().pause(newestFirst.get(3)).call();
        client.resources().pause(newestFirst.get(20)).call();
        String cursor = client.resources().list().limit(5).call().nextCursor().orElseThrow();

        assertThat(client.resources().list().where("status", "paused").limit(1).stream()
                        .map(Resource::id))
                .containsExactly(newestFirst.get(3), newestFirst.get(20));
        assertThat(client.resources().list().after(cursor).limit(7).stream().map(Resource::id))
                .containsExactlyElementsOf(newestFirst.subList(5, ITEMS));
    }

    @Test
    void stream_asksForAPageOnlyWhenItsFirstItemIsAskedFor() {
        Iterator<Resource> items = client.resources().list().limit(10).stream().iterator();
        assertThat(lists()).isZero();
        for (int i = 0; i < 10; i++) {
            items.next();
        }
        assertThat(lists()).isEqualTo(1);
        items.next();
        assertThat(lists()).isEqualTo(2);

        assertThat(client.resources().list().limit(10).stream().limit(10)).hasSize(10);
        assertThat(lists()).isEqualTo(3);
    }

    @Test
    void stream_rowsChangeMeanwhile_showsWhatIsThereAllTheTimeOnce() {
        Iterator<Resource> items = client.resources().list().limit(10).stream().iterator();
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            seen.add(items.next().id());
        }
        client.resources().create("new").call();
        delete(newestFirst.get(9)); // the last item of the page, where the next one begins
        delete(newestFirst.get(15));
        items.forEachRemaining(item -> seen.add(item.id()));

        List<String> expected = new ArrayList<>(newestFirst);
        expected.remove(newestFirst.get(15));
        assertThat(seen).containsExactlyElementsOf(expected);
    }

    @Test
    void stream_refusedOnTheWay_throwsWhereTheItemIsAskedFor() {
        Iterator<Resource> items = client.resources().list().limit(25).stream().iterator();
        Stream<Resource> wrong = client.resources().list().limit(101).stream();
        items.next();

        assertThatExceptionOfType(PlinthException.class)
                .isThrownBy(wrong::toList)
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(400));
    }

    @Test
    void stream_eventsAfterOne_goesForwards() {
        List<String> all =
                client.events().limit(7).stream().map(event -> event.id()).toList();
        Listing<?> after = client.eventsAfter(all.get(all.size() - 1)).limit(7);

        assertThat(all).hasSizeGreaterThan(ITEMS - 1).doesNotHaveDuplicates();
        assertThat(after.stream()).hasSize(all.size() - 1);
    }

    @Test
    void cursor_ofAFilterThatIsSpelledAlike_isInvalid() {
        for (int i = 0; i < 2; i++) {
            String id = store.make("/v1/resources", "{\"name\":\"m\",\"metadata\":{\"a\":\"b\"}}");
            client.resources().pause(id).call();
        }
        String first = store.text("/v1/resources?metadata.a=b&status=paused&limit=1");
        Object cursor = Json.of(first).asMap().get("nextCursor");

        assertThat(store.text("/v1/resources?metadata.a%3D1%3Ab%26status=paused&limit=1&cursor=" + cursor))
                .contains("cursor_invalid");
    }

    private void delete(String id) {
        client.resources().archive(id).call();
        String unused = client.resources().delete(id).call();
    }

    private long lists() {
        return client.requests().limit(100).call().data().stream()
                        .map(LoggedRequest::route)
                        .filter("/v1/resources"::equals)
                        .count()
                - ITEMS;
    }
}
