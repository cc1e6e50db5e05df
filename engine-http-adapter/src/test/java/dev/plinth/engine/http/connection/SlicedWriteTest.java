package dev.plinth.engine.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.FakeCallService;
import dev.plinth.engine.http.RawClient;
import dev.plinth.engine.http.call.Cors;
import dev.plinth.engine.http.call.FramingLimits;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer ends once, also if Jetty throws instead of writing. */
class SlicedWriteTest {
    private static final long HEAP_BYTES = 1L << 28;
    private static final Addresses ADDRESSES = new Addresses(new Addresses.Rules(1, 1, 1, false, List.of()));

    private final OutOfMemoryError noMemory = new OutOfMemoryError("none, says the test");
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final List<Long> nanosInSlice = new CopyOnWriteArrayList<>();
    private final Server server = new Server();
    private final EngineConnector connector = new EngineConnector(
            server,
            new FakeCallService(),
            ConnectionBounds.of(HEAP_BYTES, ADDRESSES, new AddressTurns(Runnable::run, 1)),
            new Cors(Set.of()),
            HostNames.all(),
            ConnectionPlaces.plain(FramingLimits.CONNECTIONS_MAX, ADDRESSES),
            new EngineConnectionFactory(new HttpConfiguration()));

    /** Answers with bytes that are never written. */
    private final class Broken extends Handler.Abstract.NonBlocking {
        private final byte[] bytes;

        Broken(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            EngineConnection connection =
                    (EngineConnection) request.getConnectionMetaData().getConnection();
            Response throwing = new Response.Wrapper(request, response) {
                @Override
                public void write(boolean last, ByteBuffer content, Callback written) {
                    throw noMemory;
                }
            };
            Callback end = Callback.from(callback::succeeded, failure -> {
                nanosInSlice.add(connection.nanosInSlice(NanoTime.now() + 1));
                failures.add(failure);
                callback.failed(failure);
            });
            SlicedWrite.write(connection, throwing, bytes, true, end);
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, FramingLimits.SLICE_BYTES_MAX, FramingLimits.SLICE_BYTES_MAX + 1})
    void write_thatThrows_failsOnceAndIsInNoSlice(int length) throws Exception {
        server.addConnector(connector);
        server.setHandler(new Broken(new byte[length]));
        server.start();
        try (RawClient client = new RawClient(connector.getLocalPort())) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().status())
                    .isEqualTo(500);

            assertThat(failures).containsExactly(noMemory);
            assertThat(nanosInSlice).containsExactly(0L);
        } finally {
            server.stop();
        }
    }
}
