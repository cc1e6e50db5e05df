package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.base.ProblemCode.ALREADY_EXISTS;
import static dev.plinth.engine.internal.base.ProblemCode.INVALID_TRANSITION;
import static dev.plinth.engine.internal.base.ProblemCode.JOB_FINISHED;
import static dev.plinth.engine.internal.base.ProblemCode.JOB_QUEUE_FULL;
import static dev.plinth.engine.internal.base.ProblemCode.LEASE_LOST;
import static dev.plinth.engine.internal.base.ProblemCode.NOT_FOUND;
import static dev.plinth.engine.internal.base.ProblemCode.PRECONDITION_FAILED;
import static dev.plinth.engine.internal.base.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.base.ProblemCode.RESOURCE_PAUSED;
import static dev.plinth.engine.internal.base.Scope.EVENTS_READ;
import static dev.plinth.engine.internal.base.Scope.EVENTS_WRITE;
import static dev.plinth.engine.internal.base.Scope.JOBS_READ;
import static dev.plinth.engine.internal.base.Scope.JOBS_WRITE;
import static dev.plinth.engine.internal.base.Scope.KEYS_READ;
import static dev.plinth.engine.internal.base.Scope.KEYS_WRITE;
import static dev.plinth.engine.internal.base.Scope.REQUESTS_READ;
import static dev.plinth.engine.internal.base.Scope.RESOURCES_READ;
import static dev.plinth.engine.internal.base.Scope.RESOURCES_WRITE;
import static dev.plinth.engine.internal.base.Scope.WEBHOOKS_READ;
import static dev.plinth.engine.internal.base.Scope.WEBHOOKS_WRITE;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.pipeline.Route;
import java.util.ArrayList;
import java.util.List;

/** The one route table: every route with its scope, cost and decoder. Router, scopes and documents follow from it. */
final class RouteTable {
    private RouteTable() {}

    static List<Route> all(Decoders decoders) {
        List<Route> table = new ArrayList<>();
        resources(table, decoders.resources());
        children(table, decoders.resources());
        jobs(table, decoders.jobs());
        leases(table, decoders.jobs());
        events(table);
        webhooks(table, decoders.webhooks());
        workspace(table, decoders.access());
        requests(table, decoders.requests());
        operator(table, decoders.access());
        system(table, decoders.system());
        return List.copyOf(table);
    }

    private static void resources(List<Route> table, ResourceDecoders decode) {
        String one = "/v1/resources/{id}";
        table.add(row("createResource", "POST", "/v1/resources")
                .scope(RESOURCES_WRITE)
                .takes("NewResource")
                .gives(201, "Resource")
                .decodedBy(decode::create));
        table.add(row("listResources", "GET", "/v1/resources")
                .scope(RESOURCES_READ)
                .page("status", "type", "createdAfter", "createdBefore", "shared", QueryParameters.ANY_METADATA)
                .gives("Resource")
                .decodedBy(decode::list));
        table.add(row("bulkResources", "POST", "/v1/resources/bulk")
                .scope(RESOURCES_WRITE)
                .takes("BulkOperations", Limits.BULK_BODY_BYTES_MAX, Limits.BULK_OPERATIONS_MAX)
                .refuses(JOB_QUEUE_FULL)
                .gives(202, "AcceptedJob")
                .decodedBy(decode::bulk));
        table.add(row("getResource", "GET", one)
                .scope(RESOURCES_READ)
                .parameters("include")
                .gives("Resource")
                .gives(304, "")
                .decodedBy(decode::get));
        table.add(row("updateResource", "PATCH", one)
                .scope(RESOURCES_WRITE)
                .takes("ContentPatch")
                .refuses(RESOURCE_ARCHIVED, PRECONDITION_FAILED)
                .gives("Resource")
                .decodedBy(decode::patch));
        table.add(row("deleteResource", "DELETE", one)
                .scope(RESOURCES_WRITE)
                .refuses(INVALID_TRANSITION, PRECONDITION_FAILED)
                .gives("Deleted")
                .decodedBy(decode::delete));
        for (String move : List.of("pause", "resume", "archive", "unarchive")) {
            table.add(row(move + "Resource", "POST", one + "/" + move)
                    .scope(RESOURCES_WRITE)
                    .refuses(RESOURCE_ARCHIVED, PRECONDITION_FAILED)
                    .gives("Resource")
                    .decodedBy(request -> decode.move(request, move)));
        }
        table.add(row("runOperation", "POST", one + "/operations/{name}")
                .scope(RESOURCES_WRITE)
                .mayTake("OperationInput")
                .slow()
                .refuses(RESOURCE_ARCHIVED, RESOURCE_PAUSED, JOB_QUEUE_FULL, PRECONDITION_FAILED)
                .gives("any")
                .gives(202, "AcceptedJob")
                .decodedBy(decode::operation));
        table.add(row("share", "PUT", one + "/shares/{workspaceId}")
                .scope(RESOURCES_WRITE)
                .takes("NewShare")
                .refuses(RESOURCE_ARCHIVED)
                .gives(201, "Share")
                .gives(200, "Share")
                .decodedBy(decode::share));
        table.add(row("listShares", "GET", one + "/shares")
                .scope(RESOURCES_READ)
                .page()
                .gives("Share")
                .decodedBy(decode::shares));
        table.add(row("unshare", "DELETE", one + "/shares/{workspaceId}")
                .scope(RESOURCES_WRITE)
                .gives("Unshared")
                .decodedBy(decode::unshare));
    }

