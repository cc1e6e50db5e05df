package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.testkit.SharedMemoryConnection;
import dev.plinth.engine.testkit.SharedMemoryConnection.Link;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that nothing ends for good by a clock that is wrong by up to ten years for up to two hours. */
@Timeout(300)
final class ClockJumpsTest {
    private static final List<Duration> OFFSETS = List.of(
            Duration.ofDays(-3650),
            Duration.ofHours(-48),
            Duration.ofSeconds(-90),
            Duration.ofSeconds(90),
            Duration.ofHours(48),
            Duration.ofDays(3650));
    private static final List<Duration> LENGTHS = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(29),
            Duration.ofSeconds(40),
            Duration.ofMinutes(10),
            Duration.ofMinutes(61),
            Duration.ofHours(2));
    private static final Duration LOOK = Duration.ofSeconds(8);
    private static final int LOOKS_PER_HEARTBEAT = 200;
    private static final int SEGMENT_BYTES = 1024 * 1024;
    private static final String KEYED = "keyed";

    @TempDir
    private Path directory;

    @TempDir
    private Path copies;

    private final MachineClock clock = MachineClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final SharedMemoryLog log = new SharedMemoryLog();
    private SharedMemoryConnection connection;
    private boolean isOverALog;
    private int nodes;
    private Engine engine;
    private LeasedJob leased;
    private String key = "";
    private int looks;

    static Stream<Arguments> jumps() {
        return OFFSETS.stream()
                .flatMap(offset -> LENGTHS.stream()
                        .flatMap(length ->
                                Stream.of(true, false).map(reopened -> Arguments.of(offset, length, reopened))));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest(name = "{0} for {1}, reopened meanwhile: {2}")
    @MethodSource("jumps")
    void clockThatIsWrong_endsNothingForGood(Duration offset, Duration length, boolean reopened) {
        engine = opened();
        String workspace =
                engine.admin().createWorkspace("acme", "business").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        String other =
                engine.admin().createKey(workspace, "other").call().secret().orElseThrow();
        String otherId = engine.client(key).keys().list().call().data().stream()
                .filter(each -> each.name().equals("other"))
                .findFirst()
                .orElseThrow()
                .id();
        Reply first = keyed();
        engine.client(key).keys().rotate(otherId, Duration.ofHours(12)).call();
        call("POST", "/v1/jobs", "{\"type\":\"send\",\"input\":{}}");
        leased = lease(3600);

        clock.step(offset);
        if (reopened) {
            engine.close();
            engine = opened();
        }
        pass(length);
        assertThat(keyed().text()).as("replayed meanwhile").isEqualTo(first.text());
        clock.step(offset.negated());
        pass(Duration.ofSeconds(20));

        assertThat(keyed().text()).as("replayed after it").isEqualTo(first.text());
        assertThat(engine.call(Call.of("GET", "/v1/workspace").withKey(other)).status())
                .as("the old secret in its grace")
                .isEqualTo(200);
        assertThat(call("POST", "/v1/jobs/lease", "{\"types\":[\"send\"]}").text())
                .as("a second worker gets nothing")
                .contains("\"data\":[]");
        assertThat(complete().text()).contains("\"status\":\"succeeded\"");
        assertThat(engine.sweptRows().values()).as("rows that a sweep took").containsOnly(0L);
        pass(Duration.ofSeconds(20));
        assertThat(keyed().text()).isEqualTo(first.text());
    }

    /** The last records of the second reign have the time of a clock that was wrong. */
    @ParameterizedTest
    @EnumSource(Restart.class)
    void clockThatIsWrong_duringSeveralStarts_endsNothingForGood(Restart how) throws IOException {
        isOverALog = how.isOverALog;
        engine = opened();
        String workspace =
                engine.admin().createWorkspace("acme", "business").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        ApiKey other = engine.client(key).keys().create("other").call();
        Reply first = keyed();
        engine.client(key).keys().rotate(other.id(), Duration.ofHours(12)).call();
        call("POST", "/v1/jobs", "{\"type\":\"send\",\"input\":{}}");
        leased = lease(3600);

        for (int start = 1; start <= 3; start++) {
            restart(how);
            if (start == 1) {
                clock.step(Duration.ofHours(48));
                restart(how);
            }
            pass(Duration.ofMinutes(5));
            assertThat(keyed().text()).as("replayed after start %d", start).isEqualTo(first.text());
        }
        clock.step(Duration.ofHours(-48));
        restart(how);
        pass(Duration.ofMinutes(5));
        assertThat(keyed().text()).as("replayed by a clock that is right").isEqualTo(first.text());
        assertThat(engine.call(Call.of("GET", "/v1/workspace")
                                .withKey(other.secret().orElseThrow()))
                        .status())
                .as("the old secret in its grace")
                .isEqualTo(200);
        assertThat(call("POST", "/v1/jobs/lease", "{\"types\":[\"send\"]}").text())
                .as("a second worker gets nothing")
                .contains("\"data\":[]");
        assertThat(complete().text()).contains("\"status\":\"succeeded\"");
        assertThat(engine.sweptRows().values()).as("rows that a sweep took").containsOnly(0L);
    }

    /** The reign began while its clock was right, and its last records have the time of a jump that has lasted. */
    @Test
    void clockThatIsWrong_fromWithinAReignOverALog_endsNothingForGoodInTheNext() throws IOException {
        isOverALog = true;
        engine = opened();
        String workspace =
                engine.admin().createWorkspace("acme", "business").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        Reply first = keyed();
        clock.step(Duration.ofHours(48));
        pass(Duration.ofMinutes(5));

        for (int reign = 1; reign <= 2; reign++) {
            restart(Restart.CUT_OFF);
            pass(Duration.ofMinutes(5));
            assertThat(keyed().text())
                    .as("replayed in the next reign %d", reign)
                    .isEqualTo(first.text());
        }
    }

    @Test
    void clockThatIsRightAfterDaysOff_isBelievedAfterSomeHours() {
        engine = opened();
        engine.admin().createWorkspace("acme", "business").call();
        engine.close();
        assertThat(directory.resolve("clock-state")).doesNotExist();
        clock.pass(Duration.ofDays(2));

        engine = opened();
        assertThat(directory.resolve("clock-state")).exists();
        pass(Duration.ofHours(4));

        assertThat(directory.resolve("clock-state")).doesNotExist();
    }

    private void restart(Restart how) throws IOException {
        if (how == Restart.KILLED) {
            Path left = Files.createTempDirectory(copies, "killed");
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(each -> !each.endsWith("LOCK")).toList()) {
                    Files.copy(file, left.resolve(file.getFileName()));
                }
            }
            engine.close();
            directory = left;
        } else if (how == Restart.CUT_OFF) {
            connection.link(Link.CUT);
            engine.close();
            log.expireLease();
        } else {
            engine.close();
        }
        engine = opened();
    }

    /** The lease ends soon after the jump by the engine's time, but was extended before it. */
    @Test
    void leaseExtendedForLongerThanItWasTaken_clockThatIsAheadForAWhile_isStillTheWorkers() {
        engine = opened();
        String workspace =
                engine.admin().createWorkspace("acme", "business").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        call("POST", "/v1/jobs", "{\"type\":\"send\",\"input\":{}}");
        leased = lease(60);
        heartbeat();

        clock.step(Duration.ofMinutes(58));
        pass(Duration.ofSeconds(40));
        clock.step(Duration.ofMinutes(-58));
        AtomicInteger extended = new AtomicInteger();
        engine.store().onCommitted((sequence, writes) -> {
            if (writes.stream().anyMatch(write -> write.table().name().equals("jobs"))) {
                extended.incrementAndGet();
            }
        });
        pass(Duration.ofMinutes(2));
        Patience.until(() -> extended.get() == 1); // for an hour, as the worker had it
        pass(Duration.ofMinutes(2));

        assertThat(call("POST", "/v1/jobs/lease", "{\"types\":[\"send\"]}").text())
                .contains("\"data\":[]");
        assertThat(complete().text()).contains("\"status\":\"succeeded\"");
    }

    private Engine opened() {
        if (isOverALog) {
            connection = log.connect();
            return Engine.builder()
                    .log(connection)
                    .node(new Node("node-" + ++nodes))
                    .secretKeyFile(directory.resolve("secret.key"))
                    .clock(clock)
                    .open();
        }
        return Engine.builder()
                .directory(directory)
                .files(SEGMENT_BYTES, Long.MAX_VALUE)
                .clock(clock)
                .open();
    }

    /** Lets time go by, with a look of the timers every few seconds. */
    private void pass(Duration time) {
        for (Duration left = time; !left.isZero(); ) {
            Duration step = left.compareTo(LOOK) < 0 ? left : LOOK;
            clock.pass(step);
            long unused = engine.store().time().watch();
            left = left.minus(step);
            looks++;
            if (leased != null && looks % LOOKS_PER_HEARTBEAT == 0) {
                heartbeat();
            }
        }
        // The commit makes the timers look at what is due.
        engine.admin().createWorkspace("other", "starter").call();
    }

    private Reply complete() {
        return call(
                "POST",
                "/v1/jobs/" + leased.job().id() + "/complete",
                "{\"leaseToken\":\"" + leased.leaseToken() + "\",\"result\":{}}");
    }

    private void heartbeat() {
        Reply reply = call(
                "POST",
                "/v1/jobs/" + leased.job().id() + "/heartbeat",
                "{\"leaseToken\":\"" + leased.leaseToken() + "\",\"leaseSeconds\":3600}");
        assertThat(reply.status()).isEqualTo(200);
    }

    private LeasedJob lease(int seconds) {
        return engine.client(key)
                .leases()
                .take(LeaseRequest.of(Json.of("{\"types\":[\"send\"],\"leaseSeconds\":" + seconds + "}")))
                .call()
                .get(0);
    }

    private Reply keyed() {
        return engine.call(Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", KEYED)
                .withBody(Json.of("{\"name\":\"keyed\"}")));
    }

    private Reply call(String method, String path, String body) {
        Reply reply = engine.call(Call.of(method, path).withKey(key).withBody(Json.of(body)));
        assertThat(reply.status()).as(reply.text()).isBetween(200, 202);
        return reply;
    }

    private enum Restart {
        CLOSED(false),
        KILLED(false),
        HANDED_OVER(true),
        CUT_OFF(true);

        private final boolean isOverALog;

        Restart(boolean isOverALog) {
            this.isOverALog = isOverALog;
        }
    }
}
