package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How many connections the file descriptors of the process allow, with a reserve for files and for webhooks. */
public final class DescriptorRoom {
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Path OPEN = Path.of("/proc/self/fd");
    private static final Pattern SOFT_LIMIT = Pattern.compile("Max\\s+open\\s+files\\s+([0-9]{1,9})\\s");

    /** Descriptors for the journal, snapshots, classes, the log's database and receivers of webhooks. */
    private static final int RESERVE = 100;

    private static final int CONNECTIONS_LEAST = 16;

    private DescriptorRoom() {}

    /** Returns the most connections of all ports; {@code Integer.MAX_VALUE} where the system does not tell its limit. */
    public static int connectionsMax() {
        try (Stream<Path> open = Files.list(OPEN)) {
            Matcher limit = SOFT_LIMIT.matcher(Files.readString(LIMITS));
            if (!limit.find()) {
                return Integer.MAX_VALUE;
            }
            long room = Integer.parseInt(limit.group(1)) - open.count() - RESERVE;
            return (int) Math.max(CONNECTIONS_LEAST, room - room / FramingLimits.SOCKETS_PART);
        } catch (IOException unknown) {
            return Integer.MAX_VALUE;
        }
    }
}
