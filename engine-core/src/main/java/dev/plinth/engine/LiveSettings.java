package dev.plinth.engine;

import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.node.ActiveEngine;
import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.settings.RestartSettings;
import dev.plinth.engine.internal.settings.SettingChecks;
import dev.plinth.engine.internal.settings.SettingsInUse;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.settings.Places;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an engine that change while it runs: plans, places, and rules of webhooks. They outlive the reigns of a
 * node of a shared log. Thread-safe.
 */
public final class LiveSettings {
    private final EngineConfig config;
    private final Plans plans;
    private volatile boolean closed;
    private Runnable onKeysRead = () -> {};
    private @Nullable ActiveEngine active;
    private @Nullable Places places;
    private Webhooks.@Nullable NetworkRules rules;

    /** Makes the settings of an engine that does not lead yet. */
    LiveSettings(EngineConfig config, Plans plans) {
        this.config = config;
        this.plans = plans;
    }

    /** Has a reign take the settings that have been replaced, and those that will be. */
    synchronized void applyTo(ActiveEngine begun) {
        active = begun;
        if (places != null && rules != null) {
            begun.plansChanged();
            begun.reconfigure(places, rules);
        }
    }

    /** Takes no more settings, because the engine closes. */
    void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The engine is closing; nothing was changed. Open another one.");
        }
    }

    /** Leaves a reign that has ended. */
    synchronized void leave(ActiveEngine ended) {
        if (active == ended) {
            active = null;
        }
    }

    /**
     * Replaces the plans, the places and the rules of webhooks by those of a builder, all of them or none. Work in flight
     * goes on, also beyond fewer places. A call in flight keeps
     * the plan under which it began. Used units stay used. Other settings of the builder have no effect, and the result
     * names those that differ from the running ones. A node that does not lead takes them for its next reign, without
     * looking at its rows.
     *
     * @param builder has all plans, types and costs that the engine has from now on
     * @return the names of the settings that need a restart, which are those of the builder's methods, such as
     *     {@code retention}. Code of the host counts as the same if it has the same names, or else the same class
     * @throws IllegalArgumentException if a setting is invalid, or a plan is missing that workspaces have; each line of
     *     the message is one sentence
     * @throws IllegalStateException if the engine is closed
     */
    public synchronized List<String> replace(EngineBuilder builder) {
        Objects.requireNonNull(builder, "builder must not be null.");
        requireOpen();
        EngineConfig next = builder.config();
        SettingChecks.checkThreads(config, next.places());
        Plans replacement = new Plans(next.plans());
        // The engine's own clock decides whether there are default rates.
        Webhooks.NetworkRules reach = new Webhooks.NetworkRules(
                next.webhookReach().allowed(),
                next.webhookReach().hostRates(),
                config.webhookReach().hasDefaultRates());
        ActiveEngine leading = active;
        try {
            if (leading == null) {
                plans.replace(next.plans());
            } else {
                leading.replacePlans(next.plans(), rows -> {
                    if (!replacement.names().containsAll(plans.names())) {
                        SettingsInUse.refuse(SettingsInUse.missingPlans(rows, replacement));
                    }
                });
                leading.plansChanged();
                leading.reconfigure(next.places(), reach);
            }
        } catch (RefusedException ended) {
            if (leading == null || !leading.store().hasEnded()) {
                throw new IllegalStateException(ended.getMessage(), ended);
            }
            plans.replace(next.plans());
        }
        places = next.places();
        rules = reach;
        return RestartSettings.differences(config, next);
    }

    /**
     * Reads the files of the master key and of the other key again. From then on secrets are sealed with the first one.
     * The sweep seals again in the background what the other key has sealed.
     *
     * @return true if this node leads and the files have changed
     * @throws IllegalStateException if the keys do not open the secrets of the engine, which then goes on with those from
     *     before; or if the engine is closed
     */
    public synchronized boolean rereadSecretKeys() {
        requireOpen();
        ActiveEngine leading = active;
        try {
            boolean isChanged = leading != null && leading.rereadKeys();
            onKeysRead.run();
            return isChanged;
        } catch (RefusedException ended) {
            throw new IllegalStateException(ended.getMessage(), ended);
        }
    }

    /** Sets what else reads the files again. */
    synchronized void onKeysRead(Runnable listener) {
        onKeysRead = listener;
    }

    /**
     * Refuses settings that lack plans or types of resources which are in use. An engine with such settings would give
     * these workspaces the limits of Starter, and refuse new resources of these types. Reads every workspace. A node that
     * does not lead refuses nothing.
     *
     * @throws IllegalArgumentException if so; each line of the message names a plan or type, and how many have it
     * @throws IllegalStateException if the engine is closed
     */
    public synchronized void requirePlansAndTypesInUse(EngineBuilder builder) {
        Objects.requireNonNull(builder, "builder must not be null.");
        requireOpen();
        EngineConfig next = builder.config();
        Plans registered = new Plans(next.plans());
        ActiveEngine leading = active;
        if (leading == null) {
            return;
        }
        List<String> missing;
        try {
            missing = leading.store().readToAct(rows -> {
                List<String> all = new ArrayList<>(SettingsInUse.missingPlans(rows, registered));
                all.addAll(SettingsInUse.missingTypes(rows, next.types()));
                return all;
            });
        } catch (RefusedException ended) {
            if (leading.store().hasEnded()) {
                return;
            }
            throw new IllegalStateException(ended.getMessage(), ended);
        }
        SettingsInUse.refuse(missing);
    }
}
