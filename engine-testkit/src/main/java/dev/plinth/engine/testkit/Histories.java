package dev.plinth.engine.testkit;

import dev.plinth.engine.api.Experimental;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A recorded history of calls on resources, and a check that it is linearizable. So each call can have taken effect at
 * one instant between its begin and its end. Its answer is that of the resource at this instant.
 *
 * <p>The model of a resource: it is created once under its idempotency key, and each retry has the same answer. It has
 * version 1 then, and each update adds 1. An update names the version that it changes. A deleted resource is gone for
 * good. An operation that is not ended has an unknown outcome, and may take effect at any later time or never.
 *
 * <p>A client that repeats a call with the same idempotency key records one operation, from its first attempt to its
 * last. Values of updates should differ from each other, so that a read tells which one it has seen.
 *
 * <p>The check is the search of Wing and Gong with the memory of Lowe, for each resource by itself. It takes
 * milliseconds for thousands of operations, unless very many of one resource overlap.
 *
 * <p>Thread-safe. An operation is ended by one thread.
 */
@Experimental
public final class Histories {
    private static final int NEIGHBOURS_MAX = 12;

    private final Map<String, List<Operation>> resources = new LinkedHashMap<>();
    private long stamps;

    /** Makes an empty history. */
    public Histories() {}

    /**
     * Begins to create a resource.
     *
     * @param client the number of the client, for messages
     * @param resource a name of the test for the resource and for the idempotency key of all creates of it
     * @param value its first value, the same for all creates of it
     */
    public Operation create(int client, String resource, String value) {
        Objects.requireNonNull(resource, "resource must not be null.");
        Objects.requireNonNull(value, "value must not be null.");
        return begin(client, resource, Kind.CREATE, 0, value);
    }

    /** Begins to read a resource. */
    public Operation read(int client, String resource) {
        Objects.requireNonNull(resource, "resource must not be null.");
        return begin(client, resource, Kind.READ, 0, "");
    }

    /**
     * Begins to update a resource.
     *
     * @param version the version that the resource must have, which {@code If-Match} names
     * @param value its new value
     */
    public Operation update(int client, String resource, long version, String value) {
        Objects.requireNonNull(resource, "resource must not be null.");
        Objects.requireNonNull(value, "value must not be null.");
        return begin(client, resource, Kind.UPDATE, version, value);
    }

    /** Begins to delete a resource, whatever version it has. */
    public Operation delete(int client, String resource) {
        Objects.requireNonNull(resource, "resource must not be null.");
        return begin(client, resource, Kind.DELETE, 0, "");
    }

    /** Returns how many operations there are, those without an end included. */
    public synchronized int size() {
        return resources.values().stream().mapToInt(List::size).sum();
    }

    /**
     * Returns why the history is not linearizable, or empty if it is. The text names the first operation, by its end,
     * that no order explains, and the operations about it.
     */
    public synchronized Optional<String> fault() {
        for (Map.Entry<String, List<Operation>> resource : resources.entrySet()) {
            LinearizationSearch search = new LinearizationSearch(resource.getValue());
            Optional<LinearizationSearch.Misfit> misfit = search.run();
            if (misfit.isPresent()) {
                return Optional.of(describe(misfit.get(), resource.getValue()));
            }
        }
        return Optional.empty();
    }

    /**
     * Fails if the history is not linearizable.
     *
     * @throws AssertionError with the text of {@link #fault}
     */
    public void check() {
        fault().ifPresent(text -> {
            throw new AssertionError(text);
        });
    }

    private synchronized Operation begin(int client, String resource, Kind kind, long version, String value) {
        Operation operation = new Operation(client, resource, kind, version, value, ++stamps);
        resources.computeIfAbsent(resource, none -> new ArrayList<>()).add(operation);
        return operation;
    }

    private synchronized void end(Operation operation, Outcome outcome, long version, String text) {
        if (operation.outcome != Outcome.UNKNOWN) {
            throw new IllegalStateException("An operation must end once, but it has ended: " + operation + ".");
        }
        operation.outcome = outcome;
        operation.foundVersion = version;
        operation.text = text;
        operation.end = ++stamps;
    }

