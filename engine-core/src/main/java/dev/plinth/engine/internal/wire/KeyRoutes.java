package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.KEYS_READ;
import static dev.plinth.engine.api.Scope.KEYS_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.INVALID_TRANSITION;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.access.LastUsedTimes;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.shape.Values;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.List;

/** The routes of API keys. */
final class KeyRoutes {
    private static final String ALL = "/v1/keys";
    private static final String ONE = ALL + "/{keyId}";
    private static final long GRACE_SECONDS_DEFAULT = 86_400;
    private static final long GRACE_SECONDS_MAX = 2_592_000;

    private static final Kind<Integer> SCOPES_KIND = Kind.list(
            0,
            ScopeBits.SCOPES.size(),
            Schema.oneOf(ScopeBits.SCOPES.stream().map(Scope::wireName).toList()),
            KeyRoutes::scopes);
    private static final Member<String> NAME = Member.required("name", ContentRules.NAME);
    private static final Member<String> MODE = Member.optional("mode", Kind.oneOf(Keys.MODES), Keys.MODES.get(0));
    private static final Member<Integer> SCOPES = Member.optional("scopes", SCOPES_KIND);
    private static final Member<Long> EXPIRES_AT = Member.optional("expiresAt", Kind.TIME);
    private static final Member<Boolean> ENABLED = Member.optional("enabled", Kind.TRUTH);
    private static final Member<Long> NEW_EXPIRES_AT = Member.optional("expiresAt", Kind.TIME.orNull(Keys.NEVER));
    private static final Member<Long> GRACE =
            Member.optional("graceSeconds", Kind.whole(0, GRACE_SECONDS_MAX), GRACE_SECONDS_DEFAULT);

    /** A new key. The operator makes keys of any workspace with the same body. */
    static final Body NEW_KEY =
            Body.of("NewKey", NAME, MODE, SCOPES, EXPIRES_AT).such("{\"name\":\"CI\",\"scopes\":[\"resources:read\"]}");

    private final LastUsedTimes lastUsed;

    KeyRoutes(LastUsedTimes lastUsed) {
        this.lastUsed = lastUsed;
    }

    List<Route> all() {
        return List.of(
                row(Tag.KEYS, "createKey", "POST", ALL, "Create a key")
                        .says("The answer shows the secret, this once.")
                        .scope(KEYS_WRITE)
                        .takes(NEW_KEY)
                        .creates(Keys.ENTITY)
                        .decodedBy(input -> Keys.create(newKey(input.body()))),
                row(Tag.KEYS, "listKeys", "GET", ALL, "List keys")
                        .scope(KEYS_READ)
                        .page()
                        .gives(Keys.ENTITY)
                        .decodedBy(input -> Keys.list(input.page(), lastUsed)),
                row(Tag.KEYS, "getKey", "GET", ONE, "Get a key")
                        .scope(KEYS_READ)
                        .gives(Keys.ENTITY)
                        .decodedBy(input -> Keys.get(input.id(IdKind.KEY, 0), lastUsed)),
                row(Tag.KEYS, "updateKey", "PATCH", ONE, "Update a key")
                        .scope(KEYS_WRITE)
                        .takes(Body.of("KeyChange", ContentRules.NEW_NAME, SCOPES, ENABLED, NEW_EXPIRES_AT)
                                .such("{\"enabled\":false}"))
                        .gives(Keys.ENTITY)
                        .decodedBy(this::update),
                row(Tag.KEYS, "revokeKey", "DELETE", ONE, "Revoke a key")
                        .scope(KEYS_WRITE)
                        .gives(Keys.ENTITY)
                        .decodedBy(input -> Keys.revoke(input.id(IdKind.KEY, 0), lastUsed)),
                row(Tag.KEYS, "rotateKey", "POST", ONE + "/rotate", "Rotate a key")
                        .says("The old secret is valid for graceSeconds more.")
                        .scope(KEYS_WRITE)
                        .takes(Body.of("KeyRotation", GRACE).orAbsent())
                        .gives(Keys.ENTITY)
                        .refuses(INVALID_TRANSITION)
                        .decodedBy(input -> Keys.rotate(
                                input.id(IdKind.KEY, 0), input.body().get(GRACE), lastUsed)));
    }

    /** Returns the key that a body {@link #NEW_KEY} asks for. */
    static Keys.KeyDraft newKey(Values body) {
        Integer scopes = body.find(SCOPES);
        return new Keys.KeyDraft(
                body.get(NAME),
                !"test".equals(body.get(MODE)),
                scopes == null ? ScopeBits.FULL : scopes,
                body.find(EXPIRES_AT));
    }

    private Command update(Input input) {
        Values body = input.body();
        Keys.Patch patch = new Keys.Patch(
                body.find(ContentRules.NEW_NAME), body.find(SCOPES), body.find(ENABLED), body.find(NEW_EXPIRES_AT));
        return Keys.update(input.id(IdKind.KEY, 0), patch, lastUsed);
    }

    private static Integer scopes(Fields fields, String name, List<JsonValue> items) {
        if (items.isEmpty()) {
            return ScopeBits.FULL;
        }
        int bits = 0;
        for (int i = 0; i < items.size(); i++) {
            Scope scope = items.get(i) instanceof JsonValue.Text text ? ScopeBits.named(text.value()) : null;
            if (scope == null) {
                fields.error(
                        name,
                        "invalid_value",
                        "scopes must be names such as resources:read, got " + Fields.shown(items.get(i)) + ".");
            } else {
                bits |= ScopeBits.withIncluded(scope);
            }
        }
        return bits;
    }
}
