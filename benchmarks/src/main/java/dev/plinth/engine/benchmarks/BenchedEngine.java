package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * An engine that is the same for all benchmarks: in memory, under the widest plan, with the same resource to create.
 *
 * <p>A plan allows at most a million requests a second, and a loop around one read may ask for more. Calls therefore
 * take turns among {@link #WORKSPACES} workspaces, which together have sixteen times that.
 */
final class BenchedEngine implements AutoCloseable {
    /** Workspaces among which calls take turns; a power of two. */
    static final int WORKSPACES = 16;

    /** 92 bytes of data. */
    static final Json DATA = Json.of(
            "{\"amount\":12550,\"currency\":\"EUR\",\"customer\":\"cus_4711\",\"lines\":[{\"sku\":\"A-1\",\"quantity\":2}]}");

    /** The resource that every benchmark creates, without metadata. */
    static final NewResource INPUT =
            NewResource.of("Invoice 2025-0117").ofType("invoice").withData(DATA);

    static final Json BODY = INPUT.json();

    private static final byte[] BODY_BYTES = BODY.utf8();
    private static final byte[] EVENT = bytes("{\"type\":\"payment.processed\",\"data\":" + DATA + "}");
    private static final byte[] JOB = bytes("{\"type\":\"send_invoice\",\"input\":" + DATA + "}");
    private static final byte[] NO_BODY = {};

    static final Plan PLAN = Plan.of("bench", 1_000_000, Duration.ofSeconds(1)).withQueuedJobsMax(Plan.UNLIMITED);

    private final Engine engine;
    private final List<String> secrets = new ArrayList<>(WORKSPACES);
    private final List<String> authorizations = new ArrayList<>(WORKSPACES);

    /** Opens an engine with room for so many resources, and creates its workspaces. */
    BenchedEngine(Tables tables, int resourcesMax) {
        this(Engine.builder().inMemory().tables(tables).maxResources(resourcesMax));
    }

    /** Opens an engine with the builder's other settings, without history. */
    BenchedEngine(EngineBuilder builder) {
        this(builder, WORKSPACES);
    }

    /** Opens an engine with fewer workspaces, a power of two. */
    BenchedEngine(EngineBuilder builder, int workspaces) {
        engine = builder.plan(PLAN).ids(new SameSecrets()).open();
        for (int i = 0; i < workspaces; i++) {
            String workspace = engine.admin()
                    .createWorkspace("bench " + i, PLAN.name())
                    .call()
                    .id();
            String secret =
                    engine.admin().createKey(workspace, "bench").call().secret().orElseThrow();
            secrets.add(secret);
            authorizations.add("Bearer " + secret);
        }
    }

    /** Returns the client of the workspace that has its turn at the call with this number. */
    PlinthClient client(int call) {
        return engine.client(secret(call));
    }

    /** Returns the call that creates the resource under an idempotency key. */
    Call create(int call) {
        Map<String, String> headers = Map.of(
                "authorization", authorization(call), "content-type", "application/json", "idempotency-key", key(call));
        return Call.of("POST", "/v1/resources", null, headers).withBody(BODY_BYTES);
    }

    /** Returns the same call without a key, so that nothing is remembered. */
    Call createWithoutKey(int call) {
        return call("POST", "/v1/resources", call, BODY_BYTES);
    }

    /** Returns the call that shows a resource. */
    Call get(int call, String resourceId) {
        return call("GET", "/v1/resources/" + resourceId, call, NO_BODY);
    }

    /** Returns the call that changes a resource, each time to something else. */
    Call patch(int call, String resourceId, int change) {
        return call("PATCH", "/v1/resources/" + resourceId, call, bytes("{\"data\":{\"amount\":" + change + "}}"));
    }

    /** Returns the call that shows the newest resources of a workspace. */
    Call page(int call) {
        return Call.of("GET", "/v1/resources?limit=20").withKey(secret(call));
    }

    /** Returns the call that publishes an event of the host's own, with the resource's data. */
    Call publish(int call) {
        return call("POST", "/v1/events", call, EVENT);
    }

    /** Returns the call that starts a job of a type without a handler. */
    Call startJob(int call) {
        return call("POST", "/v1/jobs", call, JOB);
    }

    /** Makes a call as an adapter does, without copies. */
    private Call call(String method, String path, int call, byte[] body) {
        return Call.of(method, path, null, Map.of("authorization", authorization(call)))
                .withBody(body);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the idempotency key of the call with this number. */
    static String key(int call) {
        return "0b1f6c52-7f5e-4a53-9d0e-" + (100_000_000_000L + call);
    }

    /** Makes a call and checks the status of its answer. */
    Reply call(Call call, int status) {
        return checked(call, engine.call(call), status);
    }

    /** Makes the same call without waiting for the answer. */
    CompletableFuture<Reply> submit(Call call, int status) {
        return engine.submit(call).thenApply(reply -> checked(call, reply, status));
    }

    /** Returns the id of a created resource. */
    static String id(Reply reply) {
        String location = reply.headers().getOrDefault("Location", "");
        return location.substring(location.lastIndexOf('/') + 1);
    }

    /** Refuses an answer that is not a remembered one. */
    static Reply checkReplayed(Reply reply) {
        if (!reply.headers().containsKey("Idempotent-Replayed")) {
            throw new IllegalStateException("Expected a remembered answer, but the call was executed");
        }
        return reply;
    }

    private static Reply checked(Call call, Reply reply, int status) {
        if (reply.status() != status) {
            throw new IllegalStateException("Expected status " + status + " for " + call + ", but got " + reply.status()
                    + " " + reply.text() + "; a figure of refusals says nothing");
        }
        return reply;
    }

    /** Returns the rows that sweeps have deleted. */
    Map<String, Long> sweptRows() {
        return engine.sweptRows();
    }

    /** Returns the engine, to serve it. */
    Engine engine() {
        return engine;
    }

    @Override
    public void close() {
        engine.close();
    }

    /** Returns the API key of the workspace that has its turn at the call with this number. */
    String secret(int call) {
        return secrets.get(call & (secrets.size() - 1));
    }

    private String authorization(int call) {
        return authorizations.get(call & (authorizations.size() - 1));
    }

    /** Makes random ids, but the same secrets in every engine, so that calls prepared for one engine fit the next. */
    private static final class SameSecrets implements IdSource {
        private static final long SEED = 1;

        private final IdSource ids = new RandomIds();
        private final SplittableRandom random = new SplittableRandom(SEED);

        @Override
        public Bits next(String kind, long epochMillis) {
            return ids.next(kind, epochMillis);
        }

        @Override
        public synchronized void fillSecret(byte[] target) {
            random.nextBytes(target);
        }
    }
}
