package dev.plinth.engine.http.call;

import java.net.URI;
import java.util.regex.Pattern;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.http.HttpURI;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's request with a method and a target that are sent as they came. Jetty's own parses the target, and takes
 * {@code //a} for a host. It writes a method in upper case, which would turn {@code delete} into a call that the leader obeys.
 *
 * <p>A path with a malformed escape cannot be sent by Jetty. It is sent as another one that is malformed for the leader too,
 * which answers both alike.
 */
public final class LeaderRequest extends HttpRequest {
    private static final Pattern MALFORMED = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final String NOT_UTF_8 = "%ff";

    private final String rawMethod;
    private final String rawPath;
    private final @Nullable String rawQuery;

    public LeaderRequest(HttpClient client, URI leader, String rawMethod, String rawPath, @Nullable String rawQuery) {
        super(client, new HttpConversation(), leader);
        this.rawMethod = rawMethod;
        this.rawPath = sent(rawPath);
        this.rawQuery = rawQuery;
    }

    /** Returns the path that is sent for a path. */
    static String sent(String path) {
        if (path.indexOf('%') < 0 || isSendable(path)) {
            return path;
        }
        String other = MALFORMED.matcher(path).replaceAll(NOT_UTF_8).replace("%00", "%01");
        return isSendable(other) ? other : "/" + NOT_UTF_8;
    }

    private static boolean isSendable(String path) {
        try {
            HttpURI unused = HttpURI.from(path);
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    @Override
    public String getMethod() {
        return rawMethod;
    }

    @Override
    public String getPath() {
        return rawPath;
    }

    @Override
    public @Nullable String getQuery() {
        return rawQuery;
    }
}
