package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.json.JsonBytes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the entities of the contract look like, one line each: members in the order in which they are shown, a question mark
 * after the name of one that may be absent.
 *
 * <p>A type is a JSON type, {@code any}, {@code time}, {@code texts} (an object of strings), the prefix of an id with its
 * underscore, words with bars between them, another entity, or any of these in brackets for an array.
 */
final class OpenApiSchemas {
    private static final Set<String> JSON_TYPES = Set.of("string", "integer", "boolean", "object");
    private static final Map<String, String> ENTITIES = new LinkedHashMap<>();

    static {
        ENTITIES.put(
                "Resource",
                "id:res_ type:string name:string status:active|paused|archived data:object metadata:texts version:integer"
                        + " createdAt:time updatedAt:time access?:shared| role?:reader|editor ownerWorkspaceId?:ws_"
                        + " children?:FirstChildren");
        ENTITIES.put("FirstChildren", "data:[Child] hasMore:boolean");
        ENTITIES.put(
                "Child",
                "id:sub_ resourceId:res_ type:string name:string data:object metadata:texts version:integer"
                        + " createdAt:time updatedAt:time");
        ENTITIES.put("Share", "id:shr_ resourceId:res_ workspaceId:ws_ role:reader|editor createdAt:time");
        ENTITIES.put("Deleted", "id:string deleted:boolean");
        ENTITIES.put("Unshared", "deleted:boolean");
        ENTITIES.put(
                "AcceptedJob", "job_id:job_ status:scheduled|queued|running resourceId?:res_ deduplicated?:boolean");
        ENTITIES.put(
                "Job",
                "id:job_ type:string status:scheduled|queued|running|succeeded|failed|canceled progress?:Progress result?:any"
                        + " error?:JobProblem attempt:integer maxAttempts:integer resourceId?:res_ runAt?:time"
                        + " nextAttemptAt?:time cancelRequested?:boolean createdAt:time startedAt?:time finishedAt?:time handled?:boolean");
        ENTITIES.put("Leases", "data:[LeasedJob]");
        ENTITIES.put("LeasedJob", ENTITIES.get("Job") + " input:any leaseToken:string leaseExpiresAt:time");
        ENTITIES.put("LeaseEnd", "leaseExpiresAt:time cancelRequested:boolean");
        ENTITIES.put("Progress", "done:integer total:integer message:string");
        ENTITIES.put(
                "JobProblem", "type:string title:string status:integer detail:string code:string retryable:boolean");
        ENTITIES.put("Event", "id:evt_ type:string createdAt:time data:object");
        ENTITIES.put(
                "WebhookEndpoint",
                "id:we_ url:string types:[string] status:enabled|disabled ordering:resource|none description:string"
                        + " headers:texts maxPerSecond?:integer createdAt:time missedSince?:time secret?:string");
        ENTITIES.put("WebhookTest", "delivered:boolean status?:integer durationMillis:integer errorClass?:string");
        ENTITIES.put(
                "Delivery",
                "id:dlv_ endpointId:we_ eventId:evt_ eventType:string"
                        + " status:pending|delivering|delivered|retrying|exhausted|held|dropped nextAttemptAt?:time"
                        + " createdAt:time attempts:[DeliveryAttempt]");
        ENTITIES.put(
                "DeliveryAttempt",
                "number:integer trigger:auto|manual at:time durationMillis:integer status?:integer responseBody?:string"
                        + " errorClass?:timeout|connection|dns|tls|forbidden_address|http");
        ENTITIES.put(
                "Workspace",
                "id:ws_ name:string plan:string status:active|suspended metadata:texts sharesFrom?:[ws_]"
                        + " createdAt:time");
        ENTITIES.put(
                "Key",
                "id:key_ name:string mode:live|test scopes:[string] prefix:string last4:string"
                        + " status:enabled|disabled|revoked|expired expiresAt?:time lastUsedAt?:time createdAt:time"
                        + " secret?:string");
        ENTITIES.put(
                "LoggedRequest",
                "id:req_ method:string route:string path:string status:integer code?:string keyId?:key_ caller?:host|"
                        + " idempotencyKey?:string idempotency?:executed|replayed|mismatch|in_use durationMicros:integer"
                        + " createdAt:time caused:Caused");
        ENTITIES.put("Caused", "events:[evt_] jobs:[job_]");
        ENTITIES.put("RateLimits", "plan:string policies:[RatePolicy]");
        ENTITIES.put(
                "RatePolicy", "name:string limit:integer windowSeconds:integer remaining:integer resetSeconds:integer");
        ENTITIES.put("Health", "status:string durability:string detail?:string");
        ENTITIES.put("Root", "name:string version:string links:Links");
        ENTITIES.put("Links", "docs:string openapi:string console?:string health:string");
        ENTITIES.put("Tables", "data:[Table]");
        ENTITIES.put(
                "Table",
                "name:string rows:integer rowsMax:integer bytes:integer bytesMax:integer workspaces:[TableWorkspace]");
        ENTITIES.put("TableWorkspace", "workspaceId:ws_ rows:integer bytes:integer");
        ENTITIES.put("Clock", "now:time");
    }

