package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.call.CallServices;
import dev.plinth.engine.http.call.Cors;
import dev.plinth.engine.http.call.EngineCallService;
import dev.plinth.engine.http.connection.AddressRange;
import dev.plinth.engine.http.connection.Addresses;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.http.connection.HostNames;
import dev.plinth.engine.http.connection.Tls;
import dev.plinth.engine.http.console.ConsoleCallService;
import dev.plinth.engine.http.filter.BrokenConnection;
import dev.plinth.engine.http.forward.ForwardCallService;
import dev.plinth.engine.http.forward.LeaderClient;
import dev.plinth.engine.http.log.AccessLog;
import dev.plinth.engine.server.CallBudgets;
import dev.plinth.engine.server.CallDoor;
import dev.plinth.engine.settings.EngineSetting;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** Collects the settings of an {@link EngineServer} and starts it. Not thread-safe. */
public final class EngineServerBuilder {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int PORT_DEFAULT = 8080;

    private final Function<Optional<BiFunction<Call, CallDoor, CompletableFuture<Reply>>>, CallServices> doors;
    private final Supplier<CallBudgets> budgets;
    private final Optional<Engine> served;
    private final List<AddressRange> proxies = new ArrayList<>();
    private Optional<BiFunction<Call, CallDoor, CompletableFuture<Reply>>> filter = Optional.empty();
    private String host = LOOPBACK;
    private int port = PORT_DEFAULT;
    private Optional<String> adminHost = Optional.empty();
    private OptionalInt adminPort = OptionalInt.empty();
    private boolean adminHealth;
    private Duration drain = Deadlines.STANDARD.drain();
    private int connectionsPerAddress = Addresses.CONNECTIONS_PER_ADDRESS_DEFAULT;
    private int failuresPerMinute = Addresses.FAILURES_PER_MINUTE_DEFAULT;
    private int tlsConnectionsPerMinute = Addresses.TLS_CONNECTIONS_PER_MINUTE_DEFAULT;
    private boolean limitLoopback;
    private boolean console;
    private boolean forward = true;
    private Optional<Tls.PemFiles> tls = Optional.empty();
    private Optional<AccessLog> accessLog = Optional.empty();
    private Optional<Path> peerIssuers = Optional.empty();
    private final List<String> allowedHosts = new ArrayList<>();
    private final Set<String> corsOrigins = new LinkedHashSet<>();

    EngineServerBuilder(Engine engine) {
        Objects.requireNonNull(engine, "engine must not be null.");
        this.served = Optional.of(engine);
        this.budgets = engine::callBudgets;
        this.doors = first -> (executor, audiences) -> new EngineCallService(engine, executor, audiences, first);
    }

    /** Makes a builder for doors of any kind, which know no filter. */
    EngineServerBuilder(CallServices doors) {
        this.served = Optional.empty();
        this.budgets = () -> CallBudgets.of(Runtime.getRuntime().maxMemory());
        this.doors = first -> doors;
    }

    /**
     * The settings of a server. Immutable.
     *
     * @param admin the operator's place, if the operator has one apart
     * @param tls the files for the places that have TLS
     * @param heapBytes the heap, from which the budgets of headers and connections are derived
     * @param budgets the budgets of calls
     * @param leaderClient hands calls on to the node that leads, if others may lead
     */
    record Settings(
            Listening main,
            Optional<Listening> admin,
            Optional<Tls.PemFiles> tls,
            Cors cors,
            Optional<AccessLog> accessLog,
            Addresses.Rules addresses,
            long heapBytes,
            CallBudgets budgets,
            Deadlines deadlines,
            Optional<LeaderClient> leaderClient) {}

    /** A place to listen on, for some audiences and under some names. */
    record Listening(String host, int port, Set<Audience> audiences, boolean hasTls, HostNames hosts) {}

    /** Sets the name or address of the interface to listen on. The default is 127.0.0.1; 0.0.0.0 means all. */
    public EngineServerBuilder host(String name) {
        host = checkedHost(name);
        return this;
    }

    /** Sets the port to listen on, 0–65535. The default is 8080; 0 takes any free one. */
    public EngineServerBuilder port(int number) {
        port = checkedPort(number);
        return this;
    }

    /**
     * Sets a port of its own, 0–65535, for {@code /admin}, {@code /metrics} and {@code /health}; 0 takes any free one.
     * The other port then answers the first two with 404. By default one port serves everything.
     */
    public EngineServerBuilder adminPort(int number) {
        adminPort = OptionalInt.of(checkedPort(number));
        return this;
    }

    /** Sets the interface of {@link #adminPort}. The default is 127.0.0.1. */
    public EngineServerBuilder adminHost(String name) {
        adminHost = Optional.of(checkedHost(name));
        return this;
    }

