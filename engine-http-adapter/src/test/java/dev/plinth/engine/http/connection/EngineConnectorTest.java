package dev.plinth.engine.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.FakeCallService;
import dev.plinth.engine.http.RawClient;
import dev.plinth.engine.http.call.Cors;
import dev.plinth.engine.http.call.FramingLimits;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A selector that has ended is told of: Jetty only logs it, and its connections hang. */
@Timeout(60)
class EngineConnectorTest {
    private static final int DRAINS = 100;
    private static final long HEAP_BYTES = 1L << 28;

    private final FakeCallService calls = new FakeCallService();
    private final Server server = new Server();
    private final EngineConnector connector = connector(server);

    private EngineConnector connector(Server of, AddressRange... proxies) {
        Addresses addresses = new Addresses(new Addresses.Rules(1, 1, 1, false, List.of(proxies)));
        return new EngineConnector(
                of,
                calls,
                ConnectionBounds.of(HEAP_BYTES, addresses, new AddressTurns(Runnable::run, 1)),
                new Cors(Set.of()),
                HostNames.all(),
                ConnectionPlaces.plain(FramingLimits.CONNECTIONS_MAX, addresses),
                new EngineConnectionFactory(new HttpConfiguration()));
    }

    @Test
    void selector_endsByAnError_isTold() throws Exception {
        server.addConnector(connector);
        server.start();
        try {
            ManagedSelector selector = connector.getSelectorManager().getBean(ManagedSelector.class);

            selector.getSelector().close();

            while (calls.ended.isEmpty() && !Thread.interrupted()) {
                Thread.onSpinWait();
            }

            assertThat(calls.ended).singleElement().asString().startsWith("plinth-http-selector-");
        } finally {
            server.stop();
        }
    }

    /** Its thread may meet the closed socket at once or later: the more often, the surer one of them is early. */
    @Test
    void acceptor_endsBecauseTheServerDrains_isNotTold() throws Exception {
        for (int i = 0; i < DRAINS; i++) {
            Server drained = new Server();
            EngineConnector closing = connector(drained);
            drained.addConnector(closing);
            drained.start();

            closing.drain();

            drained.stop();
        }
        assertThat(calls.ended).isEmpty();
    }

    @Test
    void refusals_onAConnectionOfATrustedProxy_areNotHeldBack() throws Exception {
        assertThat(millisToHoldAfterMany(connector)).isEqualTo(FramingLimits.REFUSAL_HELD_MILLIS);
        assertThat(millisToHoldAfterMany(connector(new Server(), AddressRange.parse("127.0.0.0/8"))))
                .isZero();
    }

    private static int millisToHoldAfterMany(EngineConnector of) throws Exception {
        of.getServer().addConnector(of);
        of.getServer().start();
        try (RawClient client = new RawClient(of.getLocalPort())) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().status())
                    .isEqualTo(404);
            EngineConnection connection = (EngineConnection)
                    of.getConnectedEndPoints().iterator().next().getConnection();
            int millis = 0;
            for (int i = 0; i <= FramingLimits.REFUSALS_AT_ONCE; i++) {
                millis = connection.millisToHold(429);
            }
            return millis;
        } finally {
            of.getServer().stop();
        }
    }

    @Test
    void selector_serverStops_isNotTold() throws Exception {
        server.addConnector(connector);
        server.start();
        server.stop();

        assertThat(calls.ended).isEmpty();
    }
}
