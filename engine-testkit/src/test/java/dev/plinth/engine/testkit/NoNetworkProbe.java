package dev.plinth.engine.testkit;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Tables;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Runs in a JVM of its own while it is watched: uses engines without webhooks, or, to see the watchers at work, a socket. */
final class NoNetworkProbe {
    static final String DONE = "probe done";
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final long OFF_HEAP_RESOURCES = 1_000;

    private NoNetworkProbe() {}

    /** With a port as its argument it does all that there is to see with it; without one it does what a host does. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            InetAddress here = InetAddress.getByName("localhost");
            SocketChannel.open(new InetSocketAddress(here, Integer.parseInt(arguments[0])))
                    .close();
            DatagramChannel.open().close();
        } else {
            use(Engine.builder());
            use(Engine.builder().tables(Tables.OFF_HEAP).maxResources(OFF_HEAP_RESOURCES));
        }
        System.out.println(DONE);
    }

    private static void use(EngineBuilder builder) {
        try (Engine engine = builder.jobHandler("echo", job -> job.input())
                .listener("all", (workspaceId, event) -> {})
                .open()) {
            Workspace workspace = engine.admin().createWorkspace("Acme", "pro").call();
            ApiKey key = engine.admin().createKey(workspace.id(), "k").call();
            PlinthClient client = engine.client(key.secret().orElseThrow());
            String id =
                    client.resources().create("R").idempotencyKey("k-1").call().id();
            client.resources().pause(id).call();
            String job = client.startJob("echo", Json.EMPTY_OBJECT).call().jobId();
            client.job(job, WAIT).call();
            client.publish("host.event", Json.EMPTY_OBJECT).call();
        }
    }
}
