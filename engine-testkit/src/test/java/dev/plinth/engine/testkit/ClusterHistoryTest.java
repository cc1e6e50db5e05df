package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.log.Fate;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.SharedLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that what clients see of three engines over one log is linearizable, whatever goes wrong meanwhile. */
@Tag("portable")
@Tag("scaled")
class ClusterHistoryTest {
    private static final int OPERATIONS_PER_CLIENT = 200;
    private static final int BROKEN_HISTORIES_MAX = 60;
    private static final Duration LEASE = Duration.ofSeconds(3);

    private final long firstSeed = TestScale.seed();

    @TempDir
    private Path directory;

    @Test
    void history_ofClientsOfThreeNodes_isLinearizable() {
        int count = Long.getLong("plinth.test.seed") == null ? TestScale.count(5, 60, 300) : 1;
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            assertThat(fault(seed, UnaryOperator.identity()))
                    .as(TestScale.repeatWith(seed))
                    .isEmpty();
        }
    }

    @Test
    void history_ofNodesThatTakeEachAppendForDurable_isRefused() {
        Optional<String> fault = Optional.empty();
        for (int i = 0; i < BROKEN_HISTORIES_MAX && fault.isEmpty(); i++) {
            fault = fault(firstSeed + i, log -> answering(log, "append", Fate.DURABLE));
        }
        assertThat(fault).isPresent();
    }

    @Test
    void history_ofALeaderThatDoesNotAskTheLog_isRefused() {
        AtomicLong nanos = new AtomicLong();
        SharedMemoryLog log = new SharedMemoryLog(0, nanos::get, LEASE);
        SharedMemoryConnection frozen = log.connect();
        Histories history = new Histories();
        try (Engine first = open("first", answering(frozen, "confirm", true));
                Engine second = open("second", log.connect())) {
            String workspace =
                    first.admin().createWorkspace("acme", "business").call().id();
            Histories.Operation create = history.create(0, "r", "first");
            String id = first.workspace(workspace)
                    .resources()
                    .create(NewResource.of("r"))
                    .call()
                    .id();
            create.created(id);
            frozen.link(SharedMemoryConnection.Link.FROZEN); // the first node learns of nothing from now on
            Patience.until(() -> {
                nanos.addAndGet(LEASE.toNanos());
                return second.role() == NodeRole.LEADER;
            });
            Histories.Operation update = history.update(0, "r", 1, "second");
            update.updated(second.workspace(workspace)
                    .resources()
                    .update(id, ResourceChange.NONE.withName("second"))
                    .call()
                    .version());

            Histories.Operation read = history.read(0, "r");
            read.found(first.workspace(workspace).resources().get(id).call().version(), "first");
            frozen.link(SharedMemoryConnection.Link.UP);
        }
        assertThat(history.fault()).isPresent();
    }

    private Engine open(String node, SharedLog log) {
        return Engine.builder()
                .log(log)
                .node(new Node(node, Optional.empty()))
                .secretKeyFile(directory.resolve("secret.key"))
                .adminToken("cluster-history-admin-token")
                .open();
    }

    /** Returns a log that answers one question always in the same way, without asking. */
    private static SharedLog answering(SharedLog log, String method, Object answer) {
        return (SharedLog) Proxy.newProxyInstance(
                SharedLog.class.getClassLoader(), new Class<?>[] {SharedLog.class}, (proxy, called, arguments) -> {
                    boolean isIt = called.getName().equals(method);
                    if (isIt && answer instanceof Boolean) {
                        return answer;
                    }
                    Object right = call(log, called, arguments);
                    return isIt ? answer : right;
                });
    }

    private static @Nullable Object call(SharedLog log, Method called, Object @Nullable [] arguments) throws Throwable {
        try {
            return called.invoke(log, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Optional<String> fault(long seed, UnaryOperator<SharedLog> logs) {
        try (RecordedCluster cluster = new RecordedCluster(seed, directory.resolve("secret.key"), logs)) {
            return cluster.run(OPERATIONS_PER_CLIENT).fault();
        }
    }
}
