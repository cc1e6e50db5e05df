package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.call.Cors;
import dev.plinth.engine.http.config.Format;
import dev.plinth.engine.http.config.Formats;
import dev.plinth.engine.http.config.Setting;
import dev.plinth.engine.http.config.Source;
import dev.plinth.engine.http.connection.AddressRange;
import dev.plinth.engine.http.connection.Addresses;
import dev.plinth.engine.http.connection.HostNames;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.EngineTextSetting;
import dev.plinth.engine.settings.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The settings of {@code serve}, each declared once. Flags, variables, file, help, schema and page follow from here. */
final class ServeSettings {
    static final Setting<Path> CONFIG = Setting.of(
                    "config",
                    Formats.path(),
                    "FILE",
                    "Configuration file in YAML; environment variables and flags win over it.")
            .from(Source.ENVIRONMENT, Source.FLAG);

    static final Setting<String> HOST = Setting.of("host", host(), "HOST", "Interface to listen on.")
            .byDefault("127.0.0.1")
            .inJava("server.host");

    static final Setting<Long> PORT = Setting.of("port", port(), "PORT", "Port to listen on, 0 for any free one.")
            .byDefault(8080L)
            .inJava("server.port");

    static final Setting<Long> ADMIN_PORT = Setting.of(
                    "admin-port",
                    port(),
                    "PORT",
                    "Port that alone serves /admin and /metrics, and also /health; 0 for any free one.")
            .withoutIt("all on --port")
            .inJava("server.adminPort");

    static final Setting<String> ADMIN_HOST = Setting.of("admin-host", host(), "HOST", "Interface of --admin-port.")
            .withoutIt("127.0.0.1")
            .inJava("server.adminHost");

    static final Setting<Boolean> ADMIN_HEALTH = Setting.of(
                    "admin-health", Formats.truth(), "", "Serve /health on --admin-port only.")
            .byDefault(false)
            .inJava("server.adminHealth");

    static final Setting<Path> TLS_CERT = Setting.of(
                    "tls-cert",
                    Formats.path(),
                    "FILE",
                    "Serve HTTPS with this certificate and its issuers, in PEM; with --tls-key.")
            .inJava("server.tls");

    static final Setting<Path> TLS_KEY = Setting.of(
                    "tls-key", Formats.path(), "FILE", "Private key of --tls-cert, in PEM: PKCS#8 without a password.")
            .inJava("server.tls");

    static final Setting<List<String>> TRUSTED_PROXY = Setting.of(
                    "trusted-proxy",
                    Formats.items(Formats.text("an address or range", AddressRange::parse)),
                    "CIDR",
                    "Proxy whose X-Forwarded-For names its client, such as 10.0.0.0/8.")
            .inJava("server.trustedProxy");

    static final Setting<Long> CONNECTIONS_PER_ADDRESS = Setting.of(
                    "connections-per-address",
                    Formats.whole(1, Addresses.COUNT_MAX),
                    "N",
                    "Most open connections of one address; an IPv6 address stands for its /64.")
            .byDefault((long) Addresses.CONNECTIONS_PER_ADDRESS_DEFAULT)
            .inJava("server.connectionsPerAddress");

    static final Setting<Long> FAILURES_PER_MINUTE = Setting.of(
                    "failures-per-minute",
                    Formats.whole(1, Addresses.COUNT_MAX),
                    "N",
                    "Requests a minute with a bad credential from one address; more get 429.")
            .byDefault((long) Addresses.FAILURES_PER_MINUTE_DEFAULT)
            .inJava("server.failuresPerMinute");

    static final Setting<Long> TLS_CONNECTIONS_PER_MINUTE = Setting.of(
                    "tls-connections-per-minute",
                    Formats.whole(1, Addresses.COUNT_MAX),
                    "N",
                    "TLS connections that one address may begin in a minute; more are closed.")
            .byDefault((long) Addresses.TLS_CONNECTIONS_PER_MINUTE_DEFAULT)
            .inJava("server.tlsConnectionsPerMinute");

    static final Setting<Boolean> LIMIT_LOOPBACK = Setting.of(
                    "limit-loopback", Formats.truth(), "", "Apply the limits of an address to loopback addresses too.")
            .byDefault(false)
            .inJava("server.limitLoopback");

    static final Setting<String> CONSOLE = Setting.of(
                    "console", Formats.choice("on", "off"), "on|off", "Serve the console at /console/.")
            .withoutIt("on if every host is loopback, without --trusted-proxy; else off")
            .inJava("server.console");

    static final Setting<List<String>> CORS_ORIGIN = Setting.of(
                    "cors-origin",
                    Formats.items(Formats.text("an origin", Cors::checkedOrigin)),
                    "ORIGIN",
                    "Origin, such as https://app.example.com, whose pages may call the server from a browser.")
            .inJava("server.corsOrigin");

