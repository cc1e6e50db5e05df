package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.access.LastUsedTimes;
import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.Scope;
import dev.plinth.engine.internal.command.DeleteWorkspace;
import dev.plinth.engine.internal.command.UpdateWorkspace;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.resource.ContentRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the commands on workspaces and keys. */
final class AccessDecoders {
    private static final long GRACE_SECONDS_DEFAULT = 86_400;
    static final long GRACE_SECONDS_MAX = 2_592_000;
    static final List<String> STATUSES = List.of("active", "suspended");
    static final List<String> MODES = List.of("live", "test");

    private final Plans plans;
    private final LastUsedTimes lastUsed;

    AccessDecoders(Plans plans, LastUsedTimes lastUsed) {
        this.plans = plans;
        this.lastUsed = lastUsed;
    }

    Command workspace(Request request) {
        return Input.of(request).checked(Workspaces.own());
    }

    Command updateWorkspace(Request request) {
        Input input = Input.of(request);
        String name = input.body().text("name", 1, Limits.NAME_LENGTH_MAX);
        JsonValue metadata = ContentRules.patch(input.body().only("metadata")).metadata();
        Workspaces.SharesFrom sharesFrom = sharesFrom(input);
        return input.checked(
                Workspaces.updateOwn(name, old -> ContentRules.patchedMetadata(metadata, old), sharesFrom));
    }

    /** Null if the member is absent; its own null lets everybody share again. */
    private static Workspaces.@Nullable SharesFrom sharesFrom(Input input) {
        if (input.body().isNull("sharesFrom")) {
            return new Workspaces.SharesFrom(null);
        }
        List<JsonValue> items = input.body().array("sharesFrom", Limits.SHARES_FROM_MAX);
        if (items == null) {
            return null;
        }
        List<Id> owners = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            Id owner = items.get(i) instanceof JsonValue.Text text ? Id.parse(IdKind.WORKSPACE, text.value()) : null;
            if (owner == null) {
                input.error("/sharesFrom/" + i, "invalid_format", "Expected an id ws_…, but it is none.");
            } else if (!owners.contains(owner)) {
                owners.add(owner);
            }
        }
        return new Workspaces.SharesFrom(List.copyOf(owners));
    }

    Command createWorkspace(Request request) {
        Input input = Input.of(request);
        String name = input.body().requiredText("name", Limits.NAME_LENGTH_MAX);
        String plan = input.body().oneOf("plan", plans.names());
        return input.checked(Workspaces.create(name, plan == null ? "starter" : plan));
    }

    Command listWorkspaces(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        return input.checked(Workspaces.list(page));
    }

    Command anyWorkspace(Request request) {
        Input input = Input.of(request);
        return input.checked(Workspaces.get(input.id(IdKind.WORKSPACE, 0)));
    }

    Command updateAnyWorkspace(Request request) {
        Input input = Input.of(request);
        String name = input.body().text("name", 1, Limits.NAME_LENGTH_MAX);
        String plan = input.body().oneOf("plan", plans.names());
        String status = input.body().oneOf("status", STATUSES);
        Boolean suspended = status == null ? null : (Boolean) status.equals("suspended");
        return input.checked(UpdateWorkspace.of(input.id(IdKind.WORKSPACE, 0), name, plan, suspended));
    }

    Command deleteAnyWorkspace(Request request) {
        Input input = Input.of(request);
        return input.checked(DeleteWorkspace.of(input.id(IdKind.WORKSPACE, 0)));
    }

    Command createKey(Request request) {
        Input input = Input.of(request);
        Keys.NewKey key = newKey(input.body());
        return input.checked(Keys.create(key));
    }

    Command createKeyFor(Request request) {
        Input input = Input.of(request);
        Keys.NewKey key = newKey(input.body());
        return input.checked(Keys.createFor(input.id(IdKind.WORKSPACE, 0), key));
    }

    Command listKeys(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        return input.checked(Keys.list(page, lastUsed));
    }

    Command key(Request request) {
        Input input = Input.of(request);
        return input.checked(Keys.get(input.id(IdKind.KEY, 0), lastUsed));
    }

    Command updateKey(Request request) {
        Input input = Input.of(request);
        Fields body = input.body();
        String name = body.text("name", 1, Limits.NAME_LENGTH_MAX);
        Integer scopes = scopes(body);
        Boolean enabled = body.truth("enabled");
        Long expiresAt = body.isNull("expiresAt") ? (Long) Keys.NEVER : body.time("expiresAt");
        Keys.Patch patch = new Keys.Patch(name, scopes, enabled, expiresAt);
        return input.checked(Keys.update(input.id(IdKind.KEY, 0), patch, lastUsed));
    }

    Command revokeKey(Request request) {
        Input input = Input.of(request);
        return input.checked(Keys.revoke(input.id(IdKind.KEY, 0), lastUsed));
    }

    Command rotateKey(Request request) {
        Input input = Input.of(request);
        Long grace = input.body().whole("graceSeconds", 0, GRACE_SECONDS_MAX);
        long seconds = grace == null ? GRACE_SECONDS_DEFAULT : grace;
        return input.checked(Keys.rotate(input.id(IdKind.KEY, 0), seconds, lastUsed));
    }

    private static Keys.NewKey newKey(Fields body) {
        String name = body.requiredText("name", Limits.NAME_LENGTH_MAX);
        String mode = body.oneOf("mode", MODES);
        Integer scopes = scopes(body);
        Long expiresAt = body.time("expiresAt");
        return new Keys.NewKey(name, !"test".equals(mode), scopes == null ? Scope.FULL : scopes, expiresAt);
    }

    private static @Nullable Integer scopes(Fields body) {
        List<JsonValue> items = body.array("scopes", Scope.values().length);
        if (items == null || items.isEmpty()) {
            return items == null ? null : (Integer) Scope.FULL;
        }
        int bits = 0;
        for (int i = 0; i < items.size(); i++) {
            Scope scope = items.get(i) instanceof JsonValue.Text text ? Scope.named(text.value()) : null;
            if (scope == null) {
                body.error(
                        "scopes",
                        "invalid_value",
                        "Expected scopes such as resources:read, but number " + i + " is none.");
            } else {
                bits |= scope.bits();
            }
        }
        return bits;
    }
}
