package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Plan;
import dev.plinth.engine.api.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A webhook whose attempt finds no room in the tables is not sent again and again. */
@Timeout(120)
final class FullTableDeliveryTest {
    /** Rows of the smallest table of attempts. */
    private static final int ATTEMPTS_MAX = 1024;

    @Test
    void resend_noRoomForTheAttempt_isSentOnceAndWaitsToBeNoted() throws IOException, InterruptedException {
        CountDownLatch all = new CountDownLatch(ATTEMPTS_MAX - 1);
        CountDownLatch more = new CountDownLatch(ATTEMPTS_MAX + 2);
        AtomicInteger received = new AtomicInteger();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            received.incrementAndGet();
            all.countDown();
            more.countDown();
        });
        receiver.start();
        try (Engine engine = Engine.builder()
                .inMemory()
                .tables(Tables.OFF_HEAP)
                .maxResources(1)
                .plan(Plan.perMinute("wide", 1_000_000))
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
            String resend =
                    "/v1/deliveries/" + deliveries.text().replaceAll("(?s).*\"id\":\"(dlv_\\w+)\".*", "$1") + "/resend";
            for (int i = 0; i < ATTEMPTS_MAX + 10; i++) {
                assertThat(engine.call(Call.of("POST", resend).withKey(key)).status())
                        .isEqualTo(202);
            }
            assertThat(all.await(60, TimeUnit.SECONDS))
                    .as("received %s", received)
                    .isTrue();

            assertThat(more.await(2, TimeUnit.SECONDS))
                    .as("received %s", received)
                    .isFalse();
        } finally {
            receiver.stop(0);
        }
    }
}
