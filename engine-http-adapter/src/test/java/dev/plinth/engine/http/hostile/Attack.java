package dev.plinth.engine.http.hostile;

import java.util.List;
import java.util.Set;

/** A way in which a tenant, a receiver of webhooks or a stranger could hurt others. */
interface Attack {
    /** How long most attacks last in each turn. */
    int SECONDS = 3;

    /** The memory that rows, caches and code that is loaded late may take. */
    int HEAP_MEGABYTES = 64;

    /** Returns the options of the server that this attack needs beside those of all attacks. */
    default List<String> options() {
        return List.of();
    }

    /** Returns true if the server has TLS. */
    default boolean hasTls() {
        return false;
    }

    /** Returns for how many seconds a turn of usual length attacks. The first one goes on for some more if the attacker is not refused by then. */
    default int seconds() {
        return SECONDS;
    }

    /** Makes what the attack begins with. The honest tenant is not measured yet. */
    default void prepare(AttackContext context) throws Exception {}

    /** Attacks until it has done its worst, or {@link AttackContext#goesOn} says no. It is run again if the turn has time left. */
    void run(AttackContext context) throws Exception;

    /** Returns the beginnings of the answers of which the attacker has to get one, such as {@code 403 plan_limit_reached}; empty if none is due. */
    Set<String> refusals();

    /** Returns by how many MiB the live heap may be larger after the attack than before it. */
    default int heapMegabytesMax() {
        return HEAP_MEGABYTES;
    }

    /** Returns what is wrong for the honest tenant beyond refusals and webhooks that are lost. */
    default List<String> judge(HonestProcess.Seen seen) {
        return List.of();
    }
}
