package dev.plinth.engine.http.program;

import dev.plinth.engine.http.connection.HostNames;
import dev.plinth.engine.log.Node;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The address at which other nodes and clients reach a node. */
final class AdvertisedUrl {
    private static final int LENGTH_MAX = 255;
    private static final List<String> WILDCARDS = List.of("0.0.0.0", "[::]");

    private AdvertisedUrl() {}

    /**
     * Reads an address, and drops a slash at its end.
     *
     * @throws IllegalArgumentException if it is none that another machine could call
     */
    static URI parse(String text) {
        URI url = read(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        if (url == null || text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException("The address must be http://HOST:PORT or https://HOST:PORT of at most "
                    + LENGTH_MAX + " characters, got " + text + ".");
        }
        if (WILDCARDS.contains(url.getHost())) {
            throw new IllegalArgumentException("The address must be one that other nodes reach, got " + text
                    + ". Name a host or an address of this machine.");
        }
        return url;
    }

    private static @Nullable URI read(String text) {
        try {
            URI url = new URI(text);
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            boolean isPlain = url.getHost() != null
                    && url.getRawUserInfo() == null
                    && "".equals(url.getRawPath())
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && url.getPort() != 0
                    && url.getPort() <= HostNames.PORT_MAX;
            return isPlain && (scheme.equals("http") || scheme.equals("https")) ? url : null;
        } catch (URISyntaxException noUrl) {
            return null;
        }
    }

    /** Returns a name for the node at an address. It stays over restarts, and no other node has it. */
    static String nodeId(URI url) {
        String place = url.getRawAuthority();
        return place.length() <= Node.ID_LENGTH_MAX
                ? place
                : place.substring(0, Node.ID_LENGTH_MAX - 9) + "-"
                        + String.format(Locale.ROOT, "%08x", place.hashCode());
    }
}
