package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.GraceTimes;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of settings at their limits, beyond them, and against each other. */
final class EngineSettingTest {
    /** How a host gives each setting to a builder. The others of a contradiction are wide. */
    private static Map<EngineSetting, LongConsumer> doors() {
        Map<EngineSetting, LongConsumer> doors = new LinkedHashMap<>();
        doors.put(EngineSetting.MAX_RESOURCES, value -> builder().maxResources(value));
        doors.put(EngineSetting.REQUEST_LOG_ENTRIES, value -> builder().requestLogEntries((int) value));
        doors.put(EngineSetting.REQUEST_LOG_BYTES, value -> builder().requestLogBytes(value));
        doors.put(EngineSetting.WEBHOOK_HOST_RATE, value -> builder().webhookHostRate("*", (int) value));
        doors.put(EngineSetting.JOBS_RUNNING, value -> builder().places(Places.DEFAULT.withJobs((int) value)));
        doors.put(
                EngineSetting.DELIVERIES_RUNNING,
                value -> builder().places(Places.DEFAULT.withDeliveries((int) value, 1)));
        doors.put(
                EngineSetting.DELIVERIES_RUNNING_PER_ENDPOINT,
                value -> builder().places(Places.DEFAULT.withDeliveries(1, (int) value)));
        RetentionTimes wide = RetentionTimes.DEFAULT.withEvents(Duration.ofDays(3_650), Duration.ofDays(7));
        doors.put(EngineSetting.JOBS_KEPT, value -> builder().retention(wide.withJobs(Duration.ofDays(value))));
        doors.put(
                EngineSetting.EVENTS_KEPT,
                value -> builder().retention(wide.withEvents(Duration.ofDays(value), Duration.ofDays(7))));
        doors.put(
                EngineSetting.DELIVERIES_KEPT,
                value -> builder().retention(wide.withEvents(Duration.ofDays(3_650), Duration.ofDays(value))));
        doors.put(
                EngineSetting.REVOKED_KEYS_KEPT,
                value -> builder().retention(wide.withRevokedKeys(Duration.ofDays(value))));
        doors.put(
                EngineSetting.DRAIN,
                value -> builder().grace(new GraceTimes(Duration.ofSeconds(value), Duration.ofSeconds(36_000))));
        doors.put(
                EngineSetting.CLOSE,
                value -> builder().grace(new GraceTimes(Duration.ofSeconds(1), Duration.ofSeconds(value))));
        return doors;
    }

    private static EngineBuilder builder() {
        return Engine.builder();
    }

    @ParameterizedTest
    @EnumSource(EngineSetting.class)
    void value_atAndBeyondItsLimits_isTakenOrRefusedWithNameLimitsAndNextStep(EngineSetting setting) {
        LongConsumer door = doors().get(setting);

        door.accept(setting.min());
        door.accept(setting.max());
        for (long wrong : new long[] {setting.min() - 1, setting.max() + 1}) {
            assertThatThrownBy(() -> door.accept(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(setting.javaName() + " must be " + setting.min() + " to " + setting.max() + ", got "
                            + wrong + ". Choose a value in between, or leave it out.");
        }
        assertThat(!setting.hasDefault() || setting.checked(setting.byDefault()) == setting.byDefault())
                .isTrue();
    }

    @Test
    void time_withARest_isRefused() {
        assertThatThrownBy(() -> RetentionTimes.DEFAULT.withJobs(Duration.ofHours(36)))
                .hasMessageContaining("retention.jobs must be a whole number of days, got PT36H");
        assertThatThrownBy(() -> new GraceTimes(Duration.ofMillis(1_500), Duration.ofSeconds(40)))
                .hasMessageContaining("grace.drain must be a whole number of seconds");
    }

    @Test
    void settings_thatContradictEachOther_areRefusedInOneSentence() {
        assertThatThrownBy(() -> RetentionTimes.DEFAULT.withEvents(Duration.ofDays(8), Duration.ofDays(9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("retention.deliveries")
                .hasMessageContaining("got 9 and 8");
        assertThatThrownBy(() -> new GraceTimes(Duration.ofSeconds(30), Duration.ofSeconds(59)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("grace.close")
                .hasMessageContaining("got 59 and 30");
        assertThatThrownBy(() -> Plan.PRO.withRunningMax(0, 1)).hasMessageContaining("must be 1 or more, got 0 jobs");
    }

    /** A pool with a long queue never has more threads than its core. */
    @ParameterizedTest
    @ValueSource(ints = {4, 200})
    void executor_withFewerThreadsThanJobsAndListeners_refusesTheStart(int most) {
        ExecutorService few = new ThreadPoolExecutor(4, most, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
        try {
            EngineBuilder five = Engine.builder()
                    .executor(few)
                    .listener("audit", (workspace, event) -> {})
                    .places(Places.DEFAULT.withJobs(4));
            assertThatThrownBy(five::open)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The executor must have a thread for each of 4 places.jobs and 1 listeners, and has 4."
                            + " Lower places.jobs, or give the executor more threads.");

            five.places(Places.DEFAULT.withJobs(3)).open().close();
            assertThat(few.isShutdown()).isFalse();
        } finally {
            few.shutdown();
        }
    }
}
