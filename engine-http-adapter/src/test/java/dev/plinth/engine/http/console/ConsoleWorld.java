package dev.plinth.engine.http.console;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.http.EngineServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A server with its console, and a workspace to put things into. */
final class ConsoleWorld implements AutoCloseable {
    static final String ADMIN_TOKEN = "adm_test123456789012";

    /** Would run a script, end one, turn the text around it, or ring a bell, if a page took it for more than text. */
    static final String HOSTILE =
            "<img src=x onerror=\"window.harmed=1\"><script>window.harmed=1</script><iframe src=/x>"
                    + "'\"]]>javascript:window.harmed=1 {{1}} \u202Egnp.exe\u2066\u200F\u0007";

    private final Engine engine = Engine.builder()
            .inMemory()
            .adminToken(ADMIN_TOKEN)
            .webhookAllow("127.0.0.0/8")
            .open();
    private final EngineServer server =
            EngineServer.builder(engine).port(0).console().start();
    private final HookReceiver receiver;
    private final String workspace;
    private final ApiKey key;
    private final PlinthClient client;

    ConsoleWorld() throws IOException {
        receiver = new HookReceiver();
        workspace = engine.admin().createWorkspace("Acme", "business").call().id();
        key = engine.admin().createKey(workspace, "console").call();
        client = engine.client(secret());
    }

    /** Ids of one thing of each kind. */
    record Things(String resource, String endpoint, List<String> jobs, String event) {}

    /** Puts something of each kind into the workspace; each text that a caller may choose is this one. */
    Things fill(String text) {
        Json data = Json.of(Map.of(text, text));
        String endpoint = client.webhooks()
                .create(NewWebhookEndpoint.of(receiver.url())
                        .withDescription(text)
                        .withHeaders(Map.of("X-Tenant", "acme")))
                .call()
                .id();
        NewResource thing = NewResource.of(text).withData(data).withMetadata(Map.of("name", text));
        String resource = client.resources().create(thing).call().id();
        client.children(resource).create(thing).call();
        engine.admin().rename(workspace, text).call();
        String other = engine.admin().createWorkspace(text, "pro").call().id();
        client.shares(resource).grant(other, Role.READER).call();
        client.keys()
                .create(NewKey.of(text).withScopes(Scope.RESOURCES_READ, Scope.JOBS_WRITE))
                .call();
        List<String> jobs = jobs(data, text);
        String event = client.publish(NewEvent.of("payment.processed", data).about(resource))
                .call()
                .id();
        return new Things(resource, endpoint, jobs, event);
    }

    /** Starts three jobs: one runs, one fails, one waits for a worker that there is not. */
    private List<String> jobs(Json data, String text) {
        for (String type : List.of("render", "render", "nobody.does.this")) {
            client.startJob(type, data).call();
        }
        List<LeasedJob> leased =
                client.leases().take(LeaseRequest.of("render").withMax(2)).call();
        LeasedJob running = leased.get(0);
        LeasedJob failing = leased.get(1);
        client.leases()
                .progress(running.job().id(), running.leaseToken(), 37, 120, text)
                .call();
        client.leases()
                .fail(failing.job().id(), failing.leaseToken(), "no_font", text, false)
                .call();
        return client.jobs().call().data().stream().map(job -> job.id()).toList();
    }

    /** Sends a wrong body for a resource. */
    Problem refused(Json body) {
        Reply reply =
                engine.call(Call.of("POST", "/v1/resources").withKey(secret()).withBody(body));
        return Problem.of(Json.of(reply.text()));
    }

    String address() {
        return server.uri() + "/console/";
    }

    String secret() {
        return key.secret().orElseThrow();
    }

    String keyId() {
        return key.id();
    }

    String workspace() {
        return workspace;
    }

    Engine engine() {
        return engine;
    }

    PlinthClient client() {
        return client;
    }

    HookReceiver receiver() {
        return receiver;
    }

    @Override
    public void close() {
        server.close(Duration.ZERO);
        engine.close();
        receiver.close();
    }
}
