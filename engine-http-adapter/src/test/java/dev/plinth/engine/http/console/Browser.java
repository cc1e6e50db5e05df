package dev.plinth.engine.http.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A window of a browser, used as a person uses it: by what is written on things. Windows of one session have nothing in common as long as the
 * servers they look at have different ports: what a page keeps belongs to its origin. Not thread-safe.
 */
final class Browser implements AutoCloseable {
    /** A time that no page takes, however slow the machine is: a minute at least. */
    static final int TRIES_MAX = 2_400;

    /** Waits in the browser. */
    private static final String PAUSE = "setTimeout(arguments[arguments.length - 1], arguments[0])";

    private static final int PAUSE_MILLIS = 100;
    private static final int LOOK_AGAIN_MILLIS = 25;

    /** The place where a click or a field is looked for: the dialog that is open, or else the page. */
    private static final String SCOPE = "const scope = document.querySelector('dialog[open]') || document;";

    private final ChromeDriver driver;
    private final String session;
    private final String first;
    private final String axe;

    /** Opens a window in a session, of which the window that it began with stays open. */
    Browser(ChromeDriver driver, String session) throws IOException {
        this.driver = driver;
        this.session = session;
        this.first = newWindow("window");
        try (InputStream in = Objects.requireNonNull(Browser.class.getResourceAsStream("/axe.min.js"))) {
            axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Sets how wide the window is, in CSS pixels, and whether its owner likes it dark. */
    void look(int width, boolean dark) throws IOException {
        devTools(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        devTools(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Sets the time zone of the window, such as {@code America/New_York}; an empty one is that of the machine. */
    void zone(String id) throws IOException {
        Object unused = devTools("Emulation.setTimezoneOverride", Map.of("timezoneId", id));
    }

    void open(String address) throws IOException {
        Object unused = driver.call("POST", session + "/url", Map.of("url", address));
    }

    /** Opens a second tab, and goes on in it. Returns the first one, for {@link #inTab}. */
    String openTab() throws IOException {
        return newWindow("tab");
    }

    /** Opens a window or tab and goes on in it. Returns the one before. */
    private String newWindow(String type) throws IOException {
        String before = String.valueOf(driver.call("GET", session + "/window", Map.of()));
        Map<?, ?> opened =
                (Map<?, ?>) Objects.requireNonNull(driver.call("POST", session + "/window/new", Map.of("type", type)));
        inTab(String.valueOf(opened.get("handle")));
        return before;
    }

    /** Goes on in another tab, which comes to the front. */
    void inTab(String tab) throws IOException {
        Object unused = driver.call("POST", session + "/window", Map.of("handle", tab));
    }

    /** Goes to a page of the console, and waits until it has loaded. */
    void visit(String hash) throws IOException {
        run("location.hash = arguments[0]", hash);
        await("location.hash === " + quoted(hash) + " && document.querySelector('h1')");
        settle();
    }

    /** Waits until nothing is being loaded. */
    void settle() throws IOException {
        pause();
        await("!document.querySelector('.loading') && !document.querySelector('[aria-busy=true]')");
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    /** Clicks on what has this text or name. */
    void click(String name) throws IOException {
        await(found(name));
        run(SCOPE + "const name = arguments[0]; (" + FIND + ")(scope, name).click();", name);
    }

    private static final String FIND =
            "(scope, name) => [...scope.querySelectorAll('button, a, [role=tab], summary, label.check')]"
                    + ".find((each) => !each.disabled && each.ariaDisabled !== 'true' && [each.textContent.trim(), each.getAttribute('aria-label')].includes(name))";

    private static final String FIND_LABEL = "(scope, start) => [...scope.querySelectorAll('label')]"
            + ".find((each) => each.htmlFor && each.textContent.trim().startsWith(start))";

    private static String found(String name) {
        return "(() => {" + SCOPE + "return (" + FIND + ")(scope, " + quoted(name) + ")})()";
    }

    /** Sends the form of the dialog. */
    void submit() throws IOException {
        String button = "document.querySelector('dialog[open] button[type=submit]')";
        await(button);
        run(button + ".click()");
    }

    /** Fills the field whose label begins so. */
    void fill(String label, String value) throws IOException {
        await("(() => {" + SCOPE + "return (" + FIND_LABEL + ")(scope, " + quoted(label) + ")})()");
        run(
                SCOPE
                        + "const label = (" + FIND_LABEL + ")(scope, arguments[0]);"
                        + "const field = document.getElementById(label.htmlFor);"
                        + "Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, arguments[1]);"
                        + "field.dispatchEvent(new Event('input', {bubbles: true}));"
                        + "field.dispatchEvent(new Event('change', {bubbles: true}));",
                label,
                value);
    }

    /** Presses keys one after the other, such as {@code Tab}; a single character is typed. */
    void press(String... keys) throws IOException {
        List<Object> actions = new ArrayList<>();
        for (String key : keys) {
            String value = switch (key) {
                case "Tab" -> "\uE004";
                case "Enter" -> "\uE007";
                case "Escape" -> "\uE00C";
                case "End" -> "\uE010";
                case "ArrowRight" -> "\uE014";
                default -> key;
            };
            actions.add(Map.of("type", "keyDown", "value", value));
            actions.add(Map.of("type", "keyUp", "value", value));
        }
        Object unused = driver.call(
                "POST",
                session + "/actions",
                Map.of("actions", List.of(Map.of("type", "key", "id", "keyboard", "actions", actions))));
    }

    void type(String text) throws IOException {
        press(text.split(""));
    }

    /** Waits until an expression is true. */
    void await(String expression) throws IOException {
        for (int i = 0; i < TRIES_MAX; i++) {
            if (is(expression)) {
                return;
            }
            pause(LOOK_AGAIN_MILLIS);
        }
        throw new AssertionError("Expected " + expression + ", but the page says: " + text());
    }

    void awaitText(String text) throws IOException {
        await("document.body.innerText.includes(" + quoted(text) + ")");
    }

    /** Waits a tenth of a second. */
    void pause() throws IOException {
        pause(PAUSE_MILLIS);
    }

    private void pause(int millis) throws IOException {
        Object unused =
                driver.call("POST", session + "/execute/async", Map.of("script", PAUSE, "args", List.of(millis)));
    }

    boolean is(String expression) throws IOException {
        return Boolean.TRUE.equals(script("return Boolean(" + expression + ")"));
    }

    String text() throws IOException {
        return String.valueOf(script("return document.body.innerText"));
    }

    /** Runs a script for what it does. */
    void run(String script, Object... arguments) throws IOException {
        Object unused = script(script, arguments);
    }

    @Nullable
    Object script(String script, Object... arguments) throws IOException {
        return driver.call(
                "POST", session + "/execute/sync", Map.of("script", script, "args", Arrays.asList(arguments)));
    }

    private @Nullable Object devTools(String command, Map<String, ?> parameters) throws IOException {
        return driver.call("POST", session + "/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
    }

    /** Returns what axe-core finds wrong with the page as it stands: rules of WCAG 2.2 AA and of good practice. */
    List<String> violations() throws IOException {
        if (!is("window.axe")) {
            Object unused = devTools("Runtime.evaluate", Map.of("expression", axe));
        }
        Object found = devTools(
                "Runtime.evaluate",
                Map.of(
                        "awaitPromise", true,
                        "returnByValue", true,
                        "expression",
                                "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],"
                                        + " resultTypes: ['violations']}).then((result) => result.violations.map((each) =>"
                                        + " each.id + ': ' + each.nodes.map((node) => node.html.slice(0, 160)).join(' | ')))"));
        Map<?, ?> result =
                (Map<?, ?>) Objects.requireNonNull(((Map<?, ?>) Objects.requireNonNull(found)).get("result"));
        return ((List<?>) Objects.requireNonNull(result.get("value")))
                .stream().map(String::valueOf).toList();
    }

    /** Returns how many pixels the page is wider than the window. */
    int overflow() throws IOException {
        return ((Number) Objects.requireNonNull(
                        script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")))
                .intValue();
    }

    /**
     * Returns what the browser has complained of since it was last asked: errors of scripts, and what the content security policy has refused.
     * Answers with a status of 400 and more are the server's word, not a complaint.
     */
    List<String> complaints() throws IOException {
        List<?> log =
                (List<?>) Objects.requireNonNull(driver.call("POST", session + "/se/log", Map.of("type", "browser")));
        return log.stream()
                .map(entry -> (Map<?, ?>) entry)
                .filter(entry -> !"network".equals(entry.get("source")))
                .map(entry -> entry.get("source") + ": " + entry.get("message"))
                .toList();
    }

    void screenshot(Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, screenshot());
    }

    /** Returns a picture of the window as PNG. */
    byte[] screenshot() throws IOException {
        Object picture = Objects.requireNonNull(driver.call("GET", session + "/screenshot", Map.of()));
        return Base64.getDecoder().decode(String.valueOf(picture));
    }

    /** Closes the windows that this one and its tabs are, and forgets what they complained of. */
    @Override
    public void close() throws IOException {
        Object all = driver.call("GET", session + "/window/handles", Map.of());
        for (Object each : (List<?>) Objects.requireNonNull(all)) {
            if (!each.equals(first)) {
                inTab(String.valueOf(each));
                Object unused = driver.call("DELETE", session + "/window", Map.of());
            }
        }
        inTab(first);
        List<String> unused = complaints();
    }
}
