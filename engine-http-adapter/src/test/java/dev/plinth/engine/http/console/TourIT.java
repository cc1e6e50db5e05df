package dev.plinth.engine.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.http.EngineServer;
import dev.plinth.engine.http.demo.Demo;
import dev.plinth.engine.settings.FirstStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Walks through the demonstration as {@code docs/tour.md} does, and leaves its pictures below {@code target/tour}. To renew the pictures of the
 * page, copy them to {@code docs/tour}.
 */
@Tag("slow")
class TourIT extends ConsoleBrowsing {
    private static final Path MADE = Path.of("target", "tour");
    private static final int BYTES_MAX = 60 * 1024;
    private static final Pattern PICTURE = Pattern.compile("]\\(tour/([a-z-]+\\.png)\\)");

    private final EngineBuilder builder = Engine.builder()
            .inMemory()
            .createDefaultWorkspace(true)
            .adminToken(ConsoleWorld.ADMIN_TOKEN)
            .webhookAllow("127.0.0.0/8");
    private final Demo demo = new Demo(builder);
    private final Engine engine = builder.open();
    private final EngineServer server =
            EngineServer.builder(engine).port(0).console().start();

    TourIT() throws IOException {}

    @AfterEach
    void end() {
        demo.close();
        server.close(Duration.ZERO);
        engine.close();
    }

    private void picture(String name) throws IOException {
        look(name);
        byte[] png = SmallPicture.of(browser.screenshot());
        assertThat(png.length).as("bytes of %s", name).isLessThanOrEqualTo(BYTES_MAX);
        Files.createDirectories(MADE);
        Files.write(MADE.resolve(name + ".png"), png);
    }

    @Test
    void demonstration_showsWhatTheTourTells() throws IOException {
        FirstStart first = engine.firstStart().orElseThrow();
        demo.begin(engine, first.workspaceId());
        String address = server.uri() + "/console/";
        begin(WIDE, false);

        signIn(address, first.key());
        browser.visit("#/resources");
        browser.awaitText("Order 4722");
        picture("resources");
        browser.click("Order 4722");
        browser.await("location.hash.includes('res_')");
        browser.awaitText("Metadata");
        browser.click("Children");
        browser.await("document.querySelector('[role=tabpanel] .table')");
        picture("resource");
        browser.visit("#/jobs");
        browser.await("document.querySelectorAll('progress').length >= 3");
        browser.awaitText("no worker");
        picture("jobs");
        browser.visit("#/settings/webhooks");
        browser.awaitText("An endpoint is failing");
        browser.awaitText("it answered 503");
        picture("webhooks");
        browser.visit("#/events");
        browser.await("document.querySelector('[data-live=yes]')");
        browser.await("document.querySelectorAll('.tail-row').length > 10");
        picture("events");

        // The receiver is out of order for less than a minute.
        browser.visit("#/settings/webhooks");
        browser.await("document.querySelector('.table') && !document.body.innerText.includes('is failing')");
        browser.click("Sign out");
        signIn(address, ConsoleWorld.ADMIN_TOKEN);
        browser.visit("#/operator/health");
        browser.await("document.querySelectorAll('.plot canvas').length === 6");
        picture("health");
        browser.open(server.uri() + "/docs#/operation/createResource");
        browser.await("document.querySelector('#nav')");
        picture("reference");

        assertThat(pictures()).isEqualTo(made());
    }

    private static TreeSet<String> made() throws IOException {
        try (var files = Files.list(MADE)) {
            return files.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The pictures that the page names. That each is in its folder is held by the test of all links. */
    private static TreeSet<String> pictures() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return PICTURE.matcher(Files.readString(root.resolve("docs/tour.md")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
