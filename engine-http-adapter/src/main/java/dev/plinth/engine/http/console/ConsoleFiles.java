package dev.plinth.engine.http.console;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.exchange.Gzip;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The files of the console as replies. They are read from the class path when they are first used, and kept with their
 * compressed form. Thread-safe.
 *
 * <p>All files are in one folder under plain names, so no name leads out of it.
 */
public final class ConsoleFiles {
    /**
     * The content security policy: the page may only load from this server and call it. Trusted Types without a policy
     * make the browser refuse every text that is to become markup or script.
     */
    public static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types 'none'";

    private static final String INDEX = "index.html";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}\\.(html|css|js|svg|txt)");
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8");
    private static final int ETAG_BYTES = 12;
    private static final byte[] NO_BODY = {};

    /** The files that exist, so that it has as many entries as the folder has files. */
    private final Map<String, File> files = new ConcurrentHashMap<>();

    private record File(String mediaType, Form plain, Form compressed) {}

    /** A representation of a file: the bytes to send, and their tag. */
    private record Form(byte[] bytes, String etag) {}

    /**
     * Returns the reply to a GET of a file, or empty if there is no such file.
     *
     * @param name the path after {@code /console/}; empty for the page itself
     * @param headers the headers of the request, by name in lower case
     */
    Optional<Reply> reply(String name, Map<String, String> headers) {
        return find(name.isEmpty() ? INDEX : name).map(file -> reply(file, headers));
    }

    private Optional<File> find(String name) {
        File known = files.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try (InputStream in = ConsoleFiles.class.getResourceAsStream(name)) {
            if (in == null) {
                return Optional.empty();
            }
            File read = file(in.readAllBytes(), MEDIA_TYPES.getOrDefault(matcher.group(1), ""));
            files.put(name, read);
            return Optional.of(read);
        } catch (IOException broken) {
            throw new UncheckedIOException(
                    "The console's file " + name + " cannot be read from the class path. Use a complete jar.", broken);
        }
    }

    private static File file(byte[] bytes, String mediaType) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        }
        String tag = tag(bytes);
        return new File(
                mediaType, new Form(bytes, "\"" + tag + "\""), new Form(zipped.toByteArray(), "\"" + tag + "-gzip\""));
    }

    private static String tag(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, ETAG_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected SHA-256, which every JVM has", e);
        }
    }

    private static Reply reply(File file, Map<String, String> headers) {
        boolean zipped = Gzip.isAccepted(headers.getOrDefault("accept-encoding", ""));
        Form form = zipped ? file.compressed() : file.plain();
        boolean known = isKnown(headers.getOrDefault("if-none-match", ""), form.etag());
        Map<String, String> answered = new LinkedHashMap<>();
        if (!known) {
            answered.put("Content-Type", file.mediaType());
            if (zipped) {
                answered.put("Content-Encoding", "gzip");
            }
        }
        answered.put("ETag", form.etag());
        answered.put("Vary", "Accept-Encoding");
        // Requested again each time, so that a new release of the server never meets files of an older one.
        answered.put("Cache-Control", "no-cache");
        answered.put("Content-Security-Policy", POLICY);
        answered.put("Referrer-Policy", "no-referrer");
        answered.put("Cross-Origin-Opener-Policy", "same-origin");
        answered.put("Cross-Origin-Resource-Policy", "same-origin");
        return known ? Reply.of(304, answered, NO_BODY) : Reply.of(200, answered, form.bytes());
    }

    /** Compares weakly (RFC 9110 §13.1.2). */
    private static boolean isKnown(String ifNoneMatch, String etag) {
        for (String tag : ifNoneMatch.split(",")) {
            String stripped = tag.strip();
            if (stripped.equals("*") || stripped.replaceFirst("^W/", "").equals(etag)) {
                return true;
            }
        }
        return false;
    }
}