    static final Setting<List<String>> ALLOWED_HOST = Setting.of(
                    "allowed-host",
                    Formats.items(host()),
                    "NAME",
                    "Name under which clients may call a loopback address, such as plinth.example.com.")
            .inJava("server.allowedHost");

    static final Setting<String> LOG_FORMAT = Setting.of(
                    "log-format",
                    Formats.choice("text", "json"),
                    "text|json",
                    "Lines of standard output, standard error and the access log: text, or a JSON object each.")
            .byDefault("text");

    static final Setting<String> ACCESS_LOG = Setting.of(
            "access-log",
            Formats.text("a file, or - for standard output", place -> place.equals("-") ? place : Path.of(place)),
            "FILE|-",
            "Log each request to this file, or to standard output.");

    static final Setting<Boolean> MEMORY = Setting.of(
                    "memory", Formats.truth(), "", "Keep everything in memory; all is gone when the program ends.")
            .byDefault(false)
            .inJava("engine.inMemory");

    static final Setting<Path> DATA = Setting.of("data", Formats.path(), "DIR", "Directory of the durable store.")
            .byDefault(Path.of("plinth-data"))
            .inJava("engine.directory");

    static final Setting<String> DURABILITY = Setting.of(
                    "durability",
                    Formats.choice("fsync", "os"),
                    "fsync|os",
                    "Failures that an acknowledged change survives: fsync a power cut, os a crash of the program.")
            .byDefault("fsync")
            .inJava("engine.durability");

    static final Setting<String> LOG = Setting.of(
                    "log",
                    Formats.text("an address", LogAddress::parse),
                    "URL",
                    "Keep everything in a log that several nodes share: postgres://USER@HOST,HOST/DATABASE, with"
                            + " PLINTH_LOG_PASSWORD or a password file.")
            .inJava("engine.log");

    static final Setting<String> CELL = Setting.of(
                    "cell", Formats.text("a name", name -> name), "NAME", "Name of the log in its database.")
            .byDefault("plinth");

    static final Setting<String> ADVERTISE = Setting.of(
                    "advertise",
                    Formats.text("an address", AdvertisedUrl::parse),
                    "URL",
                    "Address at which other nodes reach this one, such as http://10.0.0.5:8080; demanded by --log.")
            .inJava("engine.node");

    static final Setting<String> NODE_ID = Setting.of(
                    "node-id",
                    Formats.text("a name of 1 to 64 characters", Node::new),
                    "ID",
                    "Name of this node, which no other one of the log has.")
            .withoutIt("host and port of --advertise")
            .inJava("engine.node");

    static final Setting<String> LEASE = Setting.of(
                    "lease",
                    Formats.text(LeaseTime.RANGE, LeaseTime::parse),
                    "TIME",
                    "Silence after which another node leads in the place of this one, 500ms to 5m.")
            .byDefault("3s");

    static final Setting<String> FORWARD = Setting.of(
                    "forward",
                    Formats.choice("on", "off"),
                    "on|off",
                    "Hand calls on to the node that leads; without it they are refused.")
            .byDefault("on")
            .inJava("server.forward");

    static final Setting<Path> PEER_TLS = Setting.of(
                    "peer-tls",
                    Formats.path(),
                    "FILE",
                    "Hand calls on over TLS only, to nodes whose certificates were issued by those in this PEM file.")
            .withoutIt("as the --advertise of the leader says; issuers of the JVM")
            .inJava("server.peerTls");

    static final Setting<String> LOG_DURABILITY = Setting.of(
                    "log-durability",
                    Formats.choice("replicated", "local"),
                    "replicated|local",
                    "Failures of the database that an acknowledged change survives: replicated the loss of the primary,"
                            + " local a crash or power cut of it.")
            .byDefault("replicated");

    static final Setting<String> TABLES = Setting.of(
                    "tables",
                    Formats.choice("off-heap", "chronicle", "heap"),
                    "off-heap|chronicle|heap",
                    "Place of the rows.")
            .withoutIt("off-heap, with --memory heap")
            .inJava("engine.tables");

    static final Setting<Long> MAX_RESOURCES = number(EngineSetting.MAX_RESOURCES);

    static final Setting<String> ADMIN_TOKEN = Setting.of(
                    "admin-token",
                    Formats.text(
                            "a secret of 20 characters or more",
                            token -> Engine.builder().adminToken(token)),
                    "TOKEN",
                    "Token of the operator's calls, 20 characters or more.")
            .withoutIt("made and printed at the first start")
            .secret()
            .inJava("engine.adminToken");