    /**
     * Serves HTTP/1.1 over TLS 1.2 and 1.3, with a certificate and key that {@link EngineServer#reloadTls} reads again.
     * {@link #adminPort} has TLS too, unless its interface is loopback. By default there is no TLS.
     *
     * @param certificates a PEM file with the server's certificate, followed by its issuers
     * @param key a PEM file with its private key, RSA or EC, in PKCS#8 without a password
     */
    public EngineServerBuilder tls(Path certificates, Path key) {
        tls = Optional.of(new Tls.PemFiles(certificates, key));
        return this;
    }

    /**
     * Sets how long {@link EngineServer#close} waits for requests in flight. The default is 10 seconds.
     *
     * @param time whole seconds, 1 to 3,600
     */
    public EngineServerBuilder drain(Duration time) {
        drain = EngineSetting.DRAIN.checked(time);
        return this;
    }

    /** Serves {@code /health} on {@link #adminPort} only. */
    public EngineServerBuilder adminHealth() {
        adminHealth = true;
        return this;
    }

    /**
     * Trusts a proxy to name its client in {@code X-Forwarded-For}. May be called for several proxies. A proxy may have
     * any number of connections, so it has to limit those of its own clients.
     *
     * @param range an address, or a range such as {@code 10.0.0.0/8}
     * @throws IllegalArgumentException if it is neither
     */
    public EngineServerBuilder trustedProxy(String range) {
        proxies.add(AddressRange.parse(range));
        return this;
    }

    /**
     * Sets the most open connections of one address at once. The default is 256. An IPv6 /64 counts as one address. One
     * more is closed without an answer.
     *
     * @param connections 1 to 1,000,000
     */
    public EngineServerBuilder connectionsPerAddress(int connections) {
        connectionsPerAddress = checkedCount("connectionsPerAddress", connections);
        return this;
    }

    /**
     * Sets the most requests with an invalid credential from one address within a minute. The default is 10. One more
     * is answered with 429 and its connection closed. Requests with a valid credential go on.
     *
     * @param failures 1 to 1,000,000
     */
    public EngineServerBuilder failuresPerMinute(int failures) {
        failuresPerMinute = checkedCount("failuresPerMinute", failures);
        return this;
    }

    /**
     * Sets the most connections with {@link #tls} that one address begins in a minute. The default is 6,000, all of
     * which may come at once. One more is closed without an answer.
     *
     * @param connections 1 to 1,000,000
     */
    public EngineServerBuilder tlsConnectionsPerMinute(int connections) {
        tlsConnectionsPerMinute = checkedCount("tlsConnectionsPerMinute", connections);
        return this;
    }

    /** Limits loopback addresses too, which have no limits by default. */
    public EngineServerBuilder limitLoopback() {
        limitLoopback = true;
        return this;
    }

    /**
     * Serves the console at {@code /console/} on each port. These are pages for a browser, in which people sign in with
     * an API key or the admin token. They can do there what the routes of that port allow. The port of the API also
     * serves its reference, at {@code /docs}. By default both paths are unknown.
     */
    public EngineServerBuilder console() {
        console = true;
        return this;
    }

    /**
     * Lets the scripts of pages from another origin call the server and read its answers. May be called for several
     * origins. By default browsers let only pages of the server itself read answers.
     *
     * @param origin as a browser sends it, such as {@code https://app.example.com}
     * @throws IllegalArgumentException if it is no origin; {@code *} is none
     */
    public EngineServerBuilder corsOrigin(String origin) {
        corsOrigins.add(Cors.checkedOrigin(origin));
        return this;
    }

    /**
     * Lets clients call a server on a loopback address under one more name. May be called for several names. Such a server
     * otherwise answers 400 to a {@code Host} with a dot that is neither an address nor reserved for private use. Any name is
     * right with {@link #tls}, behind a {@link #trustedProxy}, and on other addresses.
     *
     * @param name such as {@code plinth.example.com}, without a port
     */
    public EngineServerBuilder allowedHost(String name) {
        allowedHosts.add(checkedHost(name));
        return this;
    }

    /**
     * Has a node of a shared log hand calls on over TLS only. These issuers must have signed the certificate of the leader,
     * for the host of its address. By default a node uses what that address says, and trusts the issuers of the JVM.
     *
     * @param issuers a PEM file with certificates
     */
    public EngineServerBuilder peerTls(Path issuers) {
        peerIssuers = Optional.of(issuers);
        return this;
    }

    /**
     * Sets whether a node of a shared log hands calls on to the node that leads. The default is true. Otherwise it answers
     * 503 {@code not_leader} while another node leads. Without a shared log it does not matter.
     */
    public EngineServerBuilder forward(boolean isOn) {
        forward = isOn;
        return this;
    }

    /**
     * Logs each request, refusals of framing included. By default there is no log.
     *
     * @param log is closed by its caller, after the server
     */
    public EngineServerBuilder accessLog(AccessLog log) {
        accessLog = Optional.of(log);
        return this;
    }

