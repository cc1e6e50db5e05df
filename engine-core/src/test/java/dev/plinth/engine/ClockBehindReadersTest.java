package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The wall clock steps back behind the last record: what has ended stays ended, for everybody who reads. */
@Timeout(60)
final class ClockBehindReadersTest {
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final String RESOURCE = "{\"name\":\"r\"}";
    private static final Pattern REMAINING = Pattern.compile("r=(\\d+)");

    private final WallClock clock = new WallClock();

    @TempDir
    private Path directory;

    private Engine engine = open(Engine.builder());
    private String workspace =
            engine.admin().createWorkspace("acme", "starter").call().id();
    private ApiKey key = engine.admin().createKey(workspace, "k").call();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void key_expired_isRefusedStill() {
        ApiKey ending = engine.admin().createKey(workspace, "ending").call();
        call("PATCH", "/v1/keys/" + ending.id(), "{\"expiresAt\":\"" + clock.in(Duration.ofSeconds(10)) + "\"}");
        Call look = Call.of("GET", "/v1/resources").withKey(ending.secret().orElseThrow());
        assertThat(engine.call(look).status()).isEqualTo(200);
        clock.pass(Duration.ofSeconds(10));
        assertThat(engine.call(look).status()).isEqualTo(401);

        stepBackBehindARecord();

        assertThat(engine.call(look).status()).isEqualTo(401);
    }

    @Test
    void idempotencyKey_forgotten_isFreeStill() {
        Call create = Call.of("POST", "/v1/resources")
                .withKey(key.secret().orElseThrow())
                .withHeader("Idempotency-Key", "k-1")
                .withBody(Json.of(RESOURCE));
        String first = TestEngine.id(engine.call(create));
        clock.pass(Duration.ofHours(24));

        stepBackBehindARecord();

        Reply again = engine.call(create);
        assertThat(again.header("Idempotent-Replayed")).isNull();
        assertThat(TestEngine.id(again)).isNotEqualTo(first);
    }

    @Test
    void idempotencyKeyOfTheHost_forgotten_isFreeStill() {
        AtomicInteger runs = new AtomicInteger();
        runOnce(runs);
        clock.pass(Duration.ofHours(24));

        stepBackBehindARecord();

        runOnce(runs);
        assertThat(runs).hasValue(2);
    }

    @Test
    void event_expired_isNotShownStill() {
        String event = TestEngine.id(call("POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{}}"));
        clock.pass(Duration.ofDays(30));
        assertThat(call("GET", "/v1/events/" + event, "").status()).isEqualTo(404);

        stepBackBehindARecord();

        assertThat(call("GET", "/v1/events/" + event, "").status()).isEqualTo(404);
    }

    @Test
    void webhookSecret_graceOver_signsNoMore() {
        try (HeldReceiver receiver = new HeldReceiver()) {
            receiver.letAllGo();
            String endpoint = TestEngine.id(
                    call("POST", "/v1/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\",\"types\":[\"a.b\"]}"));
            call("POST", "/v1/webhook-endpoints/" + endpoint + "/secret/rotate", "{\"graceSeconds\":10}");
            call("POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
            receiver.awaitReceived(1);
            assertThat(receiver.lastHeader("webhook-signature").split(" ")).hasSize(2);
            clock.pass(Duration.ofSeconds(10));

            stepBackBehindARecord();

            call("POST", "/v1/events", "{\"type\":\"a.b\",\"data\":{}}");
            receiver.awaitReceived(2);
            assertThat(receiver.lastHeader("webhook-signature").split(" ")).hasSize(1);
        }
    }

    @Test
    void markOfALimit_writtenWhileTheClockIsBehind_givesNothingBack() {
        reopenInDirectory();
        long left = useUp();

        stepBackBehindARecord();

        engine.close();
        clock.pass(STEP);
        engine = open(Engine.builder().directory(directory).durability(Durability.OS));
        assertThat(remaining()).isEqualTo(left - 1);
    }

    @Test
    void markOfALimit_readWhileTheClockIsBehind_givesBackForTheWholeTime() {
        reopenInDirectory();
        long left = useUp();
        engine.close();
        clock.pass(Duration.ofSeconds(20));
        engine = open(Engine.builder().directory(directory).durability(Durability.OS));

        stepBackBehindARecord();

        assertThat(remaining()).isEqualTo(left + 20 - 1);
    }

    /** Something is committed now, and then the wall clock steps back. */
    private void stepBackBehindARecord() {
        engine.admin().createWorkspace("other", "starter").call();
        clock.stepBack(STEP);
    }

    private void reopenInDirectory() {
        engine.close();
        engine = open(Engine.builder().directory(directory).durability(Durability.OS));
        workspace = engine.admin().createWorkspace("acme", "starter").call().id();
        key = engine.admin().createKey(workspace, "k").call();
    }

    /** Makes half of the calls that are allowed in a minute; gives how many are left. */
    private long useUp() {
        for (int i = 0; i < 30; i++) {
            remaining();
        }
        return remaining();
    }

    private long remaining() {
        Reply reply = call("GET", "/v1/workspace", "");
        Matcher matcher = REMAINING.matcher(String.valueOf(reply.header("RateLimit")));
        assertThat(matcher.find()).as(reply.text()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private void runOnce(AtomicInteger runs) {
        engine.idempotent(workspace, "k-1", "f", () -> {
            runs.incrementAndGet();
            return Json.of("{}");
        });
    }

    private Reply call(String method, String path, String body) {
        Call call = Call.of(method, path).withKey(key.secret().orElseThrow());
        return engine.call(body.isEmpty() ? call : call.withBody(Json.of(body)));
    }

    private Engine open(EngineBuilder builder) {
        return builder.clock(clock).webhookAllow("127.0.0.0/8").open();
    }

    /** The clock of a machine whose wall clock is set while its other clock goes on. */
    private static final class WallClock implements EngineClock {
        private volatile long millis = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
        private volatile long nanos;

        synchronized void pass(Duration span) {
            millis += span.toMillis();
            nanos += span.toNanos();
        }

        synchronized void stepBack(Duration span) {
            millis -= span.toMillis();
        }

        Instant in(Duration span) {
            return Instant.ofEpochMilli(millis).plus(span);
        }

        @Override
        public long epochMillis() {
            return millis;
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public boolean mayBeWrong() {
            return false;
        }
    }
}
