package dev.plinth.engine.http;

import static dev.plinth.engine.http.Expected.IS_ARCHIVED;
import static dev.plinth.engine.http.Expected.IS_PAUSED;
import static dev.plinth.engine.http.Expected.WRONG_STATE;
import static dev.plinth.engine.http.Expected.changed;
import static dev.plinth.engine.http.Expected.refused;
import static dev.plinth.engine.http.Expected.same;
import static dev.plinth.engine.http.MatrixTarget.CHILD;
import static dev.plinth.engine.http.MatrixTarget.DELIVERY;
import static dev.plinth.engine.http.MatrixTarget.ENDPOINT;
import static dev.plinth.engine.http.MatrixTarget.EVENT;
import static dev.plinth.engine.http.MatrixTarget.GRANTEE;
import static dev.plinth.engine.http.MatrixTarget.JOB;
import static dev.plinth.engine.http.MatrixTarget.KEY;
import static dev.plinth.engine.http.MatrixTarget.OPERATION;
import static dev.plinth.engine.http.MatrixTarget.REQUEST;
import static dev.plinth.engine.http.MatrixTarget.RESOURCE;
import static dev.plinth.engine.http.MatrixTarget.WORKSPACE;

import dev.plinth.engine.http.MatrixRow.IdLocation;
import java.util.ArrayList;
import java.util.List;

/** The matrix's table: one row for each route, in the words of the contract. A route that is new needs a row here. */
final class MatrixRows {
    private static final String NAME = "{\"name\":\"n\"}";

    private final List<MatrixRow> rows = new ArrayList<>();

    private MatrixRows() {}

    static List<MatrixRow> all() {
        MatrixRows table = new MatrixRows();
        table.resources();
        table.shares();
        table.children();
        table.jobs();
        table.events();
        table.endpoints();
        table.workspace();
        table.operator();
        table.system();
        return List.copyOf(table.rows);
    }

    private void resources() {
        read("listResources", "resources");
        write("createResource", "resources", changed(201)).body(NAME);
        row("batch", changed(200))
                .body("{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"n\"}}]}");
        write("bulkResources", "resources", changed(202))
                .body("{\"operations\":[{\"action\":\"create\",\"name\":\"n\"}]}");
        read("getResource", "resources").id("id", RESOURCE);
        one("updateResource", changed(200))
                .body("{\"name\":\"new\"}")
                .forEditors()
                .archived(IS_ARCHIVED);
        one("deleteResource", changed(200)).forOwners().active(WRONG_STATE).paused(WRONG_STATE);
        one("pauseResource", changed(200)).forEditors().paused(same(200)).archived(IS_ARCHIVED);
        one("resumeResource", changed(200)).forEditors().active(same(200)).archived(IS_ARCHIVED);
        one("archiveResource", changed(200)).forOwners().archived(same(200));
        one("unarchiveResource", changed(200)).forOwners().active(same(200)).paused(same(200));
        write("runOperation", "resources", changed(200))
                .id("id", RESOURCE)
                .id("name", OPERATION)
                .honoursIfMatch()
                .body("{\"input\":{}}")
                .forEditors()
                .paused(IS_PAUSED)
                .archived(IS_ARCHIVED)
                .when(OPERATION, changed(202), IdState.ASYNCHRONOUS);
        write("callOperation", "resources", changed(200))
                .id("name", OPERATION)
                .body("{\"input\":{}}")
                .when(OPERATION, Expected.NOT_FOUND, IdState.ASYNCHRONOUS);
    }

    private void shares() {
        Expected noGrantee = refused(422, "validation_failed");
        write("share", "resources", changed(201))
                .id("id", RESOURCE)
                .id("workspaceId", GRANTEE)
                .body("{\"role\":\"reader\"}")
                .forOwners()
                .archived(IS_ARCHIVED)
                .when(GRANTEE, same(200), IdState.GRANTED)
                .toOneself(noGrantee)
                .when(GRANTEE, noGrantee, IdState.ABSENT, IdState.DELETED, IdState.OTHER_KIND)
                .when(GRANTEE, noGrantee, IdState.MALFORMED, IdState.UPPER_CASE, IdState.TOO_LONG);
        read("listShares", "resources").id("id", RESOURCE).forOwners();
        write("unshare", "resources", changed(200))
                .id("id", RESOURCE)
                .id(IdLocation.PATH, "workspaceId", GRANTEE, IdState.GRANTED)
                .forOwnersAndTheGrantee()
                .when(GRANTEE, Expected.NOT_FOUND, IdState.OWN, IdState.ONESELF);
    }