    /**
     * Puts a filter in front of the engine's door, such as one that breaks connections to test clients. A body is read
     * to its end before the filter sees the call.
     *
     * @param first takes each call, on a thread that must not block, and usually hands it on to the door. A future that
     *     ends with a {@link BrokenConnection} breaks the connection; any other exception is answered with 500
     */
    public EngineServerBuilder filter(BiFunction<Call, CallDoor, CompletableFuture<Reply>> first) {
        filter = Optional.of(first);
        return this;
    }

    /**
     * Starts the server.
     *
     * @throws IllegalArgumentException if settings contradict each other, or the files of {@link #tls} are no pair for
     *     TLS
     * @throws UncheckedIOException if the server cannot listen on an address; the message is one sentence that says why
     */
    public EngineServer start() {
        return start(Deadlines.STANDARD.withDrain(drain), Runtime.getRuntime().maxMemory(), budgets.get());
    }

    /** Starts the server with other deadlines, and with the budgets of another heap. */
    EngineServer start(Deadlines deadlines, long heapBytes) {
        return start(deadlines, heapBytes, CallBudgets.of(heapBytes));
    }

    private EngineServer start(Deadlines deadlines, long heapBytes, CallBudgets calls) {
        Optional<LeaderClient> leaderClient =
                served.flatMap(Engine::forwarding).filter(any -> forward).map(any -> new LeaderClient(peerIssuers));
        CallServices own = doors.apply(filter);
        CallServices engine = served.map(each -> ForwardCallService.doors(each, own, leaderClient))
                .orElse(own);
        CallServices all = console
                ? (executor, audiences) ->
                        new ConsoleCallService(engine.open(executor, audiences), audiences.contains(Audience.TENANT))
                : engine;
        return EngineServer.start(all, settings(deadlines, heapBytes, calls, leaderClient));
    }

    private Settings settings(
            Deadlines deadlines, long heapBytes, CallBudgets calls, Optional<LeaderClient> leaderClient) {
        if (adminHealth && adminPort.isEmpty()) {
            throw new IllegalArgumentException("adminHealth needs an adminPort. Set one, or leave adminHealth out.");
        }
        if (adminHost.isPresent() && adminPort.isEmpty()) {
            throw new IllegalArgumentException("adminHost needs an adminPort. Set one, or leave adminHost out.");
        }
        String operators = adminHost.orElse(LOOPBACK);
        EnumSet<Audience> audiences = EnumSet.of(Audience.TENANT);
        if (adminPort.isEmpty()) {
            audiences.add(Audience.OPERATOR);
        }
        if (!adminHealth) {
            audiences.add(Audience.PROBE);
        }
        boolean adminHasTls = tls.isPresent() && !HostNames.isLoopback(operators);
        Optional<Listening> admin = adminPort.isEmpty()
                ? Optional.empty()
                : Optional.of(new Listening(
                        operators,
                        adminPort.getAsInt(),
                        EnumSet.of(Audience.OPERATOR, Audience.PROBE),
                        adminHasTls,
                        hosts(operators, adminHasTls)));
        return new Settings(
                new Listening(host, port, audiences, tls.isPresent(), hosts(host, tls.isPresent())),
                admin,
                tls,
                new Cors(Set.copyOf(corsOrigins)),
                accessLog,
                new Addresses.Rules(
                        connectionsPerAddress,
                        failuresPerMinute,
                        tlsConnectionsPerMinute,
                        limitLoopback,
                        List.copyOf(proxies)),
                heapBytes,
                calls,
                deadlines,
                leaderClient);
    }

    /** With TLS a browser demands a certificate for the name of the page. */
    private HostNames hosts(String bound, boolean hasTls) {
        if (hasTls || !proxies.isEmpty() || !HostNames.isLoopback(bound)) {
            return HostNames.all();
        }
        List<String> names = new ArrayList<>(allowedHosts);
        names.add(bound);
        served.flatMap(Engine::forwarding)
                .flatMap(node -> node.node().url())
                .ifPresent(url -> names.add(url.getHost()));
        return HostNames.ofLoopback(names);
    }

    private static int checkedPort(int number) {
        if (number < 0 || number > HostNames.PORT_MAX) {
            throw new IllegalArgumentException("port must be 0 to " + HostNames.PORT_MAX + ", got " + number + ".");
        }
        return number;
    }

    private static String checkedHost(String name) {
        // Without a host Jetty listens on all interfaces.
        if (Objects.requireNonNull(name, "host must not be null; 0.0.0.0 means all interfaces.")
                .isBlank()) {
            throw new IllegalArgumentException("host must not be empty; 0.0.0.0 means all interfaces.");
        }
        return name;
    }

    private static int checkedCount(String name, int count) {
        if (count < 1 || count > Addresses.COUNT_MAX) {
            throw new IllegalArgumentException(name + " must be 1 to " + Addresses.COUNT_MAX + ", got " + count + ".");
        }
        return count;
    }
}