    private synchronized void remove(Operation operation) {
        resources.getOrDefault(operation.resource, new ArrayList<>()).remove(operation);
    }

    private static String describe(LinearizationSearch.Misfit misfit, List<Operation> all) {
        StringBuilder text = new StringBuilder("Not linearizable: ").append(misfit.operation());
        text.append(".\nAt its end the resource could only be: ").append(misfit.states());
        text.append(".\nBefore it, beside it, or unknown:");
        List<Operation> about = all.stream()
                .filter(other -> other != misfit.operation() && other.begin < misfit.operation().end)
                .toList();
        for (Operation other : about.subList(Math.max(0, about.size() - NEIGHBOURS_MAX), about.size())) {
            text.append("\n  ").append(other);
        }
        return text.toString();
    }

    /** Names what an operation asks for. */
    enum Kind {
        CREATE,
        READ,
        UPDATE,
        DELETE
    }

    /** Names how an operation ended. */
    enum Outcome {
        UNKNOWN("unknown"),
        CREATED("created"),
        FOUND("found version "),
        MISSING("missing"),
        UPDATED("updated to version "),
        VERSION_DIFFERS("version differs"),
        DELETED("deleted");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }
    }

    /** An operation that has begun. A caller ends it with one method, or leaves it because its outcome is unknown. */
    public final class Operation {
        final String resource;
        final Kind kind;
        final long version;
        final String value;
        final long begin;
        private final int client;
        Outcome outcome = Outcome.UNKNOWN;
        long foundVersion;
        String text = "";
        long end = Long.MAX_VALUE;

        private Operation(int client, String resource, Kind kind, long version, String value, long begin) {
            this.client = client;
            this.resource = resource;
            this.kind = kind;
            this.version = version;
            this.value = value;
            this.begin = begin;
        }

        /**
         * Ends a create that was answered, also if it was a retry.
         *
         * @param answer the text of the answer, the same each time
         */
        public void created(String answer) {
            Objects.requireNonNull(answer, "answer must not be null.");
            end(this, Outcome.CREATED, 1, answer);
        }

        /** Ends a read with what it found. */
        public void found(long inVersion, String itsValue) {
            Objects.requireNonNull(itsValue, "itsValue must not be null.");
            end(this, Outcome.FOUND, inVersion, itsValue);
        }

        /** Ends a read, an update or a delete that found no such resource. */
        public void missing() {
            end(this, Outcome.MISSING, 0, "");
        }

        /** Ends an update that was done, with the version that came of it. */
        public void updated(long newVersion) {
            end(this, Outcome.UPDATED, newVersion, value);
        }

        /** Ends an update whose resource had another version, so that nothing was changed. */
        public void versionDiffers() {
            end(this, Outcome.VERSION_DIFFERS, 0, "");
        }

        /** Ends a delete that was done. */
        public void deleted() {
            end(this, Outcome.DELETED, 0, "");
        }

        /** Removes an operation that was certainly not done, or whose answer told nothing. */
        public void notDone() {
            remove(this);
        }

        /** Returns client, question, answer and stamps. */
        @Override
        public String toString() {
            StringBuilder told = new StringBuilder("client ").append(client).append(": ");
            told.append(kind.name().toLowerCase(Locale.ROOT)).append(' ').append(resource);
            if (kind == Kind.UPDATE) {
                told.append(" of version ").append(version);
            }
            if (!value.isEmpty()) {
                told.append(" = ").append(value);
            }
            told.append(" -> ").append(outcome.word);
            if (outcome == Outcome.FOUND || outcome == Outcome.UPDATED) {
                told.append(foundVersion);
            }
            if (outcome == Outcome.CREATED || outcome == Outcome.FOUND) {
                told.append(outcome == Outcome.FOUND ? " = " : " ").append(text);
            }
            String until = outcome == Outcome.UNKNOWN ? "?" : String.valueOf(end);
            return told.append(" [")
                    .append(begin)
                    .append("..")
                    .append(until)
                    .append("]")
                    .toString();
        }
    }
}
