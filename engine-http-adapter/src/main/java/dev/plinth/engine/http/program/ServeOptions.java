package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.http.EngineServerBuilder;
import dev.plinth.engine.http.config.Config;
import dev.plinth.engine.http.config.Fault;
import dev.plinth.engine.http.config.FaultyConfigException;
import dev.plinth.engine.http.config.Setting;
import dev.plinth.engine.http.config.Source;
import dev.plinth.engine.http.connection.HostNames;
import dev.plinth.engine.http.connection.Tls;
import dev.plinth.engine.http.log.AccessLog;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.GraceTimes;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.settings.WireIdentity;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings of {@code serve} with their values, without contradictions. Immutable. */
public final class ServeOptions {
    private static final List<Setting<?>> DURABLE_ONLY = List.of(
            ServeSettings.DATA,
            ServeSettings.DURABILITY,
            ServeSettings.SECRET_KEY_FILE,
            ServeSettings.OTHER_SECRET_KEY_FILE,
            ServeSettings.QUICK_RESTART,
            ServeSettings.REQUEST_LOG_BYTES);
    private static final List<Setting<?>> OFF_HEAP_ONLY =
            List.of(ServeSettings.MAX_RESOURCES, ServeSettings.QUICK_RESTART);

    private final Config config;
    private final LogOptions log;

    /**
     * Takes values that are right by themselves. A value that contradicts one of a winning source is dropped.
     *
     * @throws FaultyConfigException if values of one source contradict each other
     */
    ServeOptions(Config read) {
        config = withoutOverruled(read);
        log = new LogOptions(config);
        List<Fault> faults = contradictions();
        if (!faults.isEmpty()) {
            throw new FaultyConfigException(faults);
        }
    }

    private static Config withoutOverruled(Config read) {
        Config left = read;
        if (left.source(ServeSettings.DATA).compareTo(left.source(ServeSettings.MEMORY)) > 0) {
            left = left.without(ServeSettings.MEMORY);
        }
        if (left.has(ServeSettings.LOG)) {
            left = withoutWeaker(left, ServeSettings.LOG, LogOptions.WITHOUT_LOG_ONLY);
        }
        if (isInMemory(left)) {
            left = withoutWeaker(left, ServeSettings.MEMORY, DURABLE_ONLY);
        }
        if (isOnHeap(left)) {
            left = withoutWeaker(left, heapSetting(left), OFF_HEAP_ONLY);
        }
        return left;
    }

    private static Config withoutWeaker(Config read, Setting<?> winner, List<Setting<?>> losers) {
        Config left = read;
        for (Setting<?> loser : losers) {
            if (left.source(loser).compareTo(left.source(winner)) < 0) {
                left = left.without(loser);
            }
        }
        return left;
    }

    private List<Fault> contradictions() {
        List<Fault> faults = new ArrayList<>();
        if (!config.has(ServeSettings.ADMIN_PORT)) {
            addIfGiven(faults, config.has(ServeSettings.ADMIN_HOST), ServeSettings.ADMIN_HOST);
            addIfGiven(faults, hasAdminHealth(), ServeSettings.ADMIN_HEALTH);
        }
        addIfAlone(faults, ServeSettings.TLS_CERT, ServeSettings.TLS_KEY);
        addIfAlone(faults, ServeSettings.TLS_KEY, ServeSettings.TLS_CERT);
        if (memory()) {
            for (Setting<?> setting : DURABLE_ONLY) {
                if (config.has(setting)) {
                    faults.add(fault(
                            setting,
                            config.name(setting) + " cannot be set beside " + config.name(ServeSettings.MEMORY)
                                    + ", which stores nothing in a directory. Remove one of them."));
                }
            }
        }
        if (isOnHeap(config)) {
            for (Setting<?> setting : OFF_HEAP_ONLY) {
                if (config.has(setting)) {
                    faults.add(fault(
                            setting,
                            config.name(setting) + " needs tables off the heap, but " + config.name(heapSetting(config))
                                    + " puts them on the heap. Remove one of them."));
                }
            }
        }
        log.tellFaults(faults::add);
        addIfWrong(faults, ServeSettings.DELIVERIES_KEPT, ServeSettings.EVENTS_KEPT, this::retention);
        addIfWrong(faults, ServeSettings.CLOSE, ServeSettings.DRAIN, this::grace);
        return faults;
    }

    /** Adds that two settings contradict each other, at the line of the first that is given. */
    private void addIfWrong(List<Fault> faults, Setting<?> one, Setting<?> other, Supplier<?> both) {
        try {
            Object unused = both.get();
        } catch (IllegalArgumentException wrong) {
            faults.add(fault(config.has(one) ? one : other, String.valueOf(wrong.getMessage())));
        }
    }

