package dev.plinth.engine.http.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** The record of all that clients have asked and been answered, outside of the nodes. Thread-safe. */
final class Ledger {
    private static final int RECENT = 20;

    private final Map<String, Row> rows = new ConcurrentHashMap<>();
    private final Map<String, Long> shown = new ConcurrentHashMap<>();
    private final Map<Version, String> bodies = new ConcurrentHashMap<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> revoked = ConcurrentHashMap.newKeySet();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<Acknowledgement> acknowledgements = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final List<String> changed = new ArrayList<>();

    /**
     * A resource as the last acknowledgement has it.
     *
     * @param version 1 after its creation, and one more with each change
     */
    record Row(String id, String name, long version) {}

    private record Version(String id, long version) {}

    /**
     * An acknowledged change.
     *
     * @param began when the attempt was sent that was acknowledged, by {@link System#nanoTime}
     * @param ended when its answer came
     */
    record Acknowledgement(long began, long ended) {}

    /** Notes an acknowledged change. */
    void acknowledge(Row row, String body, long began) {
        Row earlier = rows.put(row.name(), row);
        if (row.version() == 1 ? earlier != null : earlier == null || earlier.version() != row.version() - 1) {
            violation("The acknowledged change made " + row + " of " + earlier);
        }
        show(row.id(), row.version(), body);
        synchronized (acknowledgements) {
            acknowledgements.add(new Acknowledgement(began, System.nanoTime()));
            changed.add(row.id());
            if (row.version() == 1) {
                ids.add(row.id());
            }
        }
    }

    /** Notes that the version of a resource was shown, so that each later read has to show it or a later one. */
    void show(String id, long version, String body) {
        String earlier = bodies.putIfAbsent(new Version(id, version), body);
        if (earlier != null && !earlier.equals(body)) {
            violation("Version " + version + " of " + id + " was shown as " + earlier + " and as " + body);
        }
        long unused = shown.merge(id, version, Math::max);
    }

    /** Returns the lowest version that a read which begins now may show. */
    long versionDue(String id) {
        return shown.getOrDefault(id, 0L);
    }

    /** Notes that each attempt to create a name was refused as not done, and that no further one will follow. */
    void refuse(String name) {
        refused.add(name);
    }

    /** Notes that the revocation of a key was acknowledged. */
    void revoke(String secret) {
        revoked.add(secret);
    }

    List<String> revoked() {
        return List.copyOf(revoked);
    }

    Map<String, Row> rows() {
        return rows;
    }

    Set<String> refused() {
        return refused;
    }

    /** Returns the id of any resource, or nothing if there is none. */
    String anyId(Random random) {
        synchronized (acknowledgements) {
            return ids.isEmpty() ? "" : ids.get(random.nextInt(ids.size()));
        }
    }

    /** Returns the id of a resource that was changed shortly before, or nothing if there is none. */
    String recentId(Random random) {
        synchronized (acknowledgements) {
            return changed.isEmpty()
                    ? ""
                    : changed.get(changed.size() - 1 - random.nextInt(Math.min(RECENT, changed.size())));
        }
    }

    /** Returns all acknowledgements in the order of their answers. */
    List<Acknowledgement> acknowledgements() {
        synchronized (acknowledgements) {
            return List.copyOf(acknowledgements);
        }
    }

    int acknowledged() {
        synchronized (acknowledgements) {
            return acknowledgements.size();
        }
    }

    /** Counts the attempts that were sent and acknowledged between two times. */
    long acknowledgedBetween(long from, long to) {
        return acknowledgements().stream()
                .filter(one -> one.began() > from && one.ended() < to)
                .count();
    }

    /** Returns the median of what changes took that began and ended between two times, in microseconds. */
    long micros(long from, long to) {
        long[] nanos = acknowledgements().stream()
                .filter(one -> one.began() > from && one.ended() < to)
                .mapToLong(one -> one.ended() - one.began())
                .sorted()
                .toArray();
        return nanos.length == 0 ? 0 : TimeUnit.NANOSECONDS.toMicros(nanos[nanos.length / 2]);
    }

    /** Notes what no log of several nodes may do. */
    void violation(String text) {
        violations.add(text);
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    /** Counts an answer of this kind. */
    void count(String kind) {
        synchronized (counts) {
            int unused = counts.merge(kind, 1, Integer::sum);
        }
    }

    int counted(String kind) {
        synchronized (counts) {
            return counts.getOrDefault(kind, 0);
        }
    }

    /** Returns the counts, for a person. */
    String figures() {
        synchronized (counts) {
            return acknowledged() + " changes acknowledged, " + rows.size() + " resources, " + refused.size()
                    + " refused, " + revoked.size() + " keys revoked; " + counts;
        }
    }
}
