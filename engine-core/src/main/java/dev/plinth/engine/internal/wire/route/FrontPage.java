package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The page at {@code GET /}: where to go on from here, as JSON for programs and as a page for browsers. Both link to
 * routes of this engine only. Immutable.
 */
public final class FrontPage {
    private static final Entity LINKS = Entity.named("Links")
            .with("docs", Schema.TEXT)
            .with("openapi", Schema.TEXT)
            .maybe("console", Schema.TEXT)
            .with("health", Schema.TEXT);

    /** The members of the front page as JSON. */
    public static final Entity ENTITY = Entity.named("Root")
            .with("name", Schema.TEXT)
            .with("version", Schema.TEXT)
            .with("links", Schema.of(LINKS));

    /** The media type of the page. */
    static final String HTML = "text/html; charset=utf-8";

    /** The policy of the page. It has neither scripts nor styles nor frames, so none are allowed. */
    static final String POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String NAME = "plinth";
    /** The path of the documentation, which is the OpenAPI document. */
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

    public FrontPage(String version) {
        json = Outcome.Done.ok(JsonBytes.object()
                .member("name", NAME)
                .member("version", version)
                .name("links")
                .open()
                .member("docs", DOCUMENT)
                .member("openapi", DOCUMENT)
                .member("health", HEALTH)
                .close()
                .end());
        String html = PAGE.formatted(NAME, escaped(version), DOCUMENT, HEALTH);
        page = new Outcome.Page(html.getBytes(StandardCharsets.UTF_8), HTML, null);
    }

    /** Returns the page to a caller that asks for HTML by name, as browsers do, and JSON to all others. */
    public Outcome answer(@Nullable String accept) {
        if (accept == null) {
            return json;
        }
        double html = weight(accept, "text/html");
        return html > 0 && html >= weight(accept, "application/json") ? page : json;
    }

    /** Returns the weight of a media type that is accepted by name (RFC 9110 §12.5.1), or 0. */
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
