package dev.plinth.engine.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

final class WireHandlerTest {
    private static final int MEMORY = 10_000_000;

    /** So many take more than the 64 KiB that reserve no memory. */
    private static final int NUMBERS = 5_000;

    private final Engine engine = Engine.inMemory();
    private final ValueMemory memory = new ValueMemory(MEMORY);
    private final WireHandler handler = new WireHandler(engine.door(Runnable::run), memory);
    private String workspace;
    private String key;

    @BeforeEach
    void createKey() {
        workspace = engine.admin().createWorkspace("acme", "pro").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void create_behindAFilterWithoutAsync_changesNothing() {
        assertThatThrownBy(() -> handler.handleRequest(withoutAsync("{\"name\":\"A\"}"), new MockHttpServletResponse()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(engine.workspace(workspace).resources().list().call().data()).isEmpty();
    }

    @Test
    void manyValues_behindAFilterWithoutAsync_keepNoMemory() {
        String body = "{\"name\":\"A\",\"data\":{\"n\":[1" + ",1".repeat(NUMBERS) + "]}}";
        assertThatThrownBy(() -> handler.handleRequest(withoutAsync(body), new MockHttpServletResponse()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(memory.share().take(MEMORY)).isTrue();
    }

    /** Returns a request to create, as a filter without async support leaves it. */
    private MockHttpServletRequest withoutAsync(String body) {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v1/resources");
        request.addHeader("Authorization", "Bearer " + key);
        request.setContentType("application/json");
        request.setContent(body.getBytes(UTF_8));
        request.setAsyncSupported(false);
        return request;
    }
}
