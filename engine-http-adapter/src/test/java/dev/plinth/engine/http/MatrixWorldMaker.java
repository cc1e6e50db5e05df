package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.MatrixWorld.Neighbour;
import dev.plinth.engine.settings.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Lays out a matrix's world: a caller's workspace, its neighbours, and something in every state. For one use. */
final class MatrixWorldMaker {
    static final String PLAN = "roomy";

    private static final String RESOURCES = "/v1/resources";
    private static final String NAME = "{\"name\":\"n\"}";
    private static final String IDLE_JOB = "{\"type\":\"idle\",\"input\":{}}";
    private static final String ENDPOINTS = "/v1/webhook-endpoints";
    private static final List<String> FAMILIES = List.of("resources", "jobs", "events", "webhooks", "keys");
    /** The request log is only read. */
    private static final String LOG = "requests:read";

    /** More than the ten for each item of a page that a list examines before it says that there is more. */
    private static final int FOREIGN_ROWS = 12;

    private final Engine engine;
    private final ManualClock clock;
    private final Neighbour own;
    private final Neighbour owner;
    private final Neighbour friend;
    private final Neighbour stranger;
    private final MatrixWorld world;

    private MatrixWorldMaker(Engine engine, ManualClock clock) {
        this.engine = engine;
        this.clock = clock;
        own = neighbour();
        owner = neighbour();
        friend = neighbour();
        stranger = neighbour();
        world = new MatrixWorld(engine, own, stranger);
    }

    static MatrixWorld lay(Engine engine, ManualClock clock) {
        MatrixWorldMaker maker = new MatrixWorldMaker(engine, clock);
        maker.ownResources();
        maker.sharedResources();
        maker.foreignResources();
        maker.workspaces();
        maker.jobs();
        maker.webhooks();
        maker.keys();
        maker.credentials();
        maker.restrictedKeys();
        clock.advance(Duration.ofSeconds(2));
        return maker.world;
    }

    private void ownResources() {
        for (IdState state : List.of(IdState.OWN, IdState.PAUSED, IdState.ARCHIVED)) {
            String id = resource(own, state);
            share(own, id, friend, "reader");
            bring(own, id, state);
        }
        String deleted = resource(own, IdState.DELETED);
        call(own, "POST", RESOURCES + "/" + deleted + "/archive", "");
        call(own, "DELETE", RESOURCES + "/" + deleted, "");

        String first = world.laid(MatrixTarget.RESOURCE, IdState.OWN);
        String child = child(own, first);
        world.put(MatrixTarget.CHILD, IdState.DELETED, child);
        call(own, "DELETE", RESOURCES + "/" + first + "/children/" + child, "");
        world.put(MatrixTarget.CHILD, IdState.OF_ANOTHER_PARENT, child(own, make(own, RESOURCES, NAME)));
    }

    private void sharedResources() {
        for (IdState state : MatrixTarget.RESOURCE.states()) {
            if (state.role() == IdState.Role.READER || state.role() == IdState.Role.EDITOR) {
                String id = resource(owner, state);
                share(owner, id, own, state.role() == IdState.Role.READER ? "reader" : "editor");
                bring(owner, id, state);
            }
        }
        String once = resource(owner, IdState.NO_LONGER_SHARED);
        share(owner, once, own, "editor");
        call(owner, "DELETE", RESOURCES + "/" + once + "/shares/" + own.id(), "");

        Neighbour doomed = neighbour();
        share(doomed, resource(doomed, IdState.OF_DELETED_WORKSPACE), own, "editor");
        engine.admin().deleteWorkspace(doomed.id()).call();
        world.put(MatrixTarget.GRANTEE, IdState.DELETED, doomed.id());
        world.put(MatrixTarget.WORKSPACE, IdState.DELETED, doomed.id());
    }

    private void foreignResources() {
        String foreign = resource(stranger, IdState.FOREIGN);
        for (int i = 0; i < FOREIGN_ROWS; i++) {
            make(stranger, "/v1/jobs", jobOn(foreign));
            child(stranger, foreign);
        }
    }