    static final Setting<Path> SECRET_KEY_FILE = Setting.of(
                    "secret-key-file", Formats.path(), "FILE", "Key that encrypts secrets at rest.")
            .withoutIt("a file in the data directory")
            .inJava("engine.secretKeyFile");

    static final Setting<Path> OTHER_SECRET_KEY_FILE = Setting.of(
                    "other-secret-key-file",
                    Formats.path(),
                    "FILE",
                    "Further key that opens secrets and encrypts none, for a rotation of the key.")
            .withoutIt("secret.other.key in the data directory")
            .inJava("engine.otherSecretKeyFile");

    static final Setting<Path> QUICK_RESTART = Setting.of(
                    "quick-restart",
                    Formats.path(),
                    "DIR",
                    "Leave the tables here for the next start, best in memory such as below /dev/shm.")
            .inJava("engine.quickRestart");

    static final Setting<Long> REQUEST_LOG_ENTRIES = number(EngineSetting.REQUEST_LOG_ENTRIES);

    static final Setting<Long> REQUEST_LOG_BYTES =
            number(EngineSetting.REQUEST_LOG_BYTES).withoutIt("in memory alone");

    static final Setting<Long> JOBS_RUNNING = number(EngineSetting.JOBS_RUNNING);

    static final Setting<Long> DELIVERIES_RUNNING = number(EngineSetting.DELIVERIES_RUNNING);

    static final Setting<Long> DELIVERIES_RUNNING_PER_ENDPOINT = number(EngineSetting.DELIVERIES_RUNNING_PER_ENDPOINT);

    static final Setting<Long> JOBS_KEPT = number(EngineSetting.JOBS_KEPT);

    static final Setting<Long> EVENTS_KEPT = number(EngineSetting.EVENTS_KEPT);

    static final Setting<Long> DELIVERIES_KEPT = number(EngineSetting.DELIVERIES_KEPT);

    static final Setting<Long> REVOKED_KEYS_KEPT = number(EngineSetting.REVOKED_KEYS_KEPT);

    static final Setting<Long> DRAIN = number(EngineSetting.DRAIN).inJava("engine.grace.drain, server.drain");

    static final Setting<Long> CLOSE = number(EngineSetting.CLOSE);

    static final Setting<String> PROBLEM_BASE = text(EngineTextSetting.PROBLEM_BASE, "URI");

    static final Setting<String> REALM = text(EngineTextSetting.REALM, "TEXT");

    static final Setting<String> WEBHOOK_USER_AGENT = text(EngineTextSetting.WEBHOOK_USER_AGENT, "TEXT")
            .withoutIt(EngineTextSetting.WEBHOOK_USER_AGENT.byDefault());

    static final Setting<List<String>> WEBHOOK_ALLOW = Setting.of(
                    "webhook-allow",
                    Formats.items(
                            Formats.text("a range", range -> Engine.builder().webhookAllow(range))),
                    "CIDR",
                    "Lets webhooks reach this range, such as 127.0.0.0/8.")
            .live()
            .inJava("engine.webhookAllow");

    static final Setting<Map<String, Long>> WEBHOOK_HOST_RATE = Setting.of(
                    EngineSetting.WEBHOOK_HOST_RATE.settingName(),
                    Formats.named("HOST or HOST:PORT", whole(EngineSetting.WEBHOOK_HOST_RATE), (host, rate) -> {
                        EngineBuilder unused = Engine.builder().webhookHostRate(host, rate.intValue());
                        return rate;
                    }),
                    "HOST=N",
                    EngineSetting.WEBHOOK_HOST_RATE.meaning())
            .withoutIt("*=" + EngineSetting.WEBHOOK_HOST_RATE.byDefault())
            .live()
            .inJava("engine.webhookHostRate");

    static final Setting<Boolean> TEST_CLOCK = Setting.of(
                    "test-clock", Formats.truth(), "", "Stop the clock and let /admin/v1/clock turn it.")
            .byDefault(false)
            .inJava("engine.testClock");

    static final Setting<Map<String, Plan>> PLANS = Setting.of(
                    "plans",
                    PlanFormat.plans(),
                    "",
                    "Plans by name, beside starter, pro and business or in the place of one of them.")
            .from(Source.FILE)
            .live()
            .inJava("engine.plan");

    static final Setting<Map<String, Json>> RESOURCE_TYPES = Setting.of(
                    "resource-types",
                    Formats.named("a type", Formats.json(), (type, schema) -> {
                        EngineBuilder unused =
                                Engine.builder().resourceType(type, schema).check();
                        return schema;
                    }),
                    "",
                    "Types of resources by name, each with the JSON Schema of its data. With any, other types are"
                            + " refused.")
            .from(Source.FILE)
            .inJava("engine.resourceType");

