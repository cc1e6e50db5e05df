package dev.plinth.engine.http.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewResource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A world with a console, and a window of a browser to look at it: one browser for the tests of a class. Pictures are left below {@code target/console}. */
abstract class ConsoleBrowsing {
    static final int NARROW = 360;
    static final int WIDE = 1280;
    private static final Path PICTURES = Path.of("target", "console");

    private static @Nullable ChromeDriver driver;
    private static String session = "";

    final ConsoleWorld world;
    final Browser browser;
    private String pictures = "";

    ConsoleBrowsing() throws IOException {
        world = new ConsoleWorld();
        browser = new Browser(Objects.requireNonNull(driver), session);
    }

    @BeforeAll
    static void start() throws IOException {
        boolean isThere = ChromeDriver.program().isPresent();
        if (!isThere) {
            System.out.println("plinth: the console is not tested: there is no chromedriver;"
                    + " install chromium and chromium-driver, or set PLINTH_CHROMEDRIVER and PLINTH_BROWSER.");
            if (System.getenv("CI") == null) {
                assumeThat(isThere).isTrue();
            }
        }
        driver = ChromeDriver.start();
        session = driver.startBrowser();
    }

    @AfterAll
    static void stop() {
        if (driver != null) {
            driver.close();
        }
    }

    @AfterEach
    void close() throws IOException {
        browser.close();
        world.close();
    }

    void look(String name) throws IOException {
        browser.settle();
        browser.screenshot(PICTURES.resolve(pictures).resolve(name + ".png"));
        assertThat(browser.violations()).as("violations at %s", name).isEmpty();
        assertThat(browser.complaints()).as("complaints at %s", name).isEmpty();
        assertThat(browser.overflow()).as("pixels too wide at %s", name).isLessThanOrEqualTo(0);
    }

    void lookAt(String name, String hash) throws IOException {
        browser.visit(hash);
        look(name);
    }

    void lookAtDialog(String name, String button) throws IOException {
        browser.click(button);
        browser.await("document.querySelector('dialog[open]')");
        look(name);
        browser.press("Escape");
        browser.await("!document.querySelector('dialog[open]')");
    }

    void signIn(String credential) throws IOException {
        signIn(world.address(), credential);
    }

    /** Signs in at the console of a server. */
    void signIn(String address, String credential) throws IOException {
        browser.open(address);
        browser.await("document.querySelector('h1')");
        browser.fill("API key", credential);
        browser.click("Sign in");
        browser.await("document.querySelector('.side')");
        browser.settle();
    }

    /** Opens the API reference at a place in it. */
    void openReference(String hash) throws IOException {
        browser.open(world.address().replace("/console/", "/docs") + hash);
        browser.await("document.querySelector('#nav')");
        browser.settle();
    }

    void begin(int width, boolean dark) throws IOException {
        pictures = (dark ? "dark-" : "light-") + width;
        browser.look(width, dark);
    }

    void awaitNoDialog() throws IOException {
        browser.await("!document.querySelector('dialog[open]')");
    }

    /** Replaces {@code fetch} by a function of its arguments {@code url} and {@code init}; the original is {@code kept}. */
    void interceptCalls(String body) throws IOException {
        browser.run("const kept = window.fetch; window.fetch = async (url, init) => {" + body + "}");
    }

    String idOf(Json data) {
        return world.client()
                .resources()
                .create(NewResource.of("Order 4711").withData(data).withMetadata(Map.of("customer", "c-17")))
                .call()
                .id();
    }
}
