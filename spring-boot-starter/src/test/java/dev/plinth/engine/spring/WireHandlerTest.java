package dev.plinth.engine.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.ByteBudget;
import dev.plinth.engine.server.CallBudgets;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.MappingMatch;
import java.io.ByteArrayInputStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletMapping;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** The wire on a server of servlets: its memory is bounded for each workspace, and a stranger's body is not read. */
final class WireHandlerTest {
    private static final int BODIES = 100_000;
    private static final int VALUES = 10_000_000;

    /** So many take more than the 64 KiB that reserve no memory. */
    private static final int NUMBERS = 5_000;

    private final Engine engine = Engine.inMemory();
    private final ByteBudget bodies = new ByteBudget("bodies", BODIES, BODIES, 0);
    private final ByteBudget values = new ByteBudget("values", VALUES, VALUES, 0);
    private final AtomicLong nanos = new AtomicLong();
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
        Body request = request("POST", "/v1/resources", "{\"name\":\"A\"}");
        request.setAsyncSupported(false);
        assertThatThrownBy(() -> handler(1_000_000).handleRequest(request, new MockHttpServletResponse()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(engine.workspace(workspace).resources().list().call().data()).isEmpty();
        assertThat(bodies.inFlight()).isZero();
    }

    @Test
    void body_ofAStranger_isNotRead() throws Exception {
        Body request = request("POST", "/v1/resources", "{\"name\":\"A\"}");
        request.removeHeader("Authorization");
        assertThat(answer(request, 1_000_000).getStatus()).isEqualTo(401);
        assertThat(request.read).isZero();
    }

    @Test
    void body_ofACaller_countsUntilItsAnswer() throws Exception {
        Body request = request("POST", "/v1/resources", many(NUMBERS));
        assertThat(answer(request, 1_000_000).getStatus()).isEqualTo(201);
        assertThat(request.mostInFlight).isGreaterThan(NUMBERS);
        assertThat(bodies.inFlight()).isZero();
        assertThat(values.inFlight()).isZero();
    }

    @Test
    void body_thatAFilterHasRead_changesNothing() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v1/resources");
        request.addHeader("Authorization", "Bearer " + key);
        request.setAsyncSupported(true);
        request.setContent("{\"name\":\"A\"}".getBytes(UTF_8));
        assertThat(request.getInputStream().readAllBytes()).isNotEmpty();

        assertThatThrownBy(() -> handler(1_000_000).handleRequest(request, new MockHttpServletResponse()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("A filter has read the body");
        assertThat(bodies.inFlight()).isZero();
    }

    @Test
    void call_belowAContextAndAServlet_isFoundAndLocatedThere() throws Exception {
        Body request = request("POST", "/app/api/v1/resources", "{\"name\":\"A\"}");
        request.setContextPath("/app");
        request.setServletPath("/api");
        request.setHttpServletMapping(
                new MockHttpServletMapping("v1/resources", "/api/*", "dispatcherServlet", MappingMatch.PATH));

        MockHttpServletResponse made = answer(request, 1_000_000);

        assertThat(made.getStatus()).isEqualTo(201);
        assertThat(made.getHeader("Location")).startsWith("/app/api/v1/resources/res_");
    }

    @Test
    void body_withoutRoom_is503AndChangesNothing() throws Exception {
        MockHttpServletResponse refused = answer(request("POST", "/v1/resources", many(60_000)), 1_000_000);
        assertThat(refused.getStatus()).isEqualTo(503);
        assertThat(refused.getContentAsString()).contains("capacity_exhausted").contains("at most " + BODIES);
        assertThat(bodies.inFlight()).isZero();
        assertThat(engine.workspace(workspace).resources().list().call().data()).isEmpty();
    }

    @Test
    void body_sentTooSlowly_is503AndChangesNothing() throws Exception {
        Body request = request("POST", "/v1/resources", "{\"name\":\"A\"}");
        request.nanosPerRead = TimeUnit.SECONDS.toNanos(31);
        MockHttpServletResponse refused = answer(request, 1_000_000);
        assertThat(refused.getStatus()).isEqualTo(503);
        assertThat(refused.getContentAsString()).contains("capacity_exhausted").contains("1024 bytes a second");
        assertThat(refused.getHeader("Request-Id")).startsWith("req_");
        assertThat(refused.getHeader("RateLimit")).isNotNull();
        assertThat(refused.getHeader("Connection")).isEqualTo("close");
        assertThat(engine.workspace(workspace).resources().list().call().data()).isEmpty();
        assertThat(bodies.inFlight()).isZero();
    }

    @Test
    void answer_withoutRoom_is503ForAReadAlone() throws Exception {
        String body = "{\"name\":\"A\",\"data\":{\"text\":\"" + "x".repeat(5_000) + "\"}}";
        MockHttpServletResponse made = answer(request("POST", "/v1/resources", body), 1_000);
        assertThat(made.getStatus()).as("a change is told").isEqualTo(201);

        MockHttpServletResponse shown = answer(request("GET", made.getHeader("Location"), ""), 1_000);

        assertThat(shown.getStatus()).isEqualTo(503);
        assertThat(shown.getContentAsString()).contains("capacity_exhausted");
        assertThat(shown.getHeader("Retry-After")).isEqualTo("1");
        assertThat(shown.getHeader("RateLimit-Policy")).isEqualTo(made.getHeader("RateLimit-Policy"));
        assertThat(shown.getHeader("RateLimit")).startsWith("\"pro\";r=");
        assertThat(answer(request("GET", made.getHeader("Location"), ""), 1_000_000)
                        .getStatus())
                .isEqualTo(200);
    }

    @Test
    void stream_whoseNextPartFails_endsOnce() throws Exception {
        WireHandler handler = handler(1_000_000);
        Body request = request("GET", "/v1/events/stream", "");
        MockHttpServletResponse response = new MockHttpServletResponse();
        AsyncContext context = request.startAsync(request, response);
        Reply.Rest broken = () -> {
            throw new IllegalStateException("no next part");
        };

        handler.complete(
                new WireHandler.Exchange("ws", true, response, context),
                "GET",
                Reply.of(200, Map.of(), new byte[] {1}).withRest(broken),
                null);

        assertThat(request.answered.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(response.getContentAsByteArray()).containsExactly(1);
        assertThat(handler.openStreams()).isZero();
    }

    private static String many(int numbers) {
        return "{\"name\":\"A\",\"data\":{\"n\":[1" + ",1".repeat(numbers) + "]}}";
    }

    private WireHandler handler(long answers) {
        CallBudgets budgets = new CallBudgets(bodies, values, new ByteBudget("answers", answers, answers, 0));
        return new WireHandler(engine.door(Runnable::run), budgets, engine::refusal, nanos::get);
    }

    private MockHttpServletResponse answer(Body request, long answers) throws Exception {
        MockHttpServletResponse response = new MockHttpServletResponse();
        handler(answers).handleRequest(request, response);
        assertThat(request.answered.await(60, TimeUnit.SECONDS)).isTrue();
        return response;
    }

    private Body request(String method, String path, String body) {
        Body request = new Body(method, path, body.getBytes(UTF_8));
        request.addHeader("Authorization", "Bearer " + key);
        request.setContentType("application/json");
        request.setAsyncSupported(true);
        return request;
    }

    /** A request that tells how far its body was read, and when it was answered. */
    private final class Body extends MockHttpServletRequest {
        private final CountDownLatch answered = new CountDownLatch(1);
        private final byte[] content;
        private long read;
        private long mostInFlight;
        private long nanosPerRead;

        Body(String method, String path, byte[] content) {
            super(method, path);
            this.content = content;
        }

        @Override
        public long getContentLengthLong() {
            return -1;
        }

        @Override
        public AsyncContext startAsync() {
            return noted(super.startAsync());
        }

        @Override
        public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
            return noted(super.startAsync(request, response));
        }

        private AsyncContext noted(AsyncContext context) {
            context.addListener(new AsyncListener() {
                @Override
                public void onComplete(AsyncEvent event) {
                    answered.countDown();
                }

                @Override
                public void onTimeout(AsyncEvent event) {
                    // does not happen
                }

                @Override
                public void onError(AsyncEvent event) {
                    // does not happen
                }

                @Override
                public void onStartAsync(AsyncEvent event) {
                    // does not happen
                }
            });
            return context;
        }

        @Override
        public ServletInputStream getInputStream() {
            ByteArrayInputStream bytes = new ByteArrayInputStream(content);
            return new ServletInputStream() {
                @Override
                public int read() {
                    throw new UnsupportedOperationException("Read into a buffer.");
                }

                @Override
                public int read(byte[] target, int from, int length) {
                    nanos.addAndGet(nanosPerRead);
                    mostInFlight = Math.max(mostInFlight, bodies.inFlight());
                    int some = bytes.read(target, from, length);
                    read += Math.max(0, some);
                    return some;
                }

                @Override
                public boolean isFinished() {
                    return bytes.available() == 0;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    throw new UnsupportedOperationException("Read into a buffer.");
                }
            };
        }
    }
}