    static final Setting<Map<String, Json>> CHILD_TYPES = Setting.of(
                    "child-types",
                    Formats.named("a type", Formats.json(), (type, schema) -> {
                        EngineBuilder unused =
                                Engine.builder().childType(type, schema).check();
                        return schema;
                    }),
                    "",
                    "Types of children, like the types of resources.")
            .from(Source.FILE)
            .inJava("engine.childType");

    static final Setting<Map<String, Map<String, Object>>> OPERATIONS = Setting.of(
                    "operations",
                    Formats.named("an operation", HostedFormats.operation(), (name, members) -> {
                        EngineBuilder unused = Engine.builder().asyncOperation(name);
                        return members;
                    }),
                    "",
                    "Operations on resources by name. A call starts a job of that type, which workers lease.")
            .from(Source.FILE)
            .inJava("engine.asyncOperation, engine.operationCost");

    static final Setting<Map<String, Map<String, Object>>> ROUTES = Setting.of(
                    "routes",
                    Formats.named("a method and path", HostedFormats.route(), (route, members) -> members),
                    "",
                    "Costs and demanded headers by route, such as POST /v1/resources.")
            .from(Source.FILE)
            .inJava("engine.routeCost, engine.requireIdempotencyKey, engine.requireIfMatch");

    /** The settings of a stored or shared log of rows, which the demonstration hides. */
    static final Set<Setting<?>> OF_STORED_DATA = Set.of(
            DATA,
            DURABILITY,
            LOG,
            CELL,
            ADVERTISE,
            NODE_ID,
            LEASE,
            FORWARD,
            LOG_DURABILITY,
            SECRET_KEY_FILE,
            QUICK_RESTART);

    /** All settings in the order of the help. */
    static final List<Setting<?>> ALL = List.of(
            CONFIG,
            HOST,
            PORT,
            ADMIN_PORT,
            ADMIN_HOST,
            ADMIN_HEALTH,
            TLS_CERT,
            TLS_KEY,
            TRUSTED_PROXY,
            CONNECTIONS_PER_ADDRESS,
            FAILURES_PER_MINUTE,
            TLS_CONNECTIONS_PER_MINUTE,
            LIMIT_LOOPBACK,
            CONSOLE,
            CORS_ORIGIN,
            ALLOWED_HOST,
            LOG_FORMAT,
            ACCESS_LOG,
            MEMORY,
            DATA,
            DURABILITY,
            LOG,
            CELL,
            ADVERTISE,
            NODE_ID,
            LEASE,
            FORWARD,
            PEER_TLS,
            LOG_DURABILITY,
            TABLES,
            MAX_RESOURCES,
            ADMIN_TOKEN,
            SECRET_KEY_FILE,
            OTHER_SECRET_KEY_FILE,
            QUICK_RESTART,
            REQUEST_LOG_ENTRIES,
            REQUEST_LOG_BYTES,
            JOBS_RUNNING,
            DELIVERIES_RUNNING,
            DELIVERIES_RUNNING_PER_ENDPOINT,
            JOBS_KEPT,
            EVENTS_KEPT,
            DELIVERIES_KEPT,
            REVOKED_KEYS_KEPT,
            DRAIN,
            CLOSE,
            PROBLEM_BASE,
            REALM,
            WEBHOOK_USER_AGENT,
            WEBHOOK_ALLOW,
            WEBHOOK_HOST_RATE,
            TEST_CLOCK,
            PLANS,
            RESOURCE_TYPES,
            CHILD_TYPES,
            OPERATIONS,
            ROUTES);

    private ServeSettings() {}

    /** Declares a setting of the engine that is a number. Its limits and its default are the engine's. */
    private static Setting<Long> number(EngineSetting engine) {
        Setting<Long> setting = Setting.of(engine.settingName(), whole(engine), "N", engine.meaning())
                .inJava("engine." + engine.javaName());
        if (engine.hasDefault()) {
            setting = setting.byDefault(engine.byDefault());
        }
        return engine.isLive() ? setting.live() : setting;
    }

    /** Declares a setting of the engine that is a text. Its rule and its default are the engine's. */
    private static Setting<String> text(EngineTextSetting engine, String label) {
        return Setting.of(engine.settingName(), Formats.text(engine.form(), engine::checked), label, engine.meaning())
                .byDefault(engine.byDefault())
                .inJava("engine." + engine.javaName());
    }

    private static Format<Long> whole(EngineSetting engine) {
        return Formats.whole(engine.min(), engine.max());
    }

    private static Format<String> host() {
        return Formats.text("a name or an address", name -> name);
    }

    private static Format<Long> port() {
        return Formats.whole(0, HostNames.PORT_MAX);
    }
}