    private void children() {
        write("createChild", "resources", changed(201))
                .id("id", RESOURCE)
                .body(NAME)
                .forEditors()
                .archived(IS_ARCHIVED);
        read("listChildren", "resources").id("id", RESOURCE);
        read("getChild", "resources").id("id", RESOURCE).id("childId", CHILD);
        one("updateChild", changed(200))
                .id("childId", CHILD)
                .body("{\"name\":\"new\"}")
                .forEditors()
                .archived(IS_ARCHIVED);
        one("deleteChild", changed(200)).id("childId", CHILD).forEditors().archived(IS_ARCHIVED);
    }

    private void jobs() {
        write("createJob", "jobs", changed(202))
                .id(IdLocation.BODY, "resourceId", RESOURCE, IdState.OWN)
                .body("{\"type\":\"idle\",\"input\":{},\"resourceId\":\"{resourceId}\"}")
                .forEditors()
                .paused(IS_PAUSED)
                .archived(IS_ARCHIVED);
        read("listJobs", "jobs")
                .id(IdLocation.FILTER, "resourceId", RESOURCE, IdState.NOT_GIVEN)
                .query("limit=1");
        read("getJob", "jobs").id("jobId", JOB);
        write("cancelJob", "jobs", changed(200))
                .id("jobId", JOB)
                .when(JOB, refused(409, "job_finished"), IdState.FINISHED, IdState.FAILED);
        write("retryJob", "jobs", changed(200)).id("jobId", JOB).when(JOB, WRONG_STATE, IdState.OWN);
        write("leaseJobs", "jobs", same(200)).body("{\"types\":[\"nothing\"]}");
        worker("heartbeatJob", "");
        worker("reportProgress", ",\"done\":1,\"total\":2");
        worker("completeJob", ",\"result\":{}");
        worker("failJob", ",\"error\":{\"detail\":\"no\"}");
        worker("snoozeJob", ",\"seconds\":60");
    }

    /** Adds a call that only the holder of a lease may make; no caller has one here. */
    private void worker(String operation, String members) {
        write(operation, "jobs", refused(409, "lease_lost"))
                .id("jobId", JOB)
                .body("{\"leaseToken\":\"none\"" + members + "}");
    }

    private void events() {
        Expected notAnEvent = refused(400, "parameter_invalid");
        Expected noSuchResource = refused(422, "validation_failed");
        write("publishEvent", "events", changed(201))
                .id(IdLocation.BODY, "resourceId", RESOURCE, IdState.OWN)
                .body("{\"type\":\"a.b\",\"data\":{},\"resourceId\":\"{resourceId}\"}")
                .forEditors()
                .archived(IS_ARCHIVED)
                .when(RESOURCE, noSuchResource, IdState.ABSENT, IdState.FOREIGN, IdState.DELETED)
                .when(RESOURCE, noSuchResource, IdState.NO_LONGER_SHARED, IdState.OF_DELETED_WORKSPACE)
                .when(RESOURCE, noSuchResource, IdState.MALFORMED, IdState.UPPER_CASE)
                .when(RESOURCE, noSuchResource, IdState.TOO_LONG, IdState.OTHER_KIND);
        read("listEvents", "events")
                .id(IdLocation.FILTER, "resourceId", RESOURCE, IdState.NOT_GIVEN)
                .id(IdLocation.QUERY, "after", EVENT, IdState.NOT_GIVEN)
                .query("limit=1")
                .when(EVENT, notAnEvent, IdState.ABSENT, IdState.FOREIGN, IdState.OF_OTHER_SIDE)
                .when(EVENT, notAnEvent, IdState.MALFORMED, IdState.UPPER_CASE, IdState.TOO_LONG, IdState.OTHER_KIND);
        read("streamEvents", "events").id(IdLocation.FILTER, "resourceId", RESOURCE, IdState.NOT_GIVEN);
        read("getEvent", "events").id("eventId", EVENT);
    }

