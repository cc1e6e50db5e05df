package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.WireValue;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Jackson 2 and 3, with their defaults, write typed values as the wire shows them and read what the wire shows. */
final class JacksonTest {
    private static final String DATA = "{\"z\":1,\"a\":[true,null,{\"n\":12.50}],\"big\":123456789012345678901}";

    private final ObjectMapper two = new ObjectMapper();
    private final JsonMapper three = new JsonMapper();
    private final TestEngine store = TestEngine.inMemory();
    private final PlinthClient client = store.engine().client(store.key());

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void values_areWrittenAndReadAsTheWireShowsThem() throws Exception {
        Resource resource = client.resources()
                .create(NewResource.named("r").withData(Json.of(DATA)).withMetadata(Map.of("k", "v")))
                .call();
        Job job = client.job(client.startJob("t", Json.EMPTY_OBJECT).call().jobId())
                .call();
        Event event = client.events().call().data().get(0);
        Workspace workspace = client.workspace().call();

        check(resource, store.text("/v1/resources/" + resource.id()), Resource.class);
        check(job, store.text("/v1/jobs/" + job.id()), Job.class);
        check(event, store.text("/v1/events/" + event.id()), Event.class);
        check(workspace, store.text("/v1/workspace"), Workspace.class);
    }

    private <T extends WireValue> void check(T value, String shown, Class<T> type) throws Exception {
        assertThat(value.json()).hasToString(shown);
        assertThat(two.readTree(two.writeValueAsString(value))).isEqualTo(two.readTree(shown));
        assertThat(three.readTree(three.writeValueAsString(value))).isEqualTo(three.readTree(shown));
        assertThat(two.readTree(two.writeValueAsString(two.readValue(shown, type))))
                .isEqualTo(two.readTree(shown));
        assertThat(three.readTree(three.writeValueAsString(three.readValue(shown, type))))
                .isEqualTo(three.readTree(shown));
    }

    @Test
    void pages_areWrittenAsTheWireShowsThemAndReadWithTheirItems() throws Exception {
        client.resources().create("one").call();
        client.resources().create("two").call();
        Page<Resource> page = client.resources().list().limit(1).call();
        String shown = store.text("/v1/resources?limit=1");

        assertThat(page.json()).hasToString(shown);
        assertThat(two.writeValueAsString(page)).isEqualTo(shown);
        assertThat(three.writeValueAsString(page)).isEqualTo(shown);
        assertThat(two.readValue(shown, new TypeReference<Page<Resource>>() {})).isEqualTo(page);
    }

    @Test
    void values_thatLackAMember_areRefusedWithASentence() {
        for (String wrong : List.of("{}", "{\"id\":1}", "[]")) {
            assertThatThrownBy(() -> two.readValue(wrong, Event.class)).isInstanceOf(Exception.class);
            assertThatThrownBy(() -> three.readValue(wrong, Event.class)).isInstanceOf(Exception.class);
        }
        assertThatThrownBy(() -> Event.of(Json.EMPTY_OBJECT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Member \"id\" must be there, and is missing");
    }

    @Test
    void accessor_memberOfAnotherKind_isRefusedWithItsName() {
        Event event = Event.of(Json.of("{\"id\":7,\"type\":\"t\",\"createdAt\":\"now\",\"data\":{},\"newer\":1}"));

        assertThat(event.type()).isEqualTo("t");
        assertThatThrownBy(event::id)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Member \"id\" must be a string, got a number");
        assertThatThrownBy(event::createdAt)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Member \"createdAt\" must be a time");
    }

    @Test
    void ifVersion_ofACallThatLooksAtNone_isRefused() {
        assertThatThrownBy(() -> client.resources().create("r").ifVersion(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("createResource looks at no version");
    }
}
