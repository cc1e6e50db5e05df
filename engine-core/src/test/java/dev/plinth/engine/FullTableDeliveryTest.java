package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import dev.plinth.engine.settings.Tables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A delivery whose attempts go beyond a share of the workspace is sent and settled; only what the receiver answered is not kept. */
@Timeout(120)
final class FullTableDeliveryTest {
    private static final int ATTEMPTS_KEPT = 3;
    private static final int SENDS = 6;
    private static final Plan WIDE =
            Plan.perMinute("wide", 1_000_000).withShare("attempts", new TableShare(ATTEMPTS_KEPT, 10_000));

    @Test
    void resend_noRoomForTheAttempt_isSentAndSettledWithoutIt() throws IOException, InterruptedException {
        Semaphore answered = new Semaphore(0);
        AtomicInteger received = new AtomicInteger();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            received.incrementAndGet();
            answered.release();
        });
        receiver.start();
        try (Engine engine = Engine.builder()
                .inMemory()
                .tables(Tables.OFF_HEAP)
                .maxResources(1)
                .plan(WIDE)
                .webhookAllow("127.0.0.0/8")
                .open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", "wide").call().id();
            String key =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            String endpoint = engine.call(Call.of("POST", "/v1/webhook-endpoints")
                            .withKey(key)
                            .withBody(Json.of("{\"url\":\"http://127.0.0.1:"
                                    + receiver.getAddress().getPort() + "/\"}")))
                    .header("Location");
            engine.call(Call.of("POST", "/v1/events")
                    .withKey(key)
                    .withBody(Json.of("{\"type\":\"payment.processed\",\"data\":{}}")));
            Reply deliveries =
                    engine.call(Call.of("GET", endpoint + "/deliveries").withKey(key));
            String delivery = "/v1/deliveries/" + deliveries.text().replaceAll("(?s).*\"id\":\"(dlv_\\w+)\".*", "$1");
            // A call that comes while another is under way joins it.
            while (received.get() < SENDS) {
                assertThat(engine.call(Call.of("POST", delivery + "/resend").withKey(key))
                                .status())
                        .isEqualTo(202);
                boolean unused = answered.tryAcquire(1, TimeUnit.SECONDS);
            }

            String shown = engine.call(Call.of("GET", delivery).withKey(key)).text();
            while (!shown.contains("\"status\":\"delivered\"")
                    || shown.split("\"number\"", -1).length <= ATTEMPTS_KEPT) {
                shown = engine.call(Call.of("GET", delivery).withKey(key)).text();
            }
            assertThat(shown.split("\"number\"", -1)).hasSize(1 + ATTEMPTS_KEPT);
        } finally {
            receiver.stop(0);
        }
    }
}
