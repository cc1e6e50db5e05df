package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.Refusal;
import dev.plinth.engine.internal.base.Refused;
import dev.plinth.engine.internal.pipeline.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the operation of a method and a path. Immutable once made; a literal segment goes before a variable. */
final class Router {
    private static final int SEGMENTS_MAX = 8;

    private final Node root = new Node();

    Router(List<Operation> operations) {
        for (Operation operation : operations) {
            Node node = root;
            for (String segment : operation.path().substring(1).split("/")) {
                node = segment.startsWith("{") ? node.variable() : node.literal(segment);
            }
            if (node.operations.put(operation.method(), operation) != null) {
                throw new IllegalStateException(
                        "Expected one operation for " + operation.method() + " " + operation.path() + ", but got two");
            }
        }
    }

    /** The operation, or a refusal with 404 or 405. */
    Match match(String method, String path) {
        List<String> values = new ArrayList<>(3);
        Node node = path.startsWith("/") ? find(path, values) : null;
        if (node == null || node.operations.isEmpty()) {
            throw Refused.of(
                    ProblemCode.ROUTE_NOT_FOUND,
                    "Expected the path of a route, but there is none; paths start with /v1/ and have no slash at their end.");
        }
        Operation operation = node.operations.get(method.equals("HEAD") ? "GET" : method);
        if (operation == null) {
            String allowed = String.join(", ", node.methods());
            throw new Refused(Refusal.of(
                            ProblemCode.METHOD_NOT_ALLOWED,
                            "Expected one of the methods " + allowed + ", but got another one.")
                    .hint(allowed));
        }
        return new Match(operation, values);
    }

    private @Nullable Node find(String path, List<String> values) {
        Node node = root;
        int at = 1;
        for (int i = 0; i < SEGMENTS_MAX && node != null; i++) {
            int slash = path.indexOf('/', at);
            String segment = Percent.decode(slash < 0 ? path.substring(at) : path.substring(at, slash), false);
            node = segment == null || segment.isEmpty() ? null : node.next(segment, values);
            if (slash < 0) {
                return node;
            }
            at = slash + 1;
        }
        return null;
    }

    /** An operation with the values of its path's variables. */
    record Match(Operation operation, List<String> values) {}

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private final Map<String, Operation> operations = new TreeMap<>();
        private @Nullable Node variable;

        Node literal(String segment) {
            return literals.computeIfAbsent(segment, name -> new Node());
        }

        Node variable() {
            Node node = variable;
            if (node == null) {
                node = new Node();
                variable = node;
            }
            return node;
        }

        @Nullable
        Node next(String segment, List<String> values) {
            Node literal = literals.get(segment);
            if (literal != null) {
                return literal;
            }
            values.add(segment);
            return variable;
        }

        TreeSet<String> methods() {
            TreeSet<String> methods = new TreeSet<>(operations.keySet());
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            return methods;
        }
    }
}
