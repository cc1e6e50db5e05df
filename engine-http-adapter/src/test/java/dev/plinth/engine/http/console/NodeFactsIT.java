package dev.plinth.engine.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.postgres.server.FreePorts;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks in Chromium at what the consoles of two nodes of a shared log tell of them. */
@Tag("slow")
class NodeFactsIT extends ConsoleBrowsing {
    private final SharedMemoryLog log = new SharedMemoryLog();

    @TempDir
    private Path directory;

    NodeFactsIT() throws IOException {}

    @Test
    void health_ofTwoNodes_tellsRoleReignPositionAndLag() throws IOException {
        begin(WIDE, false);
        try (Served leader = new Served("leader");
                Served follower = new Served("follower")) {
            signIn(leader.url + "/console/", ConsoleWorld.ADMIN_TOKEN);
            browser.visit("#/operator/health");
            browser.await("document.body.innerText.match(/This node\\s+leads/)");
            browser.await("document.body.innerText.match(/Epoch\\s+1\\b/)");
            browser.await("document.body.innerText.match(/Last record\\s+\\d/)");
            assertThat(browser.text()).doesNotContain("Behind the log");
            look("health-leader");

            signIn(follower.url + "/console/", ConsoleWorld.ADMIN_TOKEN);
            browser.visit("#/operator/health");
            browser.await("document.body.innerText.match(/This node\\s+follows/)");
            browser.await("document.body.innerText.match(/Behind the log\\s+[\\d,]+ ms at most/)");
            browser.awaitText(leader.url);
            look("health-follower");
        }
    }

    /** A node with its server and console. */
    private final class Served implements AutoCloseable {
        private final String url;
        private final Engine engine;
        private final EngineServer server;

        Served(String id) throws IOException {
            int port = FreePorts.find();
            url = "http://127.0.0.1:" + port;
            engine = Engine.builder()
                    .log(log.connect())
                    .node(new Node(id, Optional.of(URI.create(url))))
                    .secretKeyFile(directory.resolve("secret.key"))
                    .adminToken(ConsoleWorld.ADMIN_TOKEN)
                    .open();
            server = EngineServer.builder(engine).port(port).console().start();
        }

        @Override
        public void close() {
            server.close(Duration.ZERO);
            engine.close();
        }
    }
}
