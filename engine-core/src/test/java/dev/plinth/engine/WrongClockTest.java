package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.store.StoreLog;
import dev.plinth.engine.internal.webhook.Deliveries;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The clock of the machine is wrong for a while: nothing that counts goes by it, and nothing stands still when it is right again. */
@Timeout(120)
final class WrongClockTest {
    private static final Duration TWO_DAYS = Duration.ofHours(48);
    private static final Duration MOMENT = Duration.ofMillis(2_500);
    private static final Pattern CREATED = Pattern.compile("\"createdAt\":\"([^\"]+)\"");

    @TempDir
    private Path directory;

    private final Instant start = Instant.parse("2026-01-01T00:00:00Z");
    private final MachineClock clock = MachineClock.startingAt(start);
    private final HeldReceiver receiver = new HeldReceiver();
    private Engine engine;
    private String key = "";

    @BeforeEach
    void open() {
        engine = opened();
        String workspace =
                engine.admin().createWorkspace("acme", "business").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    @AfterEach
    void close() {
        receiver.close();
        engine.close();
    }

    /** A drop cannot be undone, so it waits for the hour of the sweep. */
    @Test
    void clockAheadByAMonthAtTheStart_openDeliveryIsSent() {
        receiver.answer(500);
        call("POST", "/v1/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\"}");
        create("r");
        receiver.awaitReceived(1);
        receiver.letGo(1);
        awaitDelivery("retrying");
        receiver.answer(200);
        receiver.letAllGo();
        engine.close();
        clock.step(Duration.ofDays(31));
        engine = opened();
        wakeTimers();

        awaitDelivery("delivered");
    }

    @Test
    void clockAheadForAMoment_resourcesHaveTheRightTimes() {
        clock.step(TWO_DAYS);
        assertThat(createdAt(create("during"))).isEqualTo(start);
        clock.pass(MOMENT);
        assertThat(createdAt(create("later"))).isEqualTo(start.plus(MOMENT));

        clock.step(TWO_DAYS.negated());
        reopen();

        assertThat(createdAt(create("after"))).isEqualTo(start.plus(MOMENT));
    }

    @Test
    void clockAheadForAMoment_keyUsedBefore_replays() {
        Reply first = keyed("K1");
        clock.pass(Duration.ofSeconds(5));
        clock.step(TWO_DAYS);
        Reply during = keyed("K1");
        clock.pass(MOMENT);
        wakeTimers();
        clock.step(TWO_DAYS.negated());
        Reply after = keyed("K1");
        reopen();

        assertThat(List.of(during.text(), after.text(), keyed("K1").text())).containsOnly(first.text());
    }

    /** Rows that have expired by the right time go meanwhile, in the same run of the sweep that leaves the rest. */
    @Test
    void clockAheadByAMonth_sweepTakesNothingByThat() {
        String event =
                engine.client(key).publish("a.b", Json.EMPTY_OBJECT).call().id();
        keyed("K1");
        clock.pass(Duration.ofHours(25));
        clock.step(Duration.ofDays(31));
        while (engine.sweptRows().get("remembered") == 0) {
            wakeTimers();
            clock.pass(Duration.ofMillis(1));
        }

        assertThat(call("GET", "/v1/events/" + event).status()).isEqualTo(200);
        clock.step(Duration.ofDays(-31));
        assertThat(call("GET", "/v1/events/" + event).status()).isEqualTo(200);
        assertThat(engine.sweptRows()).containsEntry("events", 0L);
    }

    @Test
    void clockAheadForAMoment_leaseTakenMeanwhile_lapsesInItsTime() {
        call("POST", "/v1/jobs", "{\"type\":\"send\",\"input\":{}}");
        clock.step(TWO_DAYS);
        LeasedJob leased = lease("{\"types\":[\"send\"],\"leaseSeconds\":2}").get(0);
        assertThat(leased.leaseExpiresAt()).isEqualTo(start.plusSeconds(2));
        clock.pass(MOMENT.dividedBy(2));
        clock.step(TWO_DAYS.negated());

        clock.pass(Duration.ofSeconds(1));
        wakeTimers();

        assertThat(lease("{\"types\":[\"send\"],\"wait\":30}")).hasSize(1);
    }

    @Test
    void clockAheadForAMoment_webhookThatFailedMeanwhile_goesOutAgainInItsTime() {
        receiver.answer(500);
        call("POST", "/v1/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\"}");
        clock.step(TWO_DAYS);
        create("r");
        receiver.awaitReceived(1);
        receiver.letGo(1);
        awaitDelivery("retrying");
        clock.pass(MOMENT);
        clock.step(TWO_DAYS.negated());
        receiver.answer(200);
        receiver.letAllGo();

        clock.pass(Duration.ofMinutes(1));
        wakeTimers();

        awaitDelivery("delivered");
        assertThat(receiver.received()).isEqualTo(2);
    }

    @Test
    void clockBackByAnHour_timersGoOn() {
        call("POST", "/v1/jobs", "{\"type\":\"send\",\"input\":{}}");
        assertThat(lease("{\"types\":[\"send\"],\"leaseSeconds\":60}")).hasSize(1);

        clock.step(Duration.ofHours(-1));
        Instant made = createdAt(create("r"));
        clock.pass(Duration.ofSeconds(70));
        wakeTimers();

        assertThat(made).isEqualTo(start);
        assertThat(lease("{\"types\":[\"send\"],\"wait\":30}")).hasSize(1);
    }

    @Test
    void store_whoseLastRecordIsAheadOfTheClock_goesOnFromThere() {
        engine.close();
        clock.step(TWO_DAYS.negated());
        engine = opened();

        assertThat(createdAt(create("r"))).isEqualTo(start);
        clock.pass(Duration.ofSeconds(10));
        assertThat(createdAt(create("s"))).isEqualTo(start.plusSeconds(9));
    }

    @Test
    void store_thatWasOffForMonths_isRightAtOnceAndSweepsHoursLater() {
        String event =
                engine.client(key).publish("a.b", Json.EMPTY_OBJECT).call().id();
        engine.close();
        clock.step(Duration.ofDays(100));
        engine = opened();

        assertThat(createdAt(create("r"))).isEqualTo(start.plus(Duration.ofDays(100)));
        assertThat(call("GET", "/v1/events/" + event).status()).isEqualTo(404);
        assertThat(engine.store().time().sweepLagMillis())
                .isEqualTo(Duration.ofDays(100).toMillis());
        // A look between both clocks may see a jump that is a minute shorter, and that minute then has to last too.
        for (int i = 0; i <= 6 * 60 + 10; i++) {
            clock.pass(Duration.ofMinutes(1));
            wakeTimers();
            assertThat(engine.store().time().sweepLagMillis()).isNotNegative();
        }
        assertThat(engine.store().time().sweepLagMillis()).isZero();
    }

    @Test
    void jumpThatLasts_isFollowed() {
        clock.step(TWO_DAYS);
        for (int i = 0; i < 30; i++) {
            assertThat(createdAt(create("r" + i))).isEqualTo(start.plusSeconds(i));
            clock.pass(Duration.ofSeconds(1));
        }

        create("whose time follows");
        clock.pass(Duration.ofMillis(1));
        // The timers may have looked while both clocks went on, and seen a jump that is a second shorter; what is left
        // of it is followed at once.
        assertThat(createdAt(create("r")))
                .isEqualTo(start.plus(TWO_DAYS).plusSeconds(30).plusMillis(1));
    }

    /** The log is waited for at each step: the timers may look at the clock at any time, and tell what they see. */
    @Test
    void wrongClock_isToldByHealthFigureAndLog() {
        try (StoreLog log = StoreLog.listen()) {
            assertThat(health()).isEqualTo("{\"status\":\"ready\",\"durability\":\"fsync\"}");
            clock.step(Duration.ofSeconds(100));
            assertThat(health())
                    .isEqualTo(
                            "{\"status\":\"ready\",\"durability\":\"fsync\",\"detail\":\"The clock has jumped ahead by"
                                    + " 100 s; the engine's time follows once that has lasted 30 s.\"}");
            assertThat(lead()).isEqualTo("100");
            log.awaitLine("The clock has jumped ahead by 100 s", this::wakeTimers);
            clock.step(Duration.ofSeconds(-100));
            log.awaitLine("The clock and the engine's time agree again.", this::wakeTimers);
            assertThat(log.lines()).hasSize(2);
        }
        try (StoreLog log = StoreLog.listen()) {
            clock.step(Duration.ofSeconds(-100));
            assertThat(health())
                    .contains(
                            "The clock is 100 s behind the engine's time, which goes on more slowly until the clock has"
                                    + " caught up.");
            assertThat(lead()).isEqualTo("-100");
            log.awaitLine("The clock is 100 s behind the engine's time", this::wakeTimers);
            clock.step(Duration.ofSeconds(100));
            log.awaitLine("The clock and the engine's time agree again.", this::wakeTimers);
            assertThat(health()).isEqualTo("{\"status\":\"ready\",\"durability\":\"fsync\"}");
            assertThat(log.lines()).hasSize(2);
        }
    }

    private Engine opened() {
        return Engine.builder()
                .directory(directory)
                .clock(clock)
                .webhookAllow("127.0.0.0/8")
                .open();
    }

    private void reopen() {
        engine.close();
        engine = opened();
    }

    private void awaitDelivery(String status) {
        while (engine.store().look(Deliveries.countsByStatus().get(status)) == 0) {
            assertThat(Thread.currentThread().isInterrupted()).as("given up").isFalse();
            Thread.onSpinWait();
        }
    }

    /** The commit of a workspace makes the timers look what is due. */
    private void wakeTimers() {
        engine.admin().createWorkspace("other", "starter").call();
    }

    private List<LeasedJob> lease(String request) {
        return engine.client(key)
                .leases()
                .take(LeaseRequest.of(Json.of(request)))
                .call();
    }

    private Reply create(String name) {
        return call("POST", "/v1/resources", "{\"name\":\"" + name + "\"}");
    }

    private Reply keyed(String idempotencyKey) {
        return engine.call(Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", idempotencyKey)
                .withBody(Json.of("{\"name\":\"keyed\"}")));
    }

    private Reply call(String method, String path) {
        return engine.call(Call.of(method, path).withKey(key));
    }

    private Reply call(String method, String path, String body) {
        Reply reply = engine.call(Call.of(method, path).withKey(key).withBody(Json.of(body)));
        assertThat(reply.status()).as(reply.text()).isBetween(200, 202);
        return reply;
    }

    private String health() {
        return engine.call(Call.of("GET", "/health/ready")).text();
    }

    private String lead() {
        Matcher lead = Pattern.compile("\nplinth_clock_lead_seconds (\\S+)\n")
                .matcher(engine.call(Call.of("GET", "/metrics")).text());
        assertThat(lead.find()).isTrue();
        return lead.group(1);
    }

    private static Instant createdAt(Reply reply) {
        Matcher created = CREATED.matcher(reply.text());
        assertThat(created.find()).as(reply.text()).isTrue();
        return Instant.parse(created.group(1));
    }
}
