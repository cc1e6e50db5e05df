package dev.plinth.engine.testkit;

import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.client.AdminClient;
import dev.plinth.engine.client.PlinthClient;
import org.jspecify.annotations.Nullable;

/** A workspace with a key, and with faults and a webhook sink once they are used. Thread-safe. */
final class TestWorkspace implements AutoCloseable {
    private static final int NAME_MAX = 255;

    private final PlinthTestServer server;
    private final String name;
    private @Nullable Made made;
    private @Nullable WebhookSink sink;

    /** Makes a workspace of this name, in the plan of the server. It is created when it is first used. */
    TestWorkspace(PlinthTestServer server, String name) {
        this.server = server;
        this.name = name.codePointCount(0, name.length()) > NAME_MAX ? "test" : name;
    }

    /** Creates the workspace and its key, unless they exist. */
    void open() {
        Made unused = made();
    }

    private synchronized Made made() {
        Made there = made;
        if (there == null) {
            AdminClient admin = server.engine().admin();
            Workspace workspace = admin.createWorkspace(name, server.plan()).call();
            there = new Made(workspace, admin.createKey(workspace.id(), "test").call());
            made = there;
        }
        return there;
    }

    Workspace workspace() {
        return made().workspace();
    }

    ApiKey key() {
        return made().key();
    }

    String secret() {
        return key().secret().orElseThrow();
    }

    PlinthClient client() {
        return server.engine().client(secret());
    }

    PlinthServer server() {
        return new PlinthServer(server.uri(), secret(), server.adminToken());
    }

    Faults faults() {
        return server.faults(secret());
    }

    synchronized WebhookSink sink() {
        WebhookSink open = sink;
        if (open == null) {
            open = WebhookSink.open();
            sink = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        if (sink != null) {
            sink.close();
            sink = null;
        }
        if (made != null) {
            server.endFaults(secret());
            server.suspend(workspace().id());
        }
    }

    private record Made(Workspace workspace, ApiKey key) {}
}