    private OpenApiSchemas() {}

    /** Adds all of them, by name. */
    static void addAll(JsonBytes json) {
        ENTITIES.forEach((name, members) -> entity(json.name(name), members));
    }

    /** Adds what a success shows: an entity, a page of it, or anything. */
    static void add(JsonBytes json, String entity, boolean page) {
        if (!page) {
            type(json, entity);
            return;
        }
        json.open().member("type", "object").member("additionalProperties", false);
        json.name("required")
                .openArray()
                .text("data")
                .text("hasMore")
                .text("nextCursor")
                .closeArray();
        json.name("properties").open();
        type(json.name("data"), "[" + entity + "]");
        type(json.name("hasMore"), "boolean");
        json.name("nextCursor").open().name("type").openArray();
        json.text("string").text("null").closeArray().close().close().close();
    }

    private static void entity(JsonBytes json, String members) {
        json.open().member("type", "object").member("additionalProperties", false);
        json.name("required").openArray();
        for (String member : members.split(" ")) {
            String name = member.substring(0, member.indexOf(':'));
            if (!name.endsWith("?")) {
                json.text(name);
            }
        }
        json.closeArray().name("properties").open();
        for (String member : members.split(" ")) {
            int colon = member.indexOf(':');
            String name = member.substring(0, colon);
            type(
                    json.name(name.endsWith("?") ? name.substring(0, name.length() - 1) : name),
                    member.substring(colon + 1));
        }
        json.close().close();
    }

    private static void type(JsonBytes json, String type) {
        if (ENTITIES.containsKey(type)) {
            json.open().member("$ref", "#/components/schemas/" + type).close();
            return;
        }
        json.open();
        if (type.startsWith("[")) {
            json.member("type", "array");
            type(json.name("items"), type.substring(1, type.length() - 1));
        } else if (type.contains("|")) {
            json.member("type", "string").name("enum").openArray();
            for (String word : type.split("\\|")) {
                json.text(word);
            }
            json.closeArray();
        } else if (type.equals("texts")) {
            json.member("type", "object");
            type(json.name("additionalProperties"), "string");
        } else if (type.equals("time")) {
            json.member("type", "string").member("format", "date-time");
        } else if (type.endsWith("_")) {
            json.member("type", "string").member("pattern", BodySchema.idPattern(type.substring(0, type.length() - 1)));
        } else if (JSON_TYPES.contains(type)) {
            json.member("type", type);
            if (type.equals("object")) {
                json.member("additionalProperties", true);
            }
        } else if (!type.equals("any")) {
            throw new IllegalStateException("Expected a type of an entity, but \"" + type + "\" is none");
        }
        json.close();
    }
}