    private RetentionTimes retention() {
        return new RetentionTimes(
                time(EngineSetting.JOBS_KEPT, ServeSettings.JOBS_KEPT),
                time(EngineSetting.EVENTS_KEPT, ServeSettings.EVENTS_KEPT),
                time(EngineSetting.DELIVERIES_KEPT, ServeSettings.DELIVERIES_KEPT),
                time(EngineSetting.REVOKED_KEYS_KEPT, ServeSettings.REVOKED_KEYS_KEPT));
    }

    private GraceTimes grace() {
        return new GraceTimes(
                time(EngineSetting.DRAIN, ServeSettings.DRAIN), time(EngineSetting.CLOSE, ServeSettings.CLOSE));
    }

    private WireIdentity identity() {
        WireIdentity named = WireIdentity.DEFAULT
                .withProblemBase(required(ServeSettings.PROBLEM_BASE))
                .withRealm(required(ServeSettings.REALM));
        String userAgent = config.get(ServeSettings.WEBHOOK_USER_AGENT);
        return userAgent == null ? named : named.withUserAgent(userAgent);
    }

    private Duration time(EngineSetting unit, Setting<Long> setting) {
        return unit.time(required(setting));
    }

    private void addIfAlone(List<Fault> faults, Setting<?> setting, Setting<?> partner) {
        if (config.has(setting) && !config.has(partner)) {
            faults.add(fault(
                    setting,
                    config.name(setting) + " needs " + partner.flag() + ", which is not given. Set both or none."));
        }
    }

    private void addIfGiven(List<Fault> faults, boolean isGiven, Setting<?> setting) {
        if (isGiven) {
            faults.add(fault(
                    setting,
                    config.name(setting) + " needs " + ServeSettings.ADMIN_PORT.flag()
                            + ", which is not given. Set " + ServeSettings.ADMIN_PORT.flag() + " too, or leave "
                            + config.name(setting) + " out."));
        }
    }

    private Fault fault(Setting<?> setting, String sentence) {
        return new Fault(config.line(setting), sentence);
    }

    private static boolean isInMemory(Config read) {
        return Boolean.TRUE.equals(read.get(ServeSettings.MEMORY));
    }

    private static boolean isOnHeap(Config read) {
        String tables = read.get(ServeSettings.TABLES);
        return tables == null ? isInMemory(read) : tables.equals("heap");
    }

    private static Setting<?> heapSetting(Config read) {
        return read.has(ServeSettings.TABLES) ? ServeSettings.TABLES : ServeSettings.MEMORY;
    }

    /** Returns a sentence about these options in which each option is spelled as its source does. */
    String named(String sentence) {
        String named = sentence;
        for (Setting<?> setting : ServeSettings.ALL) {
            if (config.source(setting) == Source.FILE || config.source(setting) == Source.ENVIRONMENT) {
                String place = config.place(setting);
                named = named.replaceAll(
                        "(option ')?" + setting.flag() + "(?![\\w-])'?", Matcher.quoteReplacement(place));
                boolean shown = config.get(setting) instanceof Path path
                        && Pattern.compile("(?<!\\S)" + Pattern.quote(path.toString()) + "(?!\\w)")
                                .matcher(sentence)
                                .find();
                if (shown) {
                    named = named.replaceFirst("\\.$", Matcher.quoteReplacement(" (" + place + ")."));
                }
            }
        }
        return named;
    }

    /** Applies the options of the server. */
    EngineServerBuilder applyTo(EngineServerBuilder server) {
        EngineServerBuilder told = server.host(host())
                .port(port())
                .drain(grace().drain())
                .connectionsPerAddress(number(ServeSettings.CONNECTIONS_PER_ADDRESS))
                .failuresPerMinute(number(ServeSettings.FAILURES_PER_MINUTE))
                .tlsConnectionsPerMinute(number(ServeSettings.TLS_CONNECTIONS_PER_MINUTE))
                .forward(log.forwards());
        if (hasAdminPort()) {
            told.adminPort(number(ServeSettings.ADMIN_PORT));
        }
        String adminHost = config.get(ServeSettings.ADMIN_HOST);
        if (adminHost != null) {
            told.adminHost(adminHost);
        }
        if (hasAdminHealth()) {
            told.adminHealth();
        }
        pemFiles().ifPresent(files -> told.tls(files.certificates(), files.key()));
        list(ServeSettings.TRUSTED_PROXY).forEach(told::trustedProxy);
        list(ServeSettings.CORS_ORIGIN).forEach(told::corsOrigin);
        list(ServeSettings.ALLOWED_HOST).forEach(told::allowedHost);
        Path peerIssuers = config.get(ServeSettings.PEER_TLS);
        if (peerIssuers != null) {
            told.peerTls(peerIssuers);
        }
        if (is(ServeSettings.LIMIT_LOOPBACK)) {
            told.limitLoopback();
        }
        if (hasConsole()) {
            told.console();
        }
        return told;
    }

