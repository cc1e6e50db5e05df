package dev.plinth.engine.internal.settings;

import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.command.EngineJobs;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.SeededIds;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadPoolExecutor;

/** Checks settings of an engine by themselves, and all of them together. */
public final class SettingChecks {

    private SettingChecks() {}

    /**
     * Checks all settings together, each of which is right by itself.
     *
     * @throws IllegalArgumentException if two of them do not go together
     */
    public static void check(EngineConfig config) {
        if (config.requestLogBytes() > 0 && config.directory().isEmpty()) {
            throw new IllegalArgumentException("The files of the request log need a directory, and the engine has none."
                    + " Name one, or leave requestLogBytes out.");
        }
        checkIds(config);
        checkLog(config);
        checkThreads(config, config.places());
        checkCosts(config);
        checkShares(config);
    }

    /** Refuses a source that begins anew at each opening, where rows of an earlier one are. */
    private static void checkIds(EngineConfig config) {
        if (config.ids() instanceof SeededIds
                && (config.directory().isPresent() || config.log().isPresent())) {
            throw new IllegalArgumentException(
                    "SeededIds give the same ids after each opening, and rows of an earlier one"
                            + " are in the directory or the log. Leave ids out, or keep the rows in memory.");
        }
    }

    /** Refuses a node without a log, because other nodes would see nothing of it. */
    public static void checkNode(EngineConfig config) {
        if (config.node().isPresent() && config.log().isEmpty()) {
            throw new IllegalArgumentException(
                    "A node needs the log that it shares with others, and the engine has none."
                            + " Name one with log, or leave node out.");
        }
    }

    /** Refuses the cost of an unknown operation, because no call would take it. */
    public static void checkOperations(EngineConfig config) {
        for (String name : config.routes().operationCosts().keySet()) {
            if (!config.operations().containsKey(name)
                    && !config.directOperations().containsKey(name)
                    && !config.asyncOperations().contains(name)) {
                throw new IllegalArgumentException("No such operation: " + Quoted.of(name)
                        + ", which has a cost. Register it, or leave its cost out.");
            }
        }
    }

    private static void checkLog(EngineConfig config) {
        if (config.log().isEmpty()) {
            return;
        }
        if (config.directory().isPresent()) {
            throw new IllegalArgumentException("An engine over a log has no directory, and this one has "
                    + config.directory().get() + ". Leave the directory or the log out.");
        }
        if (config.quickRestart().isPresent()) {
            throw new IllegalArgumentException(
                    "The quick restart from " + config.quickRestart().get()
                            + " needs a directory, and an engine over a log has none. Leave quickRestart out.");
        }
        if (config.secretKeyFile().isEmpty()) {
            throw new IllegalArgumentException("An engine over a log needs the key that seals its secrets, and"
                    + " has no secretKeyFile. Name a file with the same key on every node.");
        }
    }

    /** Refuses a pool with fewer threads than jobs and listeners may have at once, because some would wait for ever. */
    public static void checkThreads(EngineConfig config, Places places) {
        int needed = places.jobs() + config.listeners().size();
        int threads = Integer.MAX_VALUE;
        if (config.executor().orElse(null) instanceof ThreadPoolExecutor pool) {
            // A pool makes threads beyond its core only once its queue is full.
            threads = pool.getQueue().remainingCapacity() < needed ? pool.getMaximumPoolSize() : pool.getCorePoolSize();
        }
        if (threads < needed) {
            throw new IllegalArgumentException("The executor must have a thread for each of "
                    + places.jobs()
                    + " places.jobs and " + config.listeners().size() + " listeners, and has " + threads
                    + ". Lower places.jobs, or give the executor more threads.");
        }
    }

    /** Refuses a cost above the size of a rate limit, because such a call would always be refused. */
    private static void checkCosts(EngineConfig config) {
        int most = 1;
        for (int units : config.routes().costs().values()) {
            most = Math.max(most, units);
        }
        for (int units : config.routes().operationCosts().values()) {
            most = Math.max(most, units);
        }
        Plans all = new Plans(config.plans());
        for (String name : all.names()) {
            checkCost(most, "plan " + name, all.of(name).requests());
            for (RatePolicy policy : all.of(name).policies()) {
                boolean refuses = policy.mode() == RatePolicy.Mode.ENFORCE;
                checkCost(refuses ? most : 0, "policy " + policy.name() + " of plan " + name, policy.requests());
            }
        }
    }

    /** Refuses a share of an unknown table, because it would limit nothing. */
    private static void checkShares(EngineConfig config) {
        Set<String> known = new TreeSet<>();
        for (TableName<?> table : EngineStore.tables()) {
            if (table.owner() != TableName.Owner.ENGINE) {
                known.add(table.name());
            }
        }
        for (Plan plan : config.plans()) {
            for (String table : plan.shares().keySet()) {
                if (!known.contains(table)) {
                    throw new IllegalArgumentException("Plan " + plan.name() + " has a share of the table "
                            + Quoted.of(table) + ", which is none of " + known + ". Name one of these.");
                }
            }
        }
    }

    private static void checkCost(int units, String limit, int requests) {
        if (units > requests) {
            throw new IllegalArgumentException("A call may cost at most the " + requests + " units of " + limit
                    + ", and one costs " + units + ". Lower its cost.");
        }
    }

    /** Returns the exception for a name that is registered already. */
    public static IllegalArgumentException taken(String kind, String name) {
        return new IllegalArgumentException(
                "The " + kind + " " + Quoted.of(name) + " is registered already. Choose another name.");
    }

    /** Returns the units of a call if they are in range. */
    public static int checkedUnits(int units) {
        if (units < 0 || units > Limits.CALL_UNITS_MAX) {
            throw new IllegalArgumentException(
                    "A call must take 0 to " + Limits.CALL_UNITS_MAX + " units, got " + units + ".");
        }
        return units;
    }

    /** Returns the type of resources or children if it is well-formed. */
    public static String checkedType(String name) {
        if (!ContentRules.isType(name)) {
            throw new IllegalArgumentException(
                    "A type must be 1 to 64 characters of a-z, 0-9 and _, the first a letter, got " + Quoted.of(name)
                            + ".");
        }
        return name;
    }

    /** Returns the name of an operation, handler or listener if it is well-formed. */
    public static String checkedName(String name) {
        if (!Jobs.TYPE_NAME.matcher(name).matches() || EngineJobs.TYPES.contains(name)) {
            throw new IllegalArgumentException("A name must match " + Jobs.TYPE_NAME + " and be none of "
                    + EngineJobs.TYPES + ", got " + Quoted.of(name) + ".");
        }
        return name;
    }
}