    private void workspaces() {
        world.put(MatrixTarget.GRANTEE, IdState.OWN, stranger.id());
        world.put(MatrixTarget.GRANTEE, IdState.ONESELF, own.id());
        world.put(MatrixTarget.GRANTEE, IdState.GRANTED, friend.id());
        world.put(MatrixTarget.WORKSPACE, IdState.OWN, neighbour().id());
        world.put(MatrixTarget.OPERATION, IdState.OWN, "echo");
        world.put(MatrixTarget.OPERATION, IdState.ASYNCHRONOUS, "later");
    }

    private void jobs() {
        world.put(MatrixTarget.JOB, IdState.OWN, make(own, "/v1/jobs", IDLE_JOB));
        world.put(MatrixTarget.JOB, IdState.FOREIGN, make(stranger, "/v1/jobs", IDLE_JOB));
        String finished = make(own, "/v1/jobs", IDLE_JOB);
        call(own, "POST", "/v1/jobs/" + finished + "/cancel", "");
        world.put(MatrixTarget.JOB, IdState.FINISHED, finished);
        String failing = IDLE_JOB.replace("idle", "fails");
        world.put(MatrixTarget.JOB, IdState.FAILED, make(own, "/v1/jobs", failing));
        String shared = make(own, RESOURCES, NAME);
        share(own, shared, friend, "editor");
        world.put(MatrixTarget.JOB, IdState.OF_OTHER_SIDE, make(friend, "/v1/jobs", jobOn(shared)));
    }

    private void webhooks() {
        String readable = world.laid(MatrixTarget.RESOURCE, IdState.READABLE);
        world.put(MatrixTarget.EVENT, IdState.OF_OTHER_SIDE, first(owner, "/v1/events?resourceId=" + readable));
        String event = "{\"type\":\"a.b\",\"data\":{}}";

        String gone = holdingEndpoint(own);
        make(own, "/v1/events", event);
        world.put(MatrixTarget.DELIVERY, IdState.DROPPED, first(own, ENDPOINTS + "/" + gone + "/deliveries"));
        call(own, "DELETE", ENDPOINTS + "/" + gone, "");
        world.put(MatrixTarget.ENDPOINT, IdState.DELETED, gone);

        for (IdState state : List.of(IdState.OWN, IdState.FOREIGN)) {
            Neighbour of = state == IdState.OWN ? own : stranger;
            String endpoint = holdingEndpoint(of);
            world.put(MatrixTarget.ENDPOINT, state, endpoint);
            world.put(MatrixTarget.EVENT, state, make(of, "/v1/events", event));
            world.put(MatrixTarget.DELIVERY, state, first(of, ENDPOINTS + "/" + endpoint + "/deliveries"));
        }
    }

    private void keys() {
        String body = key("\"scopes\":[\"keys:read\"]");
        world.put(MatrixTarget.KEY, IdState.OWN, make(own, "/v1/keys", body));
        world.put(MatrixTarget.KEY, IdState.FOREIGN, make(stranger, "/v1/keys", body));
        String revoked = make(own, "/v1/keys", body);
        call(own, "DELETE", "/v1/keys/" + revoked, "");
        world.put(MatrixTarget.KEY, IdState.REVOKED, revoked);
    }

    private void credentials() {
        credential(Credential.EXPIRED, key("\"expiresAt\":\"" + clock.now().plusSeconds(1) + "\""));
        String plain = key("\"mode\":\"live\"");
        String rotated = credential(Credential.ROTATED_AWAY, plain);
        call(own, "POST", "/v1/keys/" + rotated + "/rotate", "{\"graceSeconds\":1}");
        call(own, "DELETE", "/v1/keys/" + credential(Credential.REVOKED, plain), "");
        call(own, "PATCH", "/v1/keys/" + credential(Credential.DISABLED, plain), "{\"enabled\":false}");
        try (Engine other = Engine.inMemory()) {
            String workspace =
                    other.admin().createWorkspace("n", "starter").call().id();
            world.put(
                    Credential.UNKNOWN,
                    other.admin().createKey(workspace, "n").call().secret().orElseThrow());
        }
    }

