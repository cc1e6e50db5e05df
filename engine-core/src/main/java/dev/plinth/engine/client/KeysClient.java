package dev.plinth.engine.client;

import static dev.plinth.engine.client.Arguments.given;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.KeyChange;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.internal.json.JsonBytes;
import java.time.Duration;
import java.util.List;

/** The API keys of one workspace. Thread-safe. */
public final class KeysClient {
    private final Invocations invocations;

    KeysClient(Invocations invocations) {
        this.invocations = invocations;
    }

    /** Creates a key with a name, which may do what the caller may. The answer has the secret. */
    public Invocation<ApiKey> create(String name) {
        return create(NewKey.of(name));
    }

    /** Creates a key. The answer has the secret. */
    public Invocation<ApiKey> create(NewKey input) {
        return invocations.of(
                "createKey", List.of(), given(input, "input").json().utf8(), ApiKey::of);
    }

    /** Shows a key. */
    public Invocation<ApiKey> get(String id) {
        return invocations.of("getKey", List.of(given(id, "id")), ApiKey::of);
    }

    /** Lists keys, newest first. */
    public Listing<ApiKey> list() {
        return invocations.list("listKeys", List.of(), ApiKey.class);
    }

    /** Changes a key. */
    public Invocation<ApiKey> update(String id, KeyChange change) {
        return invocations.of(
                "updateKey",
                List.of(given(id, "id")),
                given(change, "change").json().utf8(),
                ApiKey::of);
    }

    /** Refuses the calls of a key until it is enabled again. */
    public Invocation<ApiKey> disable(String id) {
        return update(id, KeyChange.NONE.withEnabled(false));
    }

    /** Admits the calls of a disabled key again. */
    public Invocation<ApiKey> enable(String id) {
        return update(id, KeyChange.NONE.withEnabled(true));
    }

    /** Revokes a key for good. */
    public Invocation<ApiKey> revoke(String id) {
        return invocations.of("revokeKey", List.of(given(id, "id")), ApiKey::of);
    }

    /** Gives a key a new secret, which the answer has. The old secret works for one more day. */
    public Invocation<ApiKey> rotate(String id) {
        return invocations.of("rotateKey", List.of(given(id, "id")), ApiKey::of);
    }

    /**
     * Gives a key a new secret, which the answer has.
     *
     * @param grace how long the old secret still works, 0–2,592,000 whole seconds
     */
    public Invocation<ApiKey> rotate(String id, Duration grace) {
        byte[] body = JsonBytes.object()
                .member("graceSeconds", Arguments.seconds(grace, "grace"))
                .end();
        return invocations.of("rotateKey", List.of(given(id, "id")), body, ApiKey::of);
    }
}
