package dev.plinth.engine;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The things of the plain model, each as a caller is shown it (contract §§6, 8, 10). */
final class ModelRows {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private ModelRows() {}

    static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }

    /** Anything with a place in commit order. */
    abstract static class Row {
        long number;
        String id = "";
        long createdAt;
    }

    static final class Workspace extends Row {
        String name = "";
        String plan = "";
        boolean suspended;
        boolean deleted;
        Map<String, Object> metadata = Map.of();
        Key root;
        final ModelQuota quota = new ModelQuota();

        Map<String, Object> shown() {
            Map<String, Object> shown = new HashMap<>();
            shown.put("id", id);
            shown.put("name", name);
            shown.put("plan", plan);
            shown.put("status", suspended ? "suspended" : "active");
            shown.put("metadata", metadata);
            shown.put("createdAt", time(createdAt));
            return shown;
        }
    }

    static final class Key extends Row {
        private static final List<String> KINDS = List.of("resources", "jobs", "events", "webhooks", "keys");
        private static final long KEPT_MILLIS = Duration.ofDays(30).toMillis();

        Workspace workspace;
        String name = "";
        String mode = "live";
        TreeSet<String> scopes = none();
        String prefix = "";
        String last4 = "";
        boolean disabled;
        long revokedAt = Long.MAX_VALUE;
        long expiresAt = Long.MAX_VALUE;
        /** Until when each of its secrets is good. */
        final Map<String, Long> secrets = new LinkedHashMap<>();

        boolean isRevoked() {
            return revokedAt != Long.MAX_VALUE;
        }

        /** A revoked key is shown for 30 days. */
        boolean isKept(long now) {
            return !isRevoked() || now - revokedAt < KEPT_MILLIS;
        }

        /** No scopes, to be filled in the order in which they are shown. */
        static TreeSet<String> none() {
            Comparator<String> byKind = Comparator.comparingInt(scope -> KINDS.indexOf(scope.split(":")[0]));
            return new TreeSet<>(byKind.thenComparing(Comparator.naturalOrder()));
        }

        boolean accepts(String secret, long now) {
            return !isRevoked() && !workspace.deleted && now < expiresAt && now < secrets.getOrDefault(secret, 0L);
        }

        /** True if it may make, or be shown, a key of these scopes; none stands for a full key. */
        boolean mayGive(Collection<?> given) {
            return scopes.isEmpty() || !given.isEmpty() && given.stream().allMatch(scope -> may((String) scope));
        }

        boolean may(String scope) {
            return scopes.isEmpty()
                    || scopes.contains(scope)
                    || scope.endsWith(":read") && scopes.contains(scope.replace(":read", ":write"));
        }

        Map<String, Object> shown(long now) {
            Map<String, Object> shown = new HashMap<>();
            shown.put("id", id);
            shown.put("name", name);
            shown.put("mode", mode);
            shown.put("scopes", List.copyOf(scopes));
            shown.put("prefix", prefix);
            shown.put("last4", last4);
            shown.put(
                    "status",
                    isRevoked() ? "revoked" : now >= expiresAt ? "expired" : disabled ? "disabled" : "enabled");
            if (expiresAt != Long.MAX_VALUE) {
                shown.put("expiresAt", time(expiresAt));
            }
            shown.put("createdAt", time(createdAt));
            return shown;
        }
    }

    /** A resource, or a child of one. */
    static final class Resource extends Row {
        Workspace owner;
        /** Null of a resource. */
        Resource parent;

        String name = "";
        String type = "";
        String status = "active";
        Map<String, Object> data = Map.of();
        Map<String, Object> metadata = Map.of();
        long version = 1;
        long updatedAt;
        boolean deleted;

        String etag() {
            return "\"v" + version + "\"";
        }

        Map<String, Object> shown() {
            Map<String, Object> shown = new HashMap<>();
            shown.put("id", id);
            if (parent != null) {
                shown.put("resourceId", parent.id);
            } else {
                shown.put("status", status);
            }
            shown.put("name", name);
            shown.put("type", type);
            shown.put("data", data);
            shown.put("metadata", metadata);
            shown.put("version", BigDecimal.valueOf(version));
            shown.put("createdAt", time(createdAt));
            shown.put("updatedAt", time(updatedAt));
            return shown;
        }

        /** Returns what names a version and the role in which it is shown. */
        String etag(Share share) {
            return share == null || parent != null ? etag() : "\"v" + version + "-" + share.role + "\"";
        }

        Map<String, Object> shown(Share share) {
            Map<String, Object> shown = shown();
            if (share != null) {
                shown.put("access", "shared");
                shown.put("role", share.role);
                shown.put("ownerWorkspaceId", owner.id);
            }
            return shown;
        }
    }

    static final class Share extends Row {
        Resource resource;
        Workspace grantee;
        String role = "";

        Map<String, Object> shown() {
            return new HashMap<>(Map.of(
                    "id",
                    id,
                    "resourceId",
                    resource.id,
                    "workspaceId",
                    grantee.id,
                    "role",
                    role,
                    "createdAt",
                    time(createdAt)));
        }
    }

    /** An event; its id is not known before it was seen. */
    static final class Event extends Row {
        Workspace workspace;
        String type = "";
        /** Null where it is about none. */
        Resource resource;

        Map<String, Object> data = Map.of();

        Map<String, Object> shown() {
            return new HashMap<>(Map.of("id", id, "type", type, "createdAt", time(createdAt), "data", data));
        }
    }
}