    private void endpoints() {
        write("createWebhookEndpoint", "webhooks", changed(201)).body("{\"url\":\"http://127.0.0.1:1/\"}");
        read("listWebhookEndpoints", "webhooks");
        read("getWebhookEndpoint", "webhooks").id("endpointId", ENDPOINT);
        write("updateWebhookEndpoint", "webhooks", changed(200))
                .id("endpointId", ENDPOINT)
                .body("{\"description\":\"new\"}");
        write("deleteWebhookEndpoint", "webhooks", changed(200)).id("endpointId", ENDPOINT);
        write("rotateWebhookSecret", "webhooks", changed(200)).id("endpointId", ENDPOINT);
        write("testWebhookEndpoint", "webhooks", same(200))
                .id("endpointId", ENDPOINT)
                .tellsOfTheMoment();
        read("listDeliveries", "webhooks").id("endpointId", ENDPOINT);
        read("getDelivery", "webhooks").id("deliveryId", DELIVERY);
        write("recoverDeliveries", "webhooks", changed(202))
                .id("endpointId", ENDPOINT)
                .body("{\"since\":\"2025-01-01T00:00:00Z\"}");
        write("resendDelivery", "webhooks", changed(202))
                .id("deliveryId", DELIVERY)
                .when(DELIVERY, WRONG_STATE, IdState.DROPPED);
    }

    private void workspace() {
        row("getWorkspace", same(200));
        write("updateWorkspace", "keys", changed(200)).body("{\"name\":\"new\"}");
        write("createKey", "keys", changed(201)).body("{\"name\":\"n\",\"scopes\":[\"keys:read\"]}");
        read("listKeys", "keys");
        read("getKey", "keys").id("keyId", KEY);
        write("updateKey", "keys", changed(200)).id("keyId", KEY).body("{\"name\":\"new\"}");
        write("revokeKey", "keys", changed(200)).id("keyId", KEY).when(KEY, same(200), IdState.REVOKED);
        write("rotateKey", "keys", changed(200)).id("keyId", KEY).when(KEY, WRONG_STATE, IdState.REVOKED);
        read("listRequests", "requests")
                .id(IdLocation.FILTER, "keyId", KEY, IdState.NOT_GIVEN)
                .tellsOfTheMoment();
        read("getRequest", "requests").id("requestId", REQUEST);
        row("getRateLimit", same(200));
        row("getPlan", same(200)).tellsOfTheMoment();
    }

    private void operator() {
        row("createWorkspace", changed(201)).operator().body(NAME);
        row("listWorkspaces", same(200)).operator();
        row("getAnyWorkspace", same(200)).operator().id("workspaceId", WORKSPACE);
        row("updateAnyWorkspace", changed(200))
                .operator()
                .id("workspaceId", WORKSPACE)
                .body("{\"name\":\"new\"}");
        row("deleteAnyWorkspace", changed(200)).operator().id("workspaceId", WORKSPACE);
        row("listTables", same(200)).operator().tellsOfTheMoment();
        row("listPlans", same(200)).operator();
        row("getHealthHistory", same(200)).operator().tellsOfTheMoment();
        row("createKeyFor", changed(201))
                .operator()
                .id("workspaceId", WORKSPACE)
                .body(NAME);
    }

    private void system() {
        row("getRoot", same(200)).anybody();
        row("isLive", same(200)).anybody();
        row("isReady", same(200)).anybody();
        row("isLeader", same(200)).anybody();
        row("getMetrics", same(200)).anybody().tellsOfTheMoment();
        row("getOpenApi", same(200)).anybody();
        row("getClock", same(200)).operator();
        row("reloadConfig", same(200)).operator();
        row("advanceClock", same(200)).operator().body("{\"seconds\":0}");
        row("reset", changed(200)).operator();
    }

    /** A change of one resource or one child of it. */
    private MatrixRow one(String name, Expected success) {
        return write(name, "resources", success).id("id", RESOURCE).honoursIfMatch();
    }

    private MatrixRow read(String name, String family) {
        return row(name, same(200)).scope(family + ":read");
    }

    private MatrixRow write(String name, String family, Expected success) {
        return row(name, success).scope(family + ":write");
    }

    private MatrixRow row(String name, Expected success) {
        MatrixRow row = new MatrixRow(name, success);
        rows.add(row);
        return row;
    }
}
