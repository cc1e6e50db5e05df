package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.LeasesClient;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests how much an answer to a lease holds, which a single row remembers under an idempotency key. */
@Timeout(120)
final class LeaseAnswerTest {
    private static final String MANY = "{\"types\":[\"send\"],\"max\":100}";

    private final TestEngine store = TestEngine.inMemory();
    private final LeasesClient leases = store.engine().client(store.key()).leases();

    @AfterEach
    void close() {
        store.close();
    }

    /** The errors of earlier attempts are in the answer too, which one row remembers. */
    @Test
    void take_manyWithLongErrorsUnderAKey_asManyAsAreRemembered() {
        IntStream.range(0, 100).forEach(i -> start());
        for (LeasedJob one : leases.take(LeaseRequest.of(Json.of(MANY))).call()) {
            leases.fail(one.job().id(), one.leaseToken(), "down", "語".repeat(1_000), true)
                    .call();
        }
        store.pass(Duration.ofSeconds(3));

        int taken = 0;
        for (int i = 0; i < 10 && taken < 100; i++) {
            Reply reply = store.keyed("k" + i, "POST", "/v1/jobs/lease", MANY);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            taken += reply.text().split("leaseToken", -1).length - 1;
        }
        assertThat(taken).isEqualTo(100);
    }

    /** The longest input that a job may have does not fit into a remembered answer; nothing is lost by that. */
    @Test
    void take_longestInput_isGivenWithoutAKeyOnly() {
        String start = "{\"type\":\"send\",\"input\":{\"text\":\"";
        String longest = "x".repeat(256 * 1024 - start.length() - "\"}}".length());
        TestEngine.id(store.call("POST", "/v1/jobs", start + longest + "\"}}"));

        Reply keyed = store.keyed("k", "POST", "/v1/jobs/lease", "{\"types\":[\"send\"]}");

        assertThat(keyed.status()).isEqualTo(503);
        assertThat(leases.take("send").call().get(0).input().toString()).contains(longest);
    }

    private void start() {
        String unused = store.make("/v1/jobs", "{\"type\":\"send\",\"input\":{\"number\":1}}");
    }
}
