package dev.plinth.engine.spring;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.GraceTimes;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.Tables;
import dev.plinth.engine.settings.WireIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of the engine in a Spring Boot application.
 *
 * @param adminToken The operator's token, at least 20 characters. Made at random if there is none.
 * @param createDefaultWorkspace Whether an empty store gets the workspace "default" with a key.
 * @param plans Requests per minute of each plan, by its name.
 * @param problemDetails Whether a PlinthException that a controller throws is answered with its problem document.
 * @param meterBuckets Whether meters of times show their buckets, one gauge each.
 * @param store Where rows and journal are.
 * @param log The log that several applications share, in the place of a directory.
 * @param places How much work may be in flight at once.
 * @param retention For how long rows are kept.
 * @param grace How long closing the engine waits.
 * @param identity The names by which clients and receivers of webhooks know the engine.
 * @param webhooks Where webhooks may go.
 * @param wire The HTTP API on the application's own server.
 */
@ConfigurationProperties("plinth")
record PlinthProperties(
        @Nullable String adminToken,
        @DefaultValue("false") boolean createDefaultWorkspace,
        @DefaultValue Map<String, Integer> plans,
        @DefaultValue("true") boolean problemDetails,
        @DefaultValue("false") boolean meterBuckets,
        @DefaultValue Store store,
        @DefaultValue Log log,
        @DefaultValue PlacesGiven places,
        @DefaultValue RetentionGiven retention,
        @DefaultValue GraceGiven grace,
        @DefaultValue IdentityGiven identity,
        @DefaultValue Webhooks webhooks,
        @DefaultValue Wire wire) {
    /** Returns the name of the class. Leaves the operator's token out. */
    @Override
    public String toString() {
        return "PlinthProperties";
    }

    /** Puts the settings into a builder. */
    void applyTo(EngineBuilder builder) {
        builder.createDefaultWorkspace(createDefaultWorkspace);
        if (adminToken != null) {
            builder.adminToken(adminToken);
        }
        plans.forEach((name, requests) -> builder.plan(Plan.perMinute(name, requests)));
        store.applyTo(builder);
        builder.places(places.places())
                .retention(retention.times())
                .grace(grace.times())
                .identity(identity.names());
        webhooks.allow().forEach(builder::webhookAllow);
        webhooks.hostRates().forEach(builder::webhookHostRate);
    }

    /**
     * The place of rows and journal.
     *
     * @param directory Directory of the store. Everything is in memory if there is none.
     * @param durability Failures that an acknowledged change survives.
     * @param maxResources Resources that the tables are laid out for.
     * @param quickRestart Directory for the memory of off-heap tables, best below /dev/shm.
     * @param secretKeyFile File with the master key. "secret.key" in the directory if there is none.
     * @param tables Memory that rows are kept in.
     */
    record Store(
            @Nullable Path directory,
            @DefaultValue("fsync") Durability durability,
            @DefaultValue("1000000") long maxResources,
            @Nullable Path quickRestart,
            @Nullable Path secretKeyFile,
            @DefaultValue("heap") Tables tables) {
        private void applyTo(EngineBuilder builder) {
            builder.durability(durability).maxResources(maxResources).tables(tables);
            if (directory != null) {
                builder.directory(directory);
            }
            if (quickRestart != null) {
                builder.quickRestart(quickRestart);
            }
            if (secretKeyFile != null) {
                builder.secretKeyFile(secretKeyFile);
            }
        }
    }

    /**
     * The log that several applications share, with the connections of this one.
     *
     * @param cell Name of the log in the database of the application. Everything is in the store if there is none.
     * @param lease Silence after which another application leads.
     * @param durability Failures that an acknowledged change survives: "replicated" the loss of the primary, "local" none.
     * @param nodeId Name of this application, which no other one of the log has. Random if there is none.
     * @param advertise Address at which clients reach this application, which others name while it leads.
     */
    record Log(
            @Nullable String cell,
            @DefaultValue("3s") Duration lease,
            @DefaultValue("replicated") LogDurability durability,
            @Nullable String nodeId,
            @Nullable URI advertise) {
        /** Returns true if there is a shared log. */
        boolean isGiven() {
            return cell != null;
        }

        /** Puts the settings of a node into a builder. The log itself needs the application's beans. */
        void applyTo(EngineBuilder builder, Store store) {
            if (!isGiven()) {
                refuseAlone(nodeId, "plinth.log.node-id");
                refuseAlone(advertise, "plinth.log.advertise");
                return;
            }
            refuse(store.directory(), "plinth.store.directory");
            refuse(store.quickRestart(), "plinth.store.quick-restart");
            if (store.secretKeyFile() == null) {
                throw new IllegalStateException(
                        "plinth.store.secret-key-file must be set beside plinth.log.cell. Name the"
                                + " same key in all applications.");
            }
            if (nodeId != null) {
                builder.node(new Node(nodeId, Optional.ofNullable(advertise)));
            } else if (advertise != null) {
                builder.node(new Node(UUID.randomUUID().toString(), Optional.of(advertise)));
            }
        }

        private static void refuseAlone(@Nullable Object given, String name) {
            if (given != null) {
                throw new IllegalStateException(
                        name + " needs plinth.log.cell, which is not set. Set it, or remove this.");
            }
        }

        private static void refuse(@Nullable Path given, String name) {
            if (given != null) {
                throw new IllegalStateException(
                        name + " must not be set beside plinth.log.cell, which keeps everything in a"
                                + " database. Remove one of them.");
            }
        }
    }

    /** The failures of a database that an acknowledged change survives. */
    enum LogDurability {
        /** The loss of the primary with its disk. */
        REPLICATED,

        /** A crash or a power cut of it. */
        LOCAL
    }

    /**
     * The work at once. What is absent has the engine's default.
     *
     * @param jobs Handlers of jobs that run at once.
     * @param deliveries Webhook attempts in flight at once.
     * @param deliveriesPerEndpoint Webhook attempts in flight at once at one endpoint.
     */
    record PlacesGiven(
            @Nullable Integer jobs,
            @Nullable Integer deliveries,
            @Nullable Integer deliveriesPerEndpoint) {
        private Places places() {
            return new Places(
                    or(jobs, Places.DEFAULT.jobs()),
                    or(deliveries, Places.DEFAULT.deliveries()),
                    or(deliveriesPerEndpoint, Places.DEFAULT.deliveriesPerEndpoint()));
        }
    }

    /**
     * The retention, whole days each such as 7d. What is absent has the engine's default.
     *
     * @param jobs Time for which a finished job is kept.
     * @param events Time for which an event is kept.
     * @param deliveries Time for which a delivery may stay open, and for which a settled one is kept.
     * @param revokedKeys Time for which a revoked API key is shown.
     */
    record RetentionGiven(
            @Nullable Duration jobs,
            @Nullable Duration events,
            @Nullable Duration deliveries,
            @Nullable Duration revokedKeys) {
        private RetentionTimes times() {
            RetentionTimes usual = RetentionTimes.DEFAULT;
            return new RetentionTimes(
                    or(jobs, usual.jobs()),
                    or(events, usual.events()),
                    or(deliveries, usual.deliveries()),
                    or(revokedKeys, usual.revokedKeys()));
        }
    }

    /**
     * The times of closing, whole seconds each such as 30s. What is absent has the engine's default.
     *
     * @param drain Time for work in flight.
     * @param close Time after which closing gives up on the disk, at least twice the drain.
     */
    record GraceGiven(@Nullable Duration drain, @Nullable Duration close) {
        private GraceTimes times() {
            return new GraceTimes(or(drain, GraceTimes.DEFAULT.drain()), or(close, GraceTimes.DEFAULT.close()));
        }
    }

    /**
     * The names of the engine. What is absent has the engine's default.
     *
     * @param problemBase URI before the code in the type of each problem.
     * @param realm Realm of WWW-Authenticate.
     * @param userAgent Header User-Agent of webhooks.
     */
    record IdentityGiven(
            @Nullable String problemBase,
            @Nullable String realm,
            @Nullable String userAgent) {
        private WireIdentity names() {
            WireIdentity usual = WireIdentity.DEFAULT;
            WireIdentity named =
                    usual.withProblemBase(or(problemBase, usual.problemBase())).withRealm(or(realm, usual.realm()));
            return userAgent == null ? named : named.withUserAgent(userAgent);
        }
    }

    private static <T> T or(@Nullable T given, T usual) {
        return given == null ? usual : given;
    }

    /**
     * The rules for webhooks.
     *
     * @param allow Ranges that are not public and that webhooks may go to, such as 127.0.0.0/8.
     * @param hostRates Most webhooks per second to a receiver, by HOST or [HOST:PORT]. "[*]" stands for all others.
     */
    record Webhooks(
            @DefaultValue List<String> allow, @DefaultValue Map<String, Integer> hostRates) {}

    /**
     * The HTTP API on the application's own server.
     *
     * @param enabled Whether the application's server answers /v1/**.
     */
    record Wire(@DefaultValue("false") boolean enabled) {}
}