    private static void children(List<Route> table, ResourceDecoders decode) {
        String all = "/v1/resources/{id}/children";
        String one = all + "/{childId}";
        table.add(row("createChild", "POST", all)
                .scope(RESOURCES_WRITE)
                .takes("NewChild")
                .refuses(RESOURCE_ARCHIVED)
                .gives(201, "Child")
                .decodedBy(decode::createChild));
        table.add(row("listChildren", "GET", all)
                .scope(RESOURCES_READ)
                .page()
                .gives("Child")
                .decodedBy(decode::listChildren));
        table.add(row("getChild", "GET", one)
                .scope(RESOURCES_READ)
                .gives("Child")
                .gives(304, "")
                .decodedBy(decode::getChild));
        table.add(row("updateChild", "PATCH", one)
                .scope(RESOURCES_WRITE)
                .takes("ContentPatch")
                .refuses(RESOURCE_ARCHIVED, PRECONDITION_FAILED)
                .gives("Child")
                .decodedBy(decode::patchChild));
        table.add(row("deleteChild", "DELETE", one)
                .scope(RESOURCES_WRITE)
                .refuses(RESOURCE_ARCHIVED, PRECONDITION_FAILED)
                .gives("Deleted")
                .decodedBy(decode::deleteChild));
    }

    private static void jobs(List<Route> table, JobDecoders decode) {
        table.add(row("createJob", "POST", "/v1/jobs")
                .scope(JOBS_WRITE)
                .takes("NewJob")
                .refuses(NOT_FOUND, RESOURCE_ARCHIVED, RESOURCE_PAUSED, JOB_QUEUE_FULL)
                .gives(202, "AcceptedJob")
                .decodedBy(decode::create));
        table.add(row("listJobs", "GET", "/v1/jobs")
                .scope(JOBS_READ)
                .page("status", "type", "resourceId")
                .gives("Job")
                .decodedBy(decode::list));
        table.add(row("getJob", "GET", "/v1/jobs/{jobId}")
                .scope(JOBS_READ)
                .parameters("wait")
                .gives("Job")
                .decodedBy(decode::get));
        table.add(row("cancelJob", "POST", "/v1/jobs/{jobId}/cancel")
                .scope(JOBS_WRITE)
                .refuses(JOB_FINISHED)
                .gives("Job")
                .gives(202, "Job")
                .decodedBy(decode::cancel));
        table.add(row("retryJob", "POST", "/v1/jobs/{jobId}/retry")
                .scope(JOBS_WRITE)
                .refuses(INVALID_TRANSITION, ALREADY_EXISTS, RESOURCE_ARCHIVED, RESOURCE_PAUSED, JOB_QUEUE_FULL)
                .gives("Job")
                .decodedBy(decode::retry));
    }

    /** For workers outside of this JVM: they cost no units, because a worker that asks often is one that works, and have a bucket of their own. */
    private static void leases(List<Route> table, JobDecoders decode) {
        table.add(row("leaseJobs", "POST", "/v1/jobs/lease")
                .scope(JOBS_WRITE)
                .ofWorker()
                .takes("LeaseRequest")
                .gives("Leases")
                .decodedBy(decode::lease));
        table.add(held("heartbeatJob", "heartbeat")
                .takes("Heartbeat")
                .gives("LeaseEnd")
                .decodedBy(decode::heartbeat));
        table.add(held("reportProgress", "progress")
                .takes("ProgressReport")
                .gives("Job")
                .decodedBy(decode::progress));
        table.add(held("completeJob", "complete")
                .takes("JobCompletion")
                .gives("Job")
                .decodedBy(decode::complete));
        table.add(held("failJob", "fail").takes("JobFailure").gives("Job").decodedBy(decode::fail));
    }

