package dev.plinth.engine.http.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text file with blocks between {@code BEGIN} and {@code END} lines (RFC 7468).
 *
 * @param what the words for it in a sentence
 * @param blocks in the order of the file
 */
record PemFile(String what, Path path, List<Block> blocks) {
    private static final int BYTES_MAX = 1024 * 1024;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN\\x20([A-Z0-9\\x20]{1,64})-----([^-]*)-----END\\x20\\1-----", Pattern.DOTALL);

    /**
     * A block.
     *
     * @param label such as {@code CERTIFICATE}
     */
    record Block(String label, String base64) {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it cannot be read, is too long, or has no block
     */
    static PemFile read(String what, Path path) {
        String text;
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw new IllegalArgumentException("The " + what + " " + path + " has more than " + BYTES_MAX
                        + " bytes. Give a PEM file with nothing else in it.");
            }
            text = new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    "The " + what + " " + path + " cannot be read (" + reason(unreadable)
                            + "). Give a PEM file that the user of this program can read.",
                    unreadable);
        }
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("The " + what + " " + path
                    + " has no PEM block. Give a file with the lines -----BEGIN and -----END.");
        }
        return new PemFile(what, path, blocks);
    }

    private static String reason(IOException unreadable) {
        if (unreadable instanceof NoSuchFileException) {
            return "no such file";
        }
        return unreadable instanceof AccessDeniedException ? "access denied" : String.valueOf(unreadable.getMessage());
    }

    /**
     * Returns the bytes of a block.
     *
     * @throws IllegalArgumentException if they are not in Base64
     */
    byte[] bytes(Block block) {
        try {
            return Base64.getMimeDecoder().decode(block.base64());
        } catch (IllegalArgumentException broken) {
            throw broken("a block that is not in Base64", broken);
        }
    }

    /** Returns a refusal that says what is broken in the file. */
    IllegalArgumentException broken(String part, Exception cause) {
        return new IllegalArgumentException(
                "The " + what + " " + path + " has " + part + ". Copy the file anew, or have it issued again.", cause);
    }
}
