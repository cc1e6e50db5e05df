package dev.plinth.engine;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.job.JobRunner;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.Webhooks;
import java.util.ArrayList;
import java.util.List;

/** The settings of an engine that change while it runs: plans, places, and rules of webhooks. Thread-safe. */
public final class LiveSettings {
    private final Store store;
    private final Commits commits;
    private final Plans plans;
    private final Access access;
    private final Quotas quotas;
    private final Parts parts;

    /**
     * The parts of an engine that take other settings.
     *
     * @param changed is run after each replacement
     */
    record Parts(JobRunner jobs, Webhooks webhooks, Runnable changed) {}

    /** Makes the settings of an engine. */
    LiveSettings(Store store, Commits commits, Plans plans, Access access, Quotas quotas, Parts parts) {
        this.store = store;
        this.commits = commits;
        this.plans = plans;
        this.access = access;
        this.quotas = quotas;
        this.parts = parts;
    }

    /**
     * Replaces the plans, the places and the rules of webhooks by those of a builder, all of them or none. Work in flight
     * goes on, also beyond fewer places. A call in flight keeps
     * the plan under which it began. Used units stay used. Other settings of the builder have no effect.
     *
     * @param builder has all plans, types and costs that the engine has from now on
     * @throws IllegalArgumentException if a setting is invalid, or a plan is missing that workspaces have; each line of
     *     the message is one sentence
     */
    public synchronized void replace(EngineBuilder builder) {
        EngineConfig next = builder.config();
        Plans replacement = new Plans(next.plans());
        commits.replacePlans(next.plans(), rows -> {
            if (!replacement.names().containsAll(plans.names())) {
                SettingsInUse.refuse(SettingsInUse.missingPlans(rows, replacement));
            }
        });
        parts.webhooks().reconfigure(next.webhookReach(), next.places());
        parts.jobs().resize(next.places().jobs());
        access.plansChanged();
        quotas.followAll(workspace -> store.readToAct(rows -> access.planned(rows, workspace)));
        parts.changed().run();
    }

    /**
     * Refuses settings that lack plans or types of resources which are in use. An engine with such settings would give
     * these workspaces the limits of Starter, and refuse new resources of these types. Reads every workspace.
     *
     * @throws IllegalArgumentException if so; each line of the message names a plan or type, and how many have it
     */
    public void requireInUse(EngineBuilder builder) {
        EngineConfig next = builder.config();
        Plans registered = new Plans(next.plans());
        SettingsInUse.refuse(store.readToAct(rows -> {
            List<String> missing = new ArrayList<>(SettingsInUse.missingPlans(rows, registered));
            missing.addAll(SettingsInUse.missingTypes(rows, next.types()));
            return missing;
        }));
    }
}
