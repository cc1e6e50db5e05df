package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Workspace;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A remembered answer that shows a shared resource is shown again only to whom still sees the resource (contract §5). */
final class SharedReplayTest {
    private final AtomicInteger runs = new AtomicInteger();
    private final Engine engine = Engine.builder()
            .operation("count", operation -> {
                runs.incrementAndGet();
                return OperationResult.of(Json.of("{\"secret\":1}"));
            })
            .operation("refuse", operation -> {
                runs.incrementAndGet();
                throw new OperationRefused("The resource is " + operation.resource());
            })
            .open();
    private String owner = "";
    private String grantee = "";
    private String resource = "";
    private String share = "";

    @BeforeEach
    void shareAResource() {
        Workspace one = engine.admin().createWorkspace("owner", "pro").call();
        Workspace other = engine.admin().createWorkspace("grantee", "pro").call();
        owner = engine.admin().createKey(one.id(), "k").call().secret().orElseThrow();
        grantee = engine.admin().createKey(other.id(), "k").call().secret().orElseThrow();
        resource = "/v1/resources/"
                + engine.client(owner).resources().create("shared").call().id();
        share = resource + "/shares/" + other.id();
        grant();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void patch_shareStillThere_replayed() {
        Reply first = rename();

        assertThat(rename().text()).isEqualTo(first.text());
    }

    @Test
    void patch_shareRevoked_notFound() {
        rename();
        revoke();

        Reply reply = rename();

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.header("Idempotent-Replayed")).isNull();
    }

    @Test
    void child_shareOfItsParentRevoked_notFound() {
        Call create = keyed(Call.of("POST", resource + "/children").withBody(Json.of("{\"name\":\"c\"}")));
        assertThat(engine.call(create).status()).isEqualTo(201);
        revoke();

        assertThat(engine.call(create).status()).isEqualTo(404);
    }

    @Test
    void patch_sharedAgain_replayed() {
        Reply first = rename();
        revoke();
        grant();

        Reply reply = rename();

        assertThat(reply.text()).isEqualTo(first.text());
        assertThat(reply.header("Idempotent-Replayed")).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"count", "refuse"})
    void hostOperation_shareRevoked_notFound(String operation) {
        Reply first = run(operation);
        Reply again = run(operation);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        revoke();

        Reply reply = run(operation);

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.header("Idempotent-Replayed")).isNull();
        assertThat(runs).hasValue(1);
    }

    @Test
    void delete_ownResource_replayedAlthoughItIsGone() {
        engine.call(Call.of("POST", resource + "/archive").withKey(owner));
        Call delete = Call.of("DELETE", resource).withKey(owner).withHeader("Idempotency-Key", "d");
        Reply first = engine.call(delete);

        assertThat(first.status()).isEqualTo(200);
        assertThat(engine.call(delete).text()).isEqualTo(first.text());
    }

    private Reply rename() {
        return engine.call(keyed(Call.of("PATCH", resource).withBody(Json.of("{\"name\":\"renamed\"}"))));
    }

    private Reply run(String operation) {
        return engine.call(
                keyed(Call.of("POST", resource + "/operations/" + operation).withBody(Json.EMPTY_OBJECT)));
    }

    private void grant() {
        engine.call(Call.of("PUT", share).withKey(owner).withBody(Json.of("{\"role\":\"editor\"}")));
    }

    private void revoke() {
        engine.call(Call.of("DELETE", share).withKey(owner));
    }

    private Call keyed(Call call) {
        return call.withKey(grantee).withHeader("Idempotency-Key", "k");
    }
}