    /**
     * Returns a builder of the engine with these options. Connects it to the log, if there is one, which the engine
     * closes.
     */
    EngineBuilder engine() {
        EngineBuilder builder = settings();
        if (log.isGiven()) {
            log.applyTo(builder, System.getenv());
        }
        return builder;
    }

    /** Returns the same builder without the log, for code that opens no engine over it. */
    EngineBuilder settings() {
        EngineBuilder builder = Engine.builder().tables(tables()).createDefaultWorkspace(!log.isGiven());
        if (!log.isGiven() && !memory()) {
            builder.directory(data()).durability(durability());
        }
        Path secretKeyFile = config.get(ServeSettings.SECRET_KEY_FILE);
        if (secretKeyFile != null) {
            builder.secretKeyFile(secretKeyFile);
        }
        Path otherSecretKeyFile = config.get(ServeSettings.OTHER_SECRET_KEY_FILE);
        if (otherSecretKeyFile != null) {
            builder.otherSecretKeyFile(otherSecretKeyFile);
        }
        Path quickRestart = config.get(ServeSettings.QUICK_RESTART);
        if (quickRestart != null) {
            builder.quickRestart(quickRestart);
        }
        Long requestLogBytes = config.get(ServeSettings.REQUEST_LOG_BYTES);
        if (requestLogBytes != null) {
            builder.requestLogBytes(requestLogBytes);
        }
        builder.maxResources(required(ServeSettings.MAX_RESOURCES))
                .requestLogEntries(number(ServeSettings.REQUEST_LOG_ENTRIES))
                .retention(retention())
                .grace(grace())
                .identity(identity());
        String adminToken = adminToken();
        if (adminToken != null) {
            builder.adminToken(adminToken);
        }
        if (testClock()) {
            builder.testClock(ManualClock.startingAt(Instant.now()));
        }
        return addHosted(builder);
    }

    /** Adds the settings that a host makes by Java, the places, and the rules of webhooks. */
    private EngineBuilder addHosted(EngineBuilder builder) {
        builder.places(new Places(
                number(ServeSettings.JOBS_RUNNING),
                number(ServeSettings.DELIVERIES_RUNNING),
                number(ServeSettings.DELIVERIES_RUNNING_PER_ENDPOINT)));
        webhookAllow().forEach(builder::webhookAllow);
        webhookHostRates().forEach((host, rate) -> builder.webhookHostRate(host, rate.intValue()));
        map(ServeSettings.PLANS).values().forEach(builder::plan);
        map(ServeSettings.RESOURCE_TYPES).forEach(builder::resourceType);
        map(ServeSettings.CHILD_TYPES).forEach(builder::childType);
        map(ServeSettings.OPERATIONS).forEach((name, members) -> HostedFormats.addOperation(builder, name, members));
        map(ServeSettings.ROUTES).forEach((route, members) -> HostedFormats.addRoute(builder, route, members));
        return builder;
    }

    /** Returns the files for TLS, if it is served. */
    private Optional<Tls.PemFiles> pemFiles() {
        Path certificates = config.get(ServeSettings.TLS_CERT);
        Path key = config.get(ServeSettings.TLS_KEY);
        return certificates == null || key == null
                ? Optional.empty()
                : Optional.of(new Tls.PemFiles(certificates, key));
    }

    /**
     * Checks the files for TLS.
     *
     * @throws IllegalArgumentException if they are no pair, with a message of one line
     */
    void checkTls() {
        pemFiles().ifPresent(Tls.PemFiles::read);
    }

    /**
     * Checks what only a whole engine can: opens one in memory with the same settings, and closes it. Reads the files
     * for TLS too.
     *
     * @return a sentence on what works and may be too small; empty if there is none
     * @throws FaultyConfigException if they do not fit together
     */
    Optional<String> checkTogether() {
        try {
            checkTls();
        } catch (IllegalArgumentException wrong) {
            throw new FaultyConfigException(
                    List.of(fault(ServeSettings.TLS_CERT, CommandLineReader.sentence(wrong.getMessage(), wrong))));
        }
        try {
            EngineBuilder together = addHosted(Engine.builder()
                    .maxResources(required(ServeSettings.MAX_RESOURCES))
                    .retention(retention()));
            try (Engine engine = together.open()) {
                return engine.outgrownTables();
            }
        } catch (IllegalArgumentException wrong) {
            throw new FaultyConfigException(
                    List.of(fault(ServeSettings.ROUTES, CommandLineReader.sentence(wrong.getMessage(), wrong))));
        }
    }

