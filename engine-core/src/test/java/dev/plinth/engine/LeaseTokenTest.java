package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.settings.SeededIds;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The token of a lease is its proof, so nothing may lead to it; with seeded ids it is the same in each run. */
@Timeout(60)
final class LeaseTokenTest {
    private static final int JOBS = 10;
    private static final String PREFIX = "lt_";
    private static final int DIGITS_OF_TIME = 8;

    private static List<String> tokens(Consumer<EngineBuilder> more) {
        TestEngine store = TestEngine.open(more);
        try {
            IntStream.range(0, JOBS).forEach(i -> {
                String unused = store.make("/v1/jobs", "{\"type\":\"send\",\"input\":{}}");
            });
            return store
                    .engine()
                    .client(store.key())
                    .leases()
                    .take(LeaseRequest.of(Json.of("{\"types\":[\"send\"],\"max\":" + JOBS + "}")))
                    .call()
                    .stream()
                    .map(LeasedJob::leaseToken)
                    .toList();
        } finally {
            store.close();
        }
    }

    @Test
    void take_several_tokensTellNeitherTimeNorEachOther() {
        List<String> tokens = tokens(builder -> {});

        assertThat(tokens)
                .hasSize(JOBS)
                .allMatch(token -> token.startsWith(PREFIX))
                .extracting(token -> token.substring(PREFIX.length(), PREFIX.length() + DIGITS_OF_TIME))
                .doesNotHaveDuplicates();
    }

    @Test
    void take_withSeededIds_hasTheSameTokens() {
        assertThat(tokens(builder -> builder.ids(new SeededIds(7))))
                .isEqualTo(tokens(builder -> builder.ids(new SeededIds(7))));
    }
}
