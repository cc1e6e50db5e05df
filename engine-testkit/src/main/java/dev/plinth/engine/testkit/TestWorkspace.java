package dev.plinth.engine.testkit;

import dev.plinth.engine.AdminClient;
import dev.plinth.engine.PlinthClient;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Workspace;
import org.jspecify.annotations.Nullable;

/** What one test has for itself: a workspace, a key, and faults and a webhook sink once it asks for them. Thread-safe. */
final class TestWorkspace implements AutoCloseable {
    private static final int NAME_MAX = 255;

    private final TestEngine engine;
    private final Workspace workspace;
    private final ApiKey key;
    private @Nullable WebhookSink sink;

    private TestWorkspace(TestEngine engine, Workspace workspace, ApiKey key) {
        this.engine = engine;
        this.workspace = workspace;
        this.key = key;
    }

    static TestWorkspace create(TestEngine engine, String plan, String testName) {
        AdminClient admin = engine.engine().admin();
        String name = testName.codePointCount(0, testName.length()) > NAME_MAX ? "test" : testName;
        Workspace workspace = admin.createWorkspace(name, plan).call();
        return new TestWorkspace(
                engine, workspace, admin.createKey(workspace.id(), "test").call());
    }

    Workspace workspace() {
        return workspace;
    }

    ApiKey key() {
        return key;
    }

    PlinthClient client() {
        return engine.engine().client(secret());
    }

    PlinthServer server() {
        return new PlinthServer(engine.server().uri(), secret(), TestEngine.ADMIN_TOKEN);
    }

    Faults faults() {
        return engine.faults(secret());
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
        }
        engine.endFaults(secret());
        engine.suspend(workspace.id());
    }

    private String secret() {
        return key.secret().orElseThrow();
    }
}
