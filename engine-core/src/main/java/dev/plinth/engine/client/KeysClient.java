package dev.plinth.engine.client;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.internal.json.ApiValueReader;
import dev.plinth.engine.internal.json.JsonBytes;
import java.util.List;

/** The API keys of one workspace. Thread-safe. */
public final class KeysClient {
    private final Invocations invocations;

    KeysClient(Invocations invocations) {
        this.invocations = invocations;
    }

    /** Creates a key. With scopes, the key is restricted to them. The answer has the secret. */
    public Invocation<ApiKey> create(String name, String... scopes) {
        return invocations.of("createKey", List.of(), AdminClient.newKey(name, scopes), ApiKey::of);
    }

    /**
     * Creates a key with these members: {@code name}, {@code mode}, {@code scopes}, {@code expiresAt}. The answer has
     * the secret.
     */
    public Invocation<ApiKey> create(Json input) {
        return invocations.of("createKey", List.of(), input.utf8(), ApiKey::of);
    }

    /** Shows a key. */
    public Invocation<ApiKey> get(String id) {
        return invocations.of("getKey", List.of(id), ApiKey::of);
    }

    /** Lists keys, newest first. */
    public Invocation<Page<ApiKey>> list() {
        return invocations.of("listKeys", List.of(), ApiValueReader.page(ApiKey.class));
    }

    /** Changes {@code name}, {@code scopes}, {@code enabled} or {@code expiresAt}. */
    public Invocation<ApiKey> update(String id, Json changes) {
        return invocations.of("updateKey", List.of(id), changes.utf8(), ApiKey::of);
    }

    /** Refuses the calls of a key until it is enabled again. */
    public Invocation<ApiKey> disable(String id) {
        return update(id, Json.of("{\"enabled\":false}"));
    }

    /** Admits the calls of a disabled key again. */
    public Invocation<ApiKey> enable(String id) {
        return update(id, Json.of("{\"enabled\":true}"));
    }

    /** Revokes a key for good. */
    public Invocation<ApiKey> revoke(String id) {
        return invocations.of("revokeKey", List.of(id), ApiKey::of);
    }

    /** Gives a key a new secret, which the answer has. The old secret works for one more day. */
    public Invocation<ApiKey> rotate(String id) {
        return invocations.of("rotateKey", List.of(id), ApiKey::of);
    }

    /**
     * Gives a key a new secret, which the answer has.
     *
     * @param graceSeconds how long the old secret still works, 0–2,592,000 s
     */
    public Invocation<ApiKey> rotate(String id, long graceSeconds) {
        byte[] body = new JsonBytes()
                .open()
                .member("graceSeconds", graceSeconds)
                .close()
                .bytes();
        return invocations.of("rotateKey", List.of(id), body, ApiKey::of);
    }
}
