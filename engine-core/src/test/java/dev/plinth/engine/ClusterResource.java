package dev.plinth.engine;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A resource of a simulated cluster, as those outside know it. For one thread. */
final class ClusterResource {
    final String name;
    Optional<String> id = Optional.empty();

    /** The highest version that a call was told. */
    long acknowledged;

    boolean isArchiveAsked;
    boolean isDeleteAsked;
    boolean isDeleted;

    /** All contents that an answer has shown, by version. */
    final Map<Long, String> seen = new TreeMap<>();

    ClusterResource(String name) {
        this.name = name;
    }

    /** Notes what an answer has shown. A version has one content. */
    void see(long version, String content) {
        String before = seen.putIfAbsent(version, content);
        if (before != null && !before.equals(content)) {
            throw new AssertionError("Expected one content of version " + version + " of " + this + ", but saw "
                    + before + " and " + content);
        }
    }

    @Override
    public String toString() {
        return name + " at " + acknowledged;
    }
}
