package dev.plinth.engine.http.program;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.http.config.Config;
import dev.plinth.engine.http.config.Fault;
import dev.plinth.engine.http.config.Setting;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.postgres.PostgresLog;
import dev.plinth.engine.log.postgres.PostgresLogBuilder;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** The settings of a node that shares a log with others. Immutable. */
final class LogOptions {
    /** The settings that have no place beside a log. */
    static final List<Setting<?>> WITHOUT_LOG_ONLY = List.of(
            ServeSettings.MEMORY,
            ServeSettings.DATA,
            ServeSettings.DURABILITY,
            ServeSettings.QUICK_RESTART,
            ServeSettings.REQUEST_LOG_BYTES,
            ServeSettings.TEST_CLOCK);

    private static final List<Setting<?>> WITH_LOG_ONLY = List.of(
            ServeSettings.CELL,
            ServeSettings.ADVERTISE,
            ServeSettings.NODE_ID,
            ServeSettings.LEASE,
            ServeSettings.FORWARD,
            ServeSettings.PEER_TLS,
            ServeSettings.LOG_DURABILITY);
    private static final List<Setting<?>> NEEDED =
            List.of(ServeSettings.ADVERTISE, ServeSettings.SECRET_KEY_FILE, ServeSettings.ADMIN_TOKEN);

    private final Config config;

    LogOptions(Config config) {
        this.config = config;
    }

    /** Returns true if everything is in a shared log. */
    boolean isGiven() {
        return config.has(ServeSettings.LOG);
    }

    /** Tells each setting that a log lacks, or that has no place beside it or without it. */
    void tellFaults(Consumer<Fault> faults) {
        if (!isGiven()) {
            for (Setting<?> setting : WITH_LOG_ONLY) {
                if (config.has(setting)) {
                    faults.accept(lacks(setting, ServeSettings.LOG));
                }
            }
            return;
        }
        String advertised = config.get(ServeSettings.ADVERTISE);
        if (config.has(ServeSettings.PEER_TLS) && advertised != null && !isTls(advertised)) {
            faults.accept(new Fault(
                    config.line(ServeSettings.PEER_TLS),
                    config.name(ServeSettings.PEER_TLS) + " needs an https address in "
                            + config.name(ServeSettings.ADVERTISE) + ", got " + advertised
                            + ". Serve TLS with --tls-cert and --tls-key, and advertise https."));
        }
        for (Setting<?> setting : NEEDED) {
            if (!config.has(setting)) {
                faults.accept(lacks(ServeSettings.LOG, setting));
            }
        }
        for (Setting<?> setting : WITHOUT_LOG_ONLY) {
            boolean isOff = Boolean.FALSE.equals(config.get(setting));
            if (config.has(setting) && !isOff) {
                faults.accept(new Fault(
                        config.line(setting),
                        config.name(setting) + " cannot be set beside " + config.name(ServeSettings.LOG)
                                + ", which keeps everything in a database. Remove one of them."));
            }
        }
    }

    private Fault lacks(Setting<?> setting, Setting<?> partner) {
        return new Fault(
                config.line(setting),
                config.name(setting) + " needs " + partner.flag() + ", which is not given. Set " + partner.flag()
                        + " too, or leave " + config.name(setting) + " out.");
    }

    /** Returns true if a node that follows forwards its calls. */
    boolean forwards() {
        return required(ServeSettings.FORWARD).equals("on");
    }

    static boolean isTls(String advertised) {
        return "https".equalsIgnoreCase(AdvertisedUrl.parse(advertised).getScheme());
    }

    /** Connects the engine to the log. */
    void applyTo(EngineBuilder engine, Map<String, String> environment) {
        URI url = AdvertisedUrl.parse(required(ServeSettings.ADVERTISE));
        String id = config.get(ServeSettings.NODE_ID);
        engine.node(new Node(id == null ? AdvertisedUrl.nodeId(url) : id, Optional.of(url)));
        engine.log(log(environment));
    }

    private SharedLog log(Map<String, String> environment) {
        PostgresLogBuilder log = PostgresLog.of(
                        LogAddress.parse(required(ServeSettings.LOG)).source(environment))
                .lease(LeaseTime.parse(required(ServeSettings.LEASE)));
        if (required(ServeSettings.LOG_DURABILITY).equals("local")) {
            log.localDurability();
        }
        return log.cell(required(ServeSettings.CELL));
    }

    private <T> T required(Setting<T> setting) {
        return Objects.requireNonNull(config.get(setting), setting::name);
    }
}