    /**
     * Returns true if the console is served. Other machines see it only on request, because it invites them to send
     * their keys without TLS. A proxy brings other machines to a loopback address.
     */
    public boolean hasConsole() {
        String console = config.get(ServeSettings.CONSOLE);
        boolean isForThisMachine = isLoopback(host())
                && isLoopback(config.get(ServeSettings.ADMIN_HOST))
                && list(ServeSettings.TRUSTED_PROXY).isEmpty();
        return console == null ? isForThisMachine : console.equals("on");
    }

    private static boolean isLoopback(@Nullable String name) {
        return name == null || HostNames.isLoopback(name);
    }

    /** Returns the same options with the live settings of others. */
    ServeOptions withLive(ServeOptions read) {
        return new ServeOptions(config.withLive(read.config));
    }

    /** Returns true if there are files that a reload reads or opens again. */
    boolean isReloadable() {
        return config.has(ServeSettings.CONFIG)
                || config.has(ServeSettings.TLS_CERT)
                || config.has(ServeSettings.SECRET_KEY_FILE)
                || config.has(ServeSettings.OTHER_SECRET_KEY_FILE)
                || config.has(ServeSettings.ACCESS_LOG);
    }

    /** Returns true if each line of the program's output is a JSON object. */
    boolean logsJson() {
        return required(ServeSettings.LOG_FORMAT).equals("json");
    }

    /**
     * Opens the access log, if there is one.
     *
     * @param standardOutput takes the lines if no file does
     * @throws IllegalArgumentException if its file cannot be opened
     */
    Optional<AccessLog> accessLog(OutputStream standardOutput) {
        String place = config.get(ServeSettings.ACCESS_LOG);
        if (place == null) {
            return Optional.empty();
        }
        return Optional.of(
                place.equals("-")
                        ? AccessLog.to(standardOutput, logsJson())
                        : AccessLog.to(Path.of(place), logsJson()));
    }

    /** Returns the values with their sources. */
    Config config() {
        return config;
    }

    /** Returns true if the operator has a port of its own. */
    boolean hasAdminPort() {
        return config.has(ServeSettings.ADMIN_PORT);
    }

    private boolean hasAdminHealth() {
        return is(ServeSettings.ADMIN_HEALTH);
    }

    String host() {
        return required(ServeSettings.HOST);
    }

    int port() {
        return number(ServeSettings.PORT);
    }

    boolean memory() {
        return isInMemory(config);
    }

    Tables tables() {
        String tables = config.get(ServeSettings.TABLES);
        return tables != null
                ? Tables.valueOf(tables.replace('-', '_').toUpperCase(Locale.ROOT))
                : memory() ? Tables.HEAP : Tables.OFF_HEAP;
    }

    Path data() {
        return required(ServeSettings.DATA);
    }

    Durability durability() {
        return Durability.valueOf(required(ServeSettings.DURABILITY).toUpperCase(Locale.ROOT));
    }

    long maxResources() {
        return required(ServeSettings.MAX_RESOURCES);
    }

    @Nullable
    String adminToken() {
        return config.get(ServeSettings.ADMIN_TOKEN);
    }

    List<String> webhookAllow() {
        return list(ServeSettings.WEBHOOK_ALLOW);
    }

    Map<String, Long> webhookHostRates() {
        return map(ServeSettings.WEBHOOK_HOST_RATE);
    }

    boolean testClock() {
        return is(ServeSettings.TEST_CLOCK);
    }

    private boolean is(Setting<Boolean> setting) {
        return Boolean.TRUE.equals(config.get(setting));
    }

    private int number(Setting<Long> setting) {
        return Math.toIntExact(required(setting));
    }

    private List<String> list(Setting<List<String>> setting) {
        return Objects.requireNonNullElse(config.get(setting), List.of());
    }

    private <T> Map<String, T> map(Setting<Map<String, T>> setting) {
        return Objects.requireNonNullElse(config.get(setting), Map.of());
    }

    private <T> T required(Setting<T> setting) {
        return Objects.requireNonNull(config.get(setting), setting::name);
    }
}
