package dev.plinth.engine.opentelemetry;

import java.net.URI;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Makes {@code url.full} of a URL: without user information and fragment, and with the names of its query alone. */
final class ShownUrl {
    private static final String REDACTED = "REDACTED";

    private ShownUrl() {}

    /** Returns a URL without its secrets. A part of the query that has no name is redacted as a whole. */
    static String of(URI url) {
        String query = url.getRawQuery();
        return url.getScheme() + "://" + authority(url) + url.getRawPath() + (query == null ? "" : "?" + names(query));
    }

    /** Returns host and port of a URL, as they are written. */
    static String authority(URI url) {
        String whole = url.getRawAuthority();
        return whole.substring(whole.lastIndexOf('@') + 1);
    }

    private static String names(String query) {
        return Arrays.stream(query.split("&", -1))
                .map(part -> part.isEmpty() ? part : part.substring(0, part.indexOf('=') + 1) + REDACTED)
                .collect(Collectors.joining("&"));
    }
}
