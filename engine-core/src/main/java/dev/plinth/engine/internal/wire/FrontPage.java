package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.json.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The page at {@code GET /}: where to go on from here, as JSON for programs and as a page for browsers. Both link to
 * routes of this engine only. Immutable.
 */
final class FrontPage {
    /** The media type of the page. */
    static final String HTML = "text/html; charset=utf-8";

    /** The page needs neither scripts nor styles nor frames, and so it may have none. */
    static final String POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String NAME = "plinth";
    /** The one documentation that an engine serves is its OpenAPI document. */
    private static final String DOCUMENT = "/openapi.json";

    private static final String HEALTH = "/health/ready";

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>%1$s %2$s</title>
            </head>
            <body>
            <h1>%1$s %2$s</h1>
            <p>This is the HTTP API of a Plinth engine. Its routes start with <code>/v1</code> and need the header
            <code>Authorization: Bearer &lt;API key&gt;</code>.</p>
            <ul>
            <li><a href="%3$s">%3$s</a>: every route with what it takes and answers, as an OpenAPI 3.1 document</li>
            <li><a href="%4$s">%4$s</a>: whether the engine takes changes</li>
            <li><a href="/metrics">/metrics</a>: its figures, for Prometheus</li>
            </ul>
            </body>
            </html>
            """;

    private final Outcome json;
    private final Outcome page;

    FrontPage(String version) {
        json = Outcome.Done.ok(new JsonBytes()
                .open()
                .member("name", NAME)
                .member("version", version)
                .name("links")
                .open()
                .member("docs", DOCUMENT)
                .member("openapi", DOCUMENT)
                .member("health", HEALTH)
                .close()
                .close()
                .bytes());
        String html = PAGE.formatted(NAME, escaped(version), DOCUMENT, HEALTH);
        page = new Outcome.Page(html.getBytes(StandardCharsets.UTF_8), HTML, null);
    }

    /** Returns the page to a caller that asks for HTML by name, as browsers do, and JSON to all others. */
    Outcome answer(@Nullable String accept) {
        if (accept == null) {
            return json;
        }
        double html = weight(accept, "text/html");
        return html > 0 && html >= weight(accept, "application/json") ? page : json;
    }

    /** How much a media type is wanted by its name (RFC 9110 §12.5.1); 0 if it is not named, or not wanted. */
    private static double weight(String accept, String mediaType) {
        for (String range : accept.toLowerCase(Locale.ROOT).split(",")) {
            String[] parts = range.split(";");
            if (parts[0].strip().equals(mediaType)) {
                double weight = 1;
                for (int i = 1; i < parts.length; i++) {
                    String parameter = parts[i].strip();
                    if (parameter.matches("q=(0(\\.\\d{0,3})?|1(\\.0{0,3})?)")) {
                        weight = Double.parseDouble(parameter.substring(2));
                    }
                }
                return weight;
            }
        }
        return 0;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
