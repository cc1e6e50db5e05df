package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.pipeline.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the route of a method and a path. Immutable once made. A literal segment goes before a variable. */
public final class Router {
    private static final int SEGMENTS_MAX = 8;
    private static final String ROOT = "/";

    private final Node root = new Node();

    public Router(List<Route> routes) {
        for (Route route : routes) {
            Node node = root;
            for (String segment : segments(route.path())) {
                node = segment.startsWith("{") ? node.variable() : node.literal(segment);
            }
            if (node.routes.put(route.method(), route) != null) {
                throw new IllegalStateException(
                        "Expected one route for " + route.method() + " " + route.path() + ", but got two");
            }
        }
    }

    /** Returns the segments of a path. The root has none. */
    private static List<String> segments(String path) {
        return path.equals(ROOT) ? List.of() : List.of(path.substring(1).split("/"));
    }

    /** Finds the route, or refuses with 404 or 405. */
    public MatchedRoute match(String method, String path) {
        Found found = path.startsWith("/") ? find(path) : null;
        if (found == null || found.node.routes.isEmpty()) {
            throw RefusedException.of(
                    ProblemCode.ROUTE_NOT_FOUND,
                    "No route has this path. Begin it with /v1/ or /admin/v1/, and leave out a slash at its end.");
        }
        Route route = found.node.routes.get(method.equals("HEAD") ? "GET" : method);
        if (route == null) {
            String allowed = String.join(", ", found.node.methods());
            throw new RefusedException(Refusal.of(
                            ProblemCode.METHOD_NOT_ALLOWED,
                            "This path takes " + allowed + ", got " + Quoted.of(method) + ". Use one of them.")
                    .hint(allowed));
        }
        return new MatchedRoute(route, found.values);
    }

    private @Nullable Found find(String path) {
        if (path.equals(ROOT)) {
            return new Found(root, List.of());
        }
        boolean encoded = path.indexOf('%') >= 0;
        Node node = root;
        List<String> values = List.of();
        int at = 1;
        for (int i = 0; i < SEGMENTS_MAX; i++) {
            int slash = path.indexOf('/', at);
            int end = slash < 0 ? path.length() : slash;
            if (at == end) {
                return null;
            }
            // Compared as sent, because a proxy that guards /admin by its spelling must not be bypassed by another one.
            Node next = node.literal(path, at, end);
            if (next == null) {
                String value = path.substring(at, end);
                String decoded = encoded ? Percent.decode(value, false) : value;
                if (decoded == null) {
                    return null;
                }
                next = node.variable;
                values = with(values, decoded);
            }
            if (next == null || slash < 0) {
                return next == null ? null : new Found(next, values);
            }
            node = next;
            at = slash + 1;
        }
        return null;
    }

    private static List<String> with(List<String> values, String value) {
        if (values.isEmpty()) {
            return List.of(value);
        }
        List<String> more = new ArrayList<>(values);
        more.add(value);
        return more;
    }

    /** A route with the values of its path's variables. */
    public record MatchedRoute(Route route, List<String> values) {}

    private record Literal(String name, Node node) {}

    private record Found(Node node, List<String> values) {}

    private static final class Node {
        private final List<Literal> literals = new ArrayList<>();
        private final Map<String, Route> routes = new TreeMap<>();
        private @Nullable Node variable;

        Node literal(String segment) {
            Node known = literal(segment, 0, segment.length());
            if (known != null) {
                return known;
            }
            Literal literal = new Literal(segment, new Node());
            literals.add(literal);
            return literal.node;
        }

        /** Finds the literal with a part of a text, in a list because there are few. */
        @Nullable
        Node literal(String text, int from, int to) {
            for (int i = 0; i < literals.size(); i++) {
                Literal literal = literals.get(i);
                if (literal.name.length() == to - from && text.startsWith(literal.name, from)) {
                    return literal.node;
                }
            }
            return null;
        }

        Node variable() {
            Node node = variable;
            if (node == null) {
                node = new Node();
                variable = node;
            }
            return node;
        }

        TreeSet<String> methods() {
            TreeSet<String> methods = new TreeSet<>(routes.keySet());
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            return methods;
        }
    }
}
