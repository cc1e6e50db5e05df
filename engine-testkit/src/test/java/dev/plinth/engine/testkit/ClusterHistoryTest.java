package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.SharedLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that what clients see of three engines over one log is linearizable, whatever goes wrong meanwhile. */
@Tag("scaled")
class ClusterHistoryTest {
    private static final int OPERATIONS_PER_CLIENT = 200;
    private static final int BROKEN_HISTORIES_MAX = 60;

    private final long firstSeed = TestScale.seed();

    @TempDir
    private Path directory;

    /** Logs that answer wrongly, as an engine does that does not ask them. */
    enum BrokenLog {
        CONFIRMS_ALWAYS("confirm", true),
        APPENDS_ARE_ALWAYS_DURABLE("append", Fate.DURABLE);

        private final String method;
        private final Object answer;

        BrokenLog(String method, Object answer) {
            this.method = method;
            this.answer = answer;
        }

        private SharedLog of(SharedLog log) {
            return (SharedLog) Proxy.newProxyInstance(
                    SharedLog.class.getClassLoader(), new Class<?>[] {SharedLog.class}, (proxy, called, arguments) -> {
                        Object right = call(log, called, arguments);
                        return called.getName().equals(method) ? answer : right;
                    });
        }

        private static @Nullable Object call(SharedLog log, Method called, Object @Nullable [] arguments)
                throws Throwable {
            try {
                return called.invoke(log, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    @Test
    void history_ofClientsOfThreeNodes_isLinearizable() {
        int count = Long.getLong("plinth.test.seed") == null ? TestScale.count(5, 60, 300) : 1;
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            assertThat(fault(seed, UnaryOperator.identity()))
                    .as(TestScale.repeatWith(seed))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void history_ofNodesWithABrokenLog_isRefused(BrokenLog broken) {
        Optional<String> fault = Optional.empty();
        for (int i = 0; i < BROKEN_HISTORIES_MAX && fault.isEmpty(); i++) {
            fault = fault(firstSeed + i, broken::of);
        }
        assertThat(fault).isPresent();
    }

    private Optional<String> fault(long seed, UnaryOperator<SharedLog> logs) {
        try (RecordedCluster cluster = new RecordedCluster(seed, directory.resolve("secret.key"), logs)) {
            return cluster.run(OPERATIONS_PER_CLIENT).fault();
        }
    }
}
