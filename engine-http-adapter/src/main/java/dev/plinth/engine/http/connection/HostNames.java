package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names under which clients may call a server that listens on a loopback address. A page of another site can have its
 * own name lead to that address, and would then read answers as its own (DNS rebinding). Its name is one that a stranger
 * can own: it has a dot, and its last label is not reserved (RFC 6761, and {@code internal}). Thread-safe.
 */
public final class HostNames {
    /** The largest port of TCP (RFC 9293 §3.1). */
    public static final int PORT_MAX = 65_535;

    private static final Pattern ADDRESS = Pattern.compile("\\[.*|[0-9.]+");
    private static final List<String> RESERVED = List.of(".localhost", ".internal", ".test");
    private static final int SHOWN_MAX = 100;

    private final boolean takesAll;
    private final Set<String> names = new HashSet<>();
    private volatile String lastTaken = "";

    private HostNames(boolean takesAll) {
        this.takesAll = takesAll;
    }

    /** Returns the names of a server that any name may lead to. */
    public static HostNames all() {
        return new HostNames(true);
    }

    /** Returns the names of a loopback address with these further ones. */
    public static HostNames ofLoopback(List<String> further) {
        HostNames names = new HostNames(false);
        further.forEach(name -> names.names.add(name.toLowerCase(Locale.ROOT)));
        return names;
    }

    /**
     * Refuses a {@code Host} that a stranger may own.
     *
     * @throws FramingException if it is one
     */
    void check(String host) {
        if (!takesAll && !host.equals(lastTaken)) {
            if (!isTaken(withoutPort(host).toLowerCase(Locale.ROOT))) {
                String shown = host.substring(0, Math.min(host.length(), SHOWN_MAX));
                throw new FramingException("the Host \"" + shown
                        + "\" on a loopback address; call localhost or an address, or name that host with"
                        + " --allowed-host or EngineServerBuilder.allowedHost");
            }
            lastTaken = host;
        }
    }

    /** Returns true if a name leads to this machine alone. */
    public static boolean isLoopback(String name) {
        try {
            return InetAddress.getByName(name).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static String withoutPort(String host) {
        int port = host.lastIndexOf(':');
        String name = port > host.lastIndexOf(']') ? host.substring(0, port) : host;
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private boolean isTaken(String name) {
        return name.indexOf('.') < 0
                || names.contains(name)
                || ADDRESS.matcher(name).matches()
                || RESERVED.stream().anyMatch(name::endsWith);
    }
}
