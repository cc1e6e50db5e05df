package dev.plinth.engine.http;

import dev.plinth.engine.Durability;
import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.Tables;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options of {@code serve}, from flags and the environment. Picocli fills it. */
@Command(
        name = "plinth.jar [serve]",
        mixinStandardHelpOptions = true,
        versionProvider = ServeOptions.Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = "Serves the engine over HTTP.",
        footer = "%nEach option can also be set by an environment variable, such as PLINTH_MAX_RESOURCES for"
                + " --max-resources; the option wins. PLINTH_WEBHOOK_ALLOW, PLINTH_WEBHOOK_HOST_RATE and"
                + " PLINTH_TRUSTED_PROXY take several, separated by commas."
                + "%n%nOn a data directory: plinth.jar verify DIR, plinth.jar backup DIR TARGET,"
                + "%nplinth.jar recover [--accept-loss] DIR.")
final class ServeOptions {
    private static final int PORT_MAX = 65_535;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it sets anything else
    private CommandSpec spec;

    @Option(names = "--host", paramLabel = "HOST", description = "Interface to listen on; default 127.0.0.1.")
    private String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "PORT", description = "Port to listen on, 0 for any free one; default 8080.")
    private int port = 8080;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "Port for /admin, /metrics and /health alone, 0 for any free one; default: all on --port.")
    private @Nullable Integer adminPort;

    @Option(names = "--admin-host", paramLabel = "HOST", description = "Interface of --admin-port; default 127.0.0.1.")
    private @Nullable String adminHost;

    @Option(names = "--admin-health", description = "Serve /health on --admin-port alone, too.")
    private boolean adminHealth;

    @Option(
            names = "--trusted-proxy",
            paramLabel = "CIDR",
            description = "Proxy whose X-Forwarded-For names its client, such as 10.0.0.0/8; repeatable.")
    private List<String> trustedProxies = new ArrayList<>();

    @Option(
            names = "--connections-per-address",
            paramLabel = "N",
            description = "Connections of one address, of IPv6 one /64, at once; default 256.")
    private @Nullable Integer connectionsPerAddress;

    @Option(
            names = "--failures-per-minute",
            paramLabel = "N",
            description = "Requests with a bad credential from one address before they get 429; default 10.")
    private @Nullable Integer failuresPerMinute;

    @Option(names = "--limit-loopback", description = "Bound loopback addresses too.")
    private boolean limitLoopback;

    @Option(
            names = "--console",
            paramLabel = "on|off",
            converter = SwitchConverter.class,
            description =
                    "Serve the console at /console/; default off if a host is not loopback, or with --trusted-proxy.")
    private @Nullable Switch console;

    @Option(names = "--memory", description = "Keep everything in memory; all is gone when the program ends.")
    private boolean memory;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            converter = PathConverter.class,
            description = "Directory of the durable store; default ./plinth-data.")
    private @Nullable Path data;

    @Option(
            names = "--durability",
            paramLabel = "fsync|os",
            converter = DurabilityConverter.class,
            description = "What an acknowledged change survives: fsync a power cut, os a crash of the program.")
    private @Nullable Durability durability;

    @Option(
            names = "--tables",
            paramLabel = "off-heap|chronicle|heap",
            converter = TablesConverter.class,
            description = "Where rows live; default off-heap, with --memory heap.")
    private @Nullable Tables tables;

    @Option(
            names = "--max-resources",
            paramLabel = "N",
            description = "Resources to make room for; with --tables off-heap or chronicle only; default 1000000.")
    private @Nullable Long maxResources;

    @Option(
            names = "--admin-token",
            paramLabel = "TOKEN",
            description =
                    "Token of the operator's calls, 20 characters or more; default: made and printed at the first start.")
    private @Nullable String adminToken;

    @Option(
            names = "--secret-key-file",
            paramLabel = "FILE",
            converter = PathConverter.class,
            description = "Key that seals secrets at rest; default: a file in the data directory.")
    private @Nullable Path secretKeyFile;

    @Option(
            names = "--quick-restart",
            paramLabel = "DIR",
            converter = PathConverter.class,
            description = "Leave the tables here for the next start, best in memory such as below /dev/shm.")
    private @Nullable Path quickRestart;

    @Option(
            names = "--webhook-allow",
            paramLabel = "CIDR",
            description = "Lets webhooks reach this range, such as 127.0.0.0/8; repeatable.")
    private List<String> webhookAllow = new ArrayList<>();

    @Option(
            names = "--webhook-host-rate",
            paramLabel = "HOST=N",
            description = "Webhooks a second to a host, or HOST:PORT, from all workspaces; *=N for all others, default"
                    + " *=500; repeatable.")
    private List<String> webhookHostRates = new ArrayList<>();

    @Option(names = "--test-clock", description = "Stop the clock and let /admin/v1/clock turn it.")
    private boolean testClock;

    private final Map<String, String> variables;

    /**
     * Makes options that have yet to be filled.
     *
     * @param variables the environment variable of each option that comes from one, by the option's name
     */
    ServeOptions(Map<String, String> variables) {
        this.variables = variables;
    }

    /** Returns the options of the environment that contradict those on the command line. */
    Set<String> overruled() {
        Set<String> overruled = new HashSet<>();
        if (memory && !variables.containsKey("--memory")) {
            overruled.addAll(durableOnly());
        }
        if (data != null && !variables.containsKey("--data")) {
            overruled.add("--memory");
        }
        if (tables() == Tables.HEAP && !variables.containsKey(tables == null ? "--memory" : "--tables")) {
            overruled.addAll(List.of("--max-resources", "--quick-restart"));
        }
        overruled.retainAll(variables.keySet());
        return overruled;
    }

    /** Returns a sentence about these options in which the variable stands for each option from the environment. */
    String named(String sentence) {
        String named = sentence;
        for (Map.Entry<String, String> each : variables.entrySet()) {
            named = named.replaceAll("(option ')?" + each.getKey() + "(?![\\w-])'?", each.getValue());
            boolean shown = spec.findOption(each.getKey()).getValue() instanceof Path path
                    && Pattern.compile("(?<!\\S)" + Pattern.quote(path.toString()) + "(?!\\w)")
                            .matcher(sentence)
                            .find();
            if (shown) {
                named = named.replaceFirst("\\.$", " (" + each.getValue() + ").");
            }
        }
        return named;
    }

    /** Checks ranges and contradictions, which picocli cannot. */
    void check() {
        if (port < 0 || port > PORT_MAX) {
            throw usage("--port must be 0 to " + PORT_MAX + ", got " + port + ".");
        }
        if (host.isBlank()) {
            throw usage("--host must be a name or an address, and is empty. 0.0.0.0 means all interfaces.");
        }
        if (adminPort == null && (adminHost != null || adminHealth)) {
            throw usage((adminHost != null ? "--admin-host" : "--admin-health")
                    + " needs --admin-port. Give it too, or leave this out.");
        }
        if (adminToken != null && adminToken.isBlank()) {
            throw usage("--admin-token must be a secret, and is empty. Leave it out to have one made.");
        }
        checkValues();
        if (memory) {
            List<String> durableOnly = durableOnly();
            if (!durableOnly.isEmpty()) {
                throw usage(String.join(" and ", durableOnly)
                        + " cannot be combined with --memory, which stores nothing. Leave one of them out.");
            }
        }
        if (maxResources != null && tables() == Tables.HEAP) {
            throw usage(
                    "--max-resources needs --tables off-heap or chronicle, and the tables are on the heap. Leave it out, or move the tables.");
        }
        if (quickRestart != null && tables() == Tables.HEAP) {
            throw usage(
                    "--quick-restart needs --tables off-heap or chronicle, and the tables are on the heap. Leave it out, or move the tables.");
        }
    }

    /** Refuses by the option's name what the engine would refuse. */
    private void checkValues() {
        EngineBuilder builder = Engine.builder();
        if (maxResources != null) {
            checkValue("--max-resources", maxResources, builder::maxResources);
        }
        if (adminToken != null) {
            checkValue("--admin-token", adminToken, builder::adminToken);
        }
        webhookAllow.forEach(range -> checkValue("--webhook-allow", range, builder::webhookAllow));
        webhookHostRates.forEach(rate -> checkValue("--webhook-host-rate", rate, value -> setHostRate(builder, value)));
        checkServer();
    }

    /**
     * Sets one rate of a host.
     *
     * @param rate such as {@code hooks.example.com=8000}
     * @throws IllegalArgumentException if it has another form or is out of range
     */
    static EngineBuilder setHostRate(EngineBuilder builder, String rate) {
        int equals = rate.lastIndexOf('=');
        if (!rate.substring(equals + 1).matches("\\d{1,9}") || equals < 1) {
            throw new IllegalArgumentException(
                    "A rate must be a host and a whole number, such as hooks.example.com=8000, got \"" + rate + "\".");
        }
        return builder.webhookHostRate(rate.substring(0, equals), Integer.parseInt(rate.substring(equals + 1)));
    }

    private void checkServer() {
        HttpServerBuilder server = new HttpServerBuilder((executor, audiences) -> {
            throw new IllegalStateException("Expected options to be checked, and no server to be started");
        });
        if (adminPort != null) {
            checkValue("--admin-port", adminPort, server::adminPort);
        }
        if (adminHost != null) {
            checkValue("--admin-host", adminHost, server::adminHost);
        }
        trustedProxies.forEach(range -> checkValue("--trusted-proxy", range, server::trustedProxy));
        if (connectionsPerAddress != null) {
            checkValue("--connections-per-address", connectionsPerAddress, server::connectionsPerAddress);
        }
        if (failuresPerMinute != null) {
            checkValue("--failures-per-minute", failuresPerMinute, server::failuresPerMinute);
        }
    }

    /** Applies the options of the server. */
    HttpServerBuilder applyTo(HttpServerBuilder server) {
        HttpServerBuilder told = server.host(host).port(port);
        if (adminPort != null) {
            told.adminPort(adminPort);
        }
        if (adminHost != null) {
            told.adminHost(adminHost);
        }
        if (adminHealth) {
            told.adminHealth();
        }
        trustedProxies.forEach(told::trustedProxy);
        if (connectionsPerAddress != null) {
            told.connectionsPerAddress(connectionsPerAddress);
        }
        if (failuresPerMinute != null) {
            told.failuresPerMinute(failuresPerMinute);
        }
        if (limitLoopback) {
            told.limitLoopback();
        }
        if (hasConsole()) {
            told.console();
        }
        return told;
    }

    /**
     * Returns true if the console is served. Other machines see it only on request, because it invites them to send
     * their keys without TLS. A proxy brings other machines to a loopback address.
     */
    boolean hasConsole() {
        boolean isForThisMachine = isLoopback(host) && isLoopback(adminHost) && trustedProxies.isEmpty();
        return console == null ? isForThisMachine : console == Switch.ON;
    }

    private static boolean isLoopback(@Nullable String name) {
        try {
            return name == null || InetAddress.getByName(name).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Returns true if the operator has a port of its own. */
    boolean hasAdminPort() {
        return adminPort != null;
    }

    private <T> void checkValue(String option, T value, Function<T, ?> setting) {
        try {
            Object unused = setting.apply(value);
        } catch (IllegalArgumentException wrong) {
            throw usage(CommandLineReader.sentence(option + ": " + wrong.getMessage(), wrong));
        }
    }

    private List<String> durableOnly() {
        return Stream.of(
                        data == null ? null : "--data",
                        durability == null ? null : "--durability",
                        secretKeyFile == null ? null : "--secret-key-file",
                        quickRestart == null ? null : "--quick-restart")
                .flatMap(Stream::ofNullable)
                .toList();
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), named(sentence));
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    boolean memory() {
        return memory;
    }

    Tables tables() {
        return tables != null ? tables : memory ? Tables.HEAP : Tables.OFF_HEAP;
    }

    Path data() {
        return data == null ? Path.of("plinth-data") : data;
    }

    Durability durability() {
        return durability == null ? Durability.FSYNC : durability;
    }

    @Nullable
    Path secretKeyFile() {
        return secretKeyFile;
    }

    @Nullable
    Path quickRestart() {
        return quickRestart;
    }

    @Nullable
    Long maxResources() {
        return maxResources;
    }

    @Nullable
    String adminToken() {
        return adminToken;
    }

    List<String> webhookAllow() {
        return List.copyOf(webhookAllow);
    }

    List<String> webhookHostRates() {
        return List.copyOf(webhookHostRates);
    }

    boolean testClock() {
        return testClock;
    }

    /** The version of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = ServeOptions.class.getPackage().getImplementationVersion();
            return new String[] {"plinth " + (version == null ? "(not run from its jar)" : version)};
        }
    }

    /** Reads a directory or file. Refuses an empty one, which would be the working directory. */
    static final class PathConverter implements ITypeConverter<Path> {
        @Override
        public Path convert(String value) {
            if (value.isBlank()) {
                throw new TypeConversionException("it must be a path, and is empty");
            }
            return Path.of(value);
        }
    }

    /** Reads {@code --tables}, whose spelling is not that of the enum. */
    static final class TablesConverter implements ITypeConverter<Tables> {
        @Override
        public Tables convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "heap" -> Tables.HEAP;
                case "off-heap" -> Tables.OFF_HEAP;
                case "chronicle" -> Tables.CHRONICLE;
                default ->
                    throw new TypeConversionException("it must be off-heap, chronicle or heap, got \"" + value + "\"");
            };
        }
    }

    /** The switch of an optional part. */
    enum Switch {
        ON,
        OFF
    }

    /** Reads {@code --console}. */
    static final class SwitchConverter implements ITypeConverter<Switch> {
        @Override
        public Switch convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "on" -> Switch.ON;
                case "off" -> Switch.OFF;
                default -> throw new TypeConversionException("it must be on or off, got \"" + value + "\"");
            };
        }
    }

    /** Reads {@code --durability}. */
    static final class DurabilityConverter implements ITypeConverter<Durability> {
        @Override
        public Durability convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "fsync" -> Durability.FSYNC;
                case "os" -> Durability.OS;
                default -> throw new TypeConversionException("it must be fsync or os, got \"" + value + "\"");
            };
        }
    }
}