    private static RouteBuilder held(String name, String action) {
        return row(name, "POST", "/v1/jobs/{jobId}/" + action)
                .scope(JOBS_WRITE)
                .ofWorker()
                .refuses(LEASE_LOST);
    }

    private static void events(List<Route> table) {
        EventDecoders decode = new EventDecoders();
        table.add(row("publishEvent", "POST", "/v1/events")
                .scope(EVENTS_WRITE)
                .takes("NewEvent")
                .refuses(RESOURCE_ARCHIVED)
                .gives(201, "Event")
                .decodedBy(decode::publish));
        table.add(row("listEvents", "GET", "/v1/events")
                .scope(EVENTS_READ)
                .page("type", "resourceId", "after")
                .gives("Event")
                .decodedBy(decode::list));
        table.add(row("streamEvents", "GET", "/v1/events/stream")
                .scope(EVENTS_READ)
                .parameters("type", "resourceId")
                .gives("string")
                .decodedBy(decode::stream));
        table.add(row("getEvent", "GET", "/v1/events/{eventId}")
                .scope(EVENTS_READ)
                .gives("Event")
                .decodedBy(decode::get));
    }

    private static void webhooks(List<Route> table, WebhookDecoders decode) {
        String all = "/v1/webhook-endpoints";
        String one = all + "/{endpointId}";
        table.add(row("createWebhookEndpoint", "POST", all)
                .scope(WEBHOOKS_WRITE)
                .takes("NewWebhookEndpoint")
                .gives(201, "WebhookEndpoint")
                .decodedBy(decode::create));
        table.add(row("listWebhookEndpoints", "GET", all)
                .scope(WEBHOOKS_READ)
                .page()
                .gives("WebhookEndpoint")
                .decodedBy(decode::list));
        table.add(row("getWebhookEndpoint", "GET", one)
                .scope(WEBHOOKS_READ)
                .gives("WebhookEndpoint")
                .decodedBy(decode::get));
        table.add(row("updateWebhookEndpoint", "PATCH", one)
                .scope(WEBHOOKS_WRITE)
                .takes("WebhookEndpointChange")
                .gives("WebhookEndpoint")
                .decodedBy(decode::patch));
        table.add(row("deleteWebhookEndpoint", "DELETE", one)
                .scope(WEBHOOKS_WRITE)
                .gives("Deleted")
                .decodedBy(decode::delete));
        table.add(row("rotateWebhookSecret", "POST", one + "/secret/rotate")
                .scope(WEBHOOKS_WRITE)
                .mayTake("SecretRotation")
                .refuses(INVALID_TRANSITION)
                .gives("WebhookEndpoint")
                .decodedBy(decode::rotate));
        table.add(row("testWebhookEndpoint", "POST", one + "/test")
                .scope(WEBHOOKS_WRITE)
                .slow()
                .gives("WebhookTest")
                .decodedBy(decode::test));
        table.add(row("listDeliveries", "GET", one + "/deliveries")
                .scope(WEBHOOKS_READ)
                .page("status")
                .gives("Delivery")
                .decodedBy(decode::deliveries));
        table.add(row("recoverDeliveries", "POST", one + "/recover")
                .scope(WEBHOOKS_WRITE)
                .takes("Recovery")
                .refuses(JOB_QUEUE_FULL)
                .gives(202, "AcceptedJob")
                .decodedBy(decode::recover));
        table.add(row("getDelivery", "GET", "/v1/deliveries/{deliveryId}")
                .scope(WEBHOOKS_READ)
                .gives("Delivery")
                .decodedBy(decode::delivery));
        table.add(row("resendDelivery", "POST", "/v1/deliveries/{deliveryId}/resend")
                .scope(WEBHOOKS_WRITE)
                .refuses(INVALID_TRANSITION)
                .gives(202, "Delivery")
                .decodedBy(decode::resend));
    }

