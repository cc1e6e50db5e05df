package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.CallContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An operation learns who calls, and under which request and key. */
final class CallContextTest {
    record Nothing() {}

    private final List<CallContext> calls = new ArrayList<>();
    private final TestEngine store = TestEngine.open(builder -> builder.operation("on", operation -> {
                calls.add(operation);
                return OperationResult.of(operation.resource());
            })
            .operation("off", Nothing.class, (input, call) -> {
                calls.add(call);
                return Json.EMPTY_OBJECT;
            }));
    private String workspace = "";
    private ApiKey key;
    private String resource = "";

    @BeforeEach
    void create() {
        workspace = store.newWideWorkspace();
        key = store.engine().admin().createKey(workspace, "caller").call();
        resource = client().resources().create("r").call().id();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void call_withKey_tellsKeyRequestAndIdempotencyKey() {
        client().resources()
                .run(resource, "on", Json.EMPTY_OBJECT)
                .idempotencyKey("k-1")
                .call();
        client().run("off", Json.EMPTY_OBJECT).idempotencyKey("k-2").call();

        assertThat(calls).extracting(CallContext::workspaceId).containsOnly(workspace);
        assertThat(calls).extracting(call -> call.keyId().orElseThrow()).containsOnly(key.id());
        assertThat(calls)
                .extracting(call -> call.idempotencyKey().orElseThrow())
                .containsExactly("k-1", "k-2");
        assertThat(calls).extracting(CallContext::requestId).doesNotHaveDuplicates();
        for (CallContext call : calls) {
            LoggedRequest logged = client().request(call.requestId()).call();
            assertThat(logged.idempotencyKey()).isEqualTo(call.idempotencyKey());
        }
    }

    @Test
    void call_ofTheHostWithoutKeys_tellsNone() {
        PlinthClient host = store.engine().workspace(workspace);
        host.resources().run(resource, "on", Json.EMPTY_OBJECT).call();
        host.run("off", Json.EMPTY_OBJECT).call();

        assertThat(calls).hasSize(2).allSatisfy(call -> {
            assertThat(call.keyId()).isEmpty();
            assertThat(call.idempotencyKey()).isEmpty();
            assertThat(call.workspaceId()).isEqualTo(workspace);
        });
    }

    private PlinthClient client() {
        return store.engine().client(key.secret().orElseThrow());
    }
}
