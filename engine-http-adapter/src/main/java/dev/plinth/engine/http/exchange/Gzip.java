package dev.plinth.engine.http.exchange;

import dev.plinth.engine.api.Reply;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * The gzip form of an answer (RFC 1952), for a client that accepts it.
 *
 * <p>Jetty's handler was rejected: it changes ETags and the tags in conditions, compresses streams, and writes around
 * the budget and the deadlines of answers.
 */
public final class Gzip {
    /** Bytes from which on an answer is compressed. A smaller one fits into a packet anyway. */
    public static final int BYTES_MIN = 1024;

    private static final String NAME = "gzip";
    /** Level 1 takes half of the time of level 6, for a tenth more bytes. */
    private static final int LEVEL = Deflater.BEST_SPEED;

    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    private static final int TRAILER_BYTES = 8;
    private static final double NOT_GIVEN = -1;

    private Gzip() {}

    /** Returns true if a client with this {@code Accept-Encoding} likes gzip as much as the plain form (RFC 9110 §12.5.3). */
    public static boolean isAccepted(String acceptEncoding) {
        double gzip = NOT_GIVEN;
        double any = NOT_GIVEN;
        double plain = NOT_GIVEN;
        for (String coding : acceptEncoding.toLowerCase(Locale.ROOT).split(",")) {
            int semicolon = coding.indexOf(';');
            String name = (semicolon < 0 ? coding : coding.substring(0, semicolon)).strip();
            double weight =
                    semicolon < 0 ? 1 : weight(coding.substring(semicolon + 1).strip());
            switch (name) {
                case NAME, "x-gzip" -> gzip = weight;
                case "*" -> any = weight;
                case "identity" -> plain = weight;
                default -> {}
            }
        }
        double weight = gzip == NOT_GIVEN ? any : gzip;
        return weight > 0 && weight >= plain;
    }

    /** Returns the value of {@code q=…}, or 0 if it is none, so that a broken header gets the plain form. */
    private static double weight(String parameter) {
        return parameter.matches("q\\s*=\\s*(0(\\.\\d{0,3})?|1(\\.0{0,3})?)")
                ? Double.parseDouble(
                        parameter.substring(parameter.indexOf('=') + 1).strip())
                : 0;
    }

    /** Returns true if the plain form of a reply is worth to be compressed. */
    static boolean isWorthIt(Reply reply) {
        return reply.status() == 200
                && reply.rest().isEmpty()
                && reply.body().length >= BYTES_MIN
                && reply.header("Content-Encoding") == null
                && isText(reply.header("Content-Type"));
    }

    private static boolean isText(@Nullable String mediaType) {
        return mediaType != null && (mediaType.startsWith("application/") || mediaType.startsWith("text/"));
    }

    /**
     * Returns the same reply in its gzip form. Empty if that is no smaller. The result never takes more memory than the
     * plain form.
     */
    static Optional<Reply> compress(Reply reply) {
        byte[] plain = reply.body();
        byte[] out = new byte[plain.length];
        System.arraycopy(HEADER, 0, out, 0, HEADER.length);
        Deflater deflater = new Deflater(LEVEL, true);
        int end;
        try {
            deflater.setInput(plain);
            deflater.finish();
            int room = out.length - HEADER.length - TRAILER_BYTES;
            end = HEADER.length + deflater.deflate(out, HEADER.length, room);
            if (!deflater.finished()) {
                return Optional.empty();
            }
        } finally {
            deflater.end();
        }
        CRC32 crc = new CRC32();
        crc.update(plain);
        ByteBuffer.wrap(out, end, TRAILER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .putInt(plain.length);
        return Optional.of(reply.inCoding(NAME, Arrays.copyOf(out, end + TRAILER_BYTES)));
    }
}