    private static void workspace(List<Route> table, AccessDecoders decode) {
        table.add(row("getWorkspace", "GET", "/v1/workspace").gives("Workspace").decodedBy(decode::workspace));
        table.add(row("updateWorkspace", "PATCH", "/v1/workspace")
                .scope(KEYS_WRITE)
                .takes("WorkspacePatch")
                .gives("Workspace")
                .decodedBy(decode::updateWorkspace));
        table.add(row("createKey", "POST", "/v1/keys")
                .scope(KEYS_WRITE)
                .takes("NewKey")
                .gives(201, "Key")
                .decodedBy(decode::createKey));
        table.add(row("listKeys", "GET", "/v1/keys")
                .scope(KEYS_READ)
                .page()
                .gives("Key")
                .decodedBy(decode::listKeys));
        table.add(row("getKey", "GET", "/v1/keys/{keyId}")
                .scope(KEYS_READ)
                .gives("Key")
                .decodedBy(decode::key));
        table.add(row("updateKey", "PATCH", "/v1/keys/{keyId}")
                .scope(KEYS_WRITE)
                .takes("KeyChange")
                .gives("Key")
                .decodedBy(decode::updateKey));
        table.add(row("revokeKey", "DELETE", "/v1/keys/{keyId}")
                .scope(KEYS_WRITE)
                .gives("Key")
                .decodedBy(decode::revokeKey));
        table.add(row("rotateKey", "POST", "/v1/keys/{keyId}/rotate")
                .scope(KEYS_WRITE)
                .mayTake("KeyRotation")
                .gives("Key")
                .refuses(INVALID_TRANSITION)
                .decodedBy(decode::rotateKey));
    }

    private static void requests(List<Route> table, RequestDecoders decode) {
        table.add(row("listRequests", "GET", "/v1/requests")
                .scope(REQUESTS_READ)
                .page()
                .gives("LoggedRequest")
                .decodedBy(decode::list));
        table.add(row("getRequest", "GET", "/v1/requests/{requestId}")
                .scope(REQUESTS_READ)
                .gives("LoggedRequest")
                .decodedBy(decode::get));
    }

    private static void operator(List<Route> table, AccessDecoders decode) {
        String all = "/admin/v1/workspaces";
        String one = all + "/{workspaceId}";
        table.add(row("createWorkspace", "POST", all)
                .operator()
                .takes("NewWorkspace")
                .gives(201, "Workspace")
                .decodedBy(decode::createWorkspace));
        table.add(row("listWorkspaces", "GET", all)
                .operator()
                .page()
                .gives("Workspace")
                .decodedBy(decode::listWorkspaces));
        table.add(
                row("getAnyWorkspace", "GET", one).operator().gives("Workspace").decodedBy(decode::anyWorkspace));
        table.add(row("updateAnyWorkspace", "PATCH", one)
                .operator()
                .takes("WorkspaceChange")
                .gives("Workspace")
                .decodedBy(decode::updateAnyWorkspace));
        table.add(row("deleteAnyWorkspace", "DELETE", one)
                .operator()
                .gives("Deleted")
                .decodedBy(decode::deleteAnyWorkspace));
        table.add(row("createKeyFor", "POST", one + "/keys")
                .operator()
                .takes("NewKey")
                .gives(201, "Key")
                .decodedBy(decode::createKeyFor));
    }

    private static void system(List<Route> table, SystemDecoders decode) {
        table.add(row("getRateLimit", "GET", "/v1/rate-limit")
                .free()
                .gives("RateLimits")
                .decodedBy(decode::rateLimit));
        table.add(row("getRoot", "GET", "/").anybody().gives("Root").decodedBy(decode::root));
        table.add(row("isLive", "GET", "/health/live").anybody().gives("Health").decodedBy(decode::live));
        table.add(
                row("isReady", "GET", "/health/ready").anybody().gives("Health").decodedBy(decode::ready));
        table.add(row("getMetrics", "GET", "/metrics").anybody().gives("string").decodedBy(decode::metrics));
        table.add(row("getOpenApi", "GET", "/openapi.json")
                .anybody()
                .gives("object")
                .decodedBy(decode::openApi));
        table.add(row("listTables", "GET", "/admin/v1/tables")
                .operator()
                .gives("Tables")
                .decodedBy(decode::tables));
        if (decode.hasTestClock()) {
            table.add(row("getClock", "GET", "/admin/v1/clock")
                    .operator()
                    .gives("Clock")
                    .decodedBy(decode::clock));
            table.add(row("advanceClock", "POST", "/admin/v1/clock/advance")
                    .operator()
                    .takes("TimeSpan")
                    .slow()
                    .gives("Clock")
                    .decodedBy(decode::advance));
            table.add(row("reset", "POST", "/admin/v1/reset")
                    .operator()
                    .slow()
                    .gives("Clock")
                    .decodedBy(decode::reset));
        }
    }

    private static RouteBuilder row(String name, String method, String path) {
        return RouteBuilder.of(name, method, path);
    }
}