    private void restrictedKeys() {
        for (String family : FAMILIES) {
            restricted(family + ":read", List.of(family + ":read"));
            restricted(family + ":write", List.of(family + ":write"));
            restricted(
                    "not " + family,
                    Stream.concat(Stream.of(LOG), writesBut(family)).toList());
        }
        restricted(LOG, List.of(LOG));
        restricted("not requests", writesBut("requests").toList());
    }

    private static Stream<String> writesBut(String family) {
        return FAMILIES.stream().filter(each -> !each.equals(family)).map(each -> each + ":write");
    }

    private void restricted(String name, List<String> scopes) {
        String body = key("\"scopes\":[\"" + String.join("\",\"", scopes) + "\"]");
        world.putRestricted(name, text(call(own, "POST", "/v1/keys", body), "secret"));
    }

    /** A key of the caller's, by whose secret it will call; its id. */
    private String credential(Credential credential, String body) {
        Reply made = call(own, "POST", "/v1/keys", body);
        world.put(credential, text(made, "secret"));
        return text(made, "id");
    }

    private static String key(String members) {
        return "{\"name\":\"n\"," + members + "}";
    }

    private Neighbour neighbour() {
        String id = engine.admin().createWorkspace("n", PLAN).call().id();
        String key = engine.admin().createKey(id, "n").call().secret().orElseThrow();
        return new Neighbour(id, key);
    }

    /** A resource in its first state, with a child. */
    private String resource(Neighbour of, IdState state) {
        String id = make(of, RESOURCES, NAME);
        world.put(MatrixTarget.RESOURCE, state, id);
        world.put(MatrixTarget.CHILD, state, child(of, id));
        return id;
    }

    private void bring(Neighbour of, String resource, IdState to) {
        if (to.isPaused() || to.isArchived()) {
            call(of, "POST", RESOURCES + "/" + resource + (to.isPaused() ? "/pause" : "/archive"), "");
        }
    }

    private String child(Neighbour of, String resource) {
        return make(of, RESOURCES + "/" + resource + "/children", NAME);
    }

    private void share(Neighbour from, String resource, Neighbour to, String role) {
        call(from, "PUT", RESOURCES + "/" + resource + "/shares/" + to.id(), "{\"role\":\"" + role + "\"}");
    }

    private static String jobOn(String resource) {
        return IDLE_JOB.replace("{}}", "{},\"resourceId\":\"" + resource + "\"}");
    }

    /** A disabled endpoint: it holds what it is to deliver, so that nothing goes out. */
    private String holdingEndpoint(Neighbour of) {
        String id = make(of, ENDPOINTS, "{\"url\":\"http://127.0.0.1:1/\",\"types\":[\"a.b\"]}");
        call(of, "PATCH", ENDPOINTS + "/" + id, "{\"status\":\"disabled\"}");
        return id;
    }

    private String first(Neighbour of, String list) {
        List<?> data =
                (List<?>) Json.of(call(of, "GET", list, "").text()).asMap().get("data");
        return String.valueOf(((Map<?, ?>) data.get(0)).get("id"));
    }

    private String make(Neighbour of, String path, String body) {
        Reply made = call(of, "POST", path, body);
        return text(made, made.status() == 202 ? "job_id" : "id");
    }

    private static String text(Reply reply, String member) {
        return String.valueOf(Json.of(reply.text()).asMap().get(member));
    }

    private Reply call(Neighbour of, String method, String path, String body) {
        Call call = Call.of(method, path).withKey(of.key());
        Reply reply = engine.call(body.isEmpty() ? call : call.withBody(Json.of(body)));
        assertThat(reply.status()).as("%s %s: %s", method, path, reply.text()).isBetween(200, 202);
        return reply;
    }
}
