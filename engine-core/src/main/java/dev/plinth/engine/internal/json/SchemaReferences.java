package dev.plinth.engine.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plinth.engine.internal.base.problem.Quoted;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The references of one schema document. This class resolves each by the rules of draft 2020-12 and writes it back as an
 * absolute URI. So the validator has nothing to resolve, and nothing to look for. A reference is refused if it leads out
 * of the document, to nothing, or back to itself on the same value. Used by one thread, for one document.
 */
final class SchemaReferences {
    /** The base of a document without an absolute {@code $id}. */
    private static final String DOCUMENT = "plinth:/schema";

    private static final int REFERENCE_LENGTH_MAX = 200;

    private final Consumer<JsonNode> metaSchema;
    private final Map<String, JsonNode> resources = new HashMap<>();
    private final Map<String, JsonNode> anchors = new HashMap<>();
    private final Map<String, List<JsonNode>> dynamicAnchors = new HashMap<>();
    private final Map<JsonNode, String> bases = new IdentityHashMap<>();
    private final Map<JsonNode, List<JsonNode>> sameValue = new IdentityHashMap<>();
    private final Deque<Reference> open = new ArrayDeque<>();

    private SchemaReferences(Consumer<JsonNode> metaSchema) {
        this.metaSchema = metaSchema;
    }

    /**
     * Makes all references of a document absolute.
     *
     * @param document is changed; the meta-schema has accepted it
     * @param metaSchema refuses a place that no keyword says is a schema, and to which a reference leads
     * @throws IllegalArgumentException if a reference leads outside, to nothing, or without end to itself
     */
    static void settle(JsonNode document, Consumer<JsonNode> metaSchema) {
        SchemaReferences references = new SchemaReferences(metaSchema);
        if (document instanceof ObjectNode root && !root.has("$id")) {
            root.put("$id", DOCUMENT);
        }
        references.take(document, DOCUMENT);
        while (!references.open.isEmpty()) {
            references.resolve(references.open.remove());
        }
        references.refuseCircles();
    }

    /**
     * Returns a copy of a settled document whose dynamic references are static ones, so that the validator resolves
     * each before any value comes.
     */
    static JsonNode allStatic(JsonNode settled) {
        JsonNode copy = settled.deepCopy();
        for (JsonNode parent : copy.findParents("$dynamicRef")) {
            if (parent instanceof ObjectNode node && node.get("$dynamicRef").isTextual()) {
                JsonNode target = node.remove("$dynamicRef");
                if (!node.has("$ref")) {
                    node.set("$ref", target);
                }
            }
        }
        return copy;
    }

    /** Notes a schema and all below it, by the position of keywords: a property may have any name. */
    private void take(JsonNode schema, String outer) {
        if (!(schema instanceof ObjectNode node) || bases.containsKey(node)) {
            return;
        }
        String base = outer;
        @Nullable String id = text(node, "$id");
        if (id != null) {
            base = absolute(outer, id.endsWith("#") ? id.substring(0, id.length() - 1) : id);
            node.put("$id", base);
            if (resources.putIfAbsent(base, node) != null) {
                throw refused("two of its schemas have the $id " + shown(id) + "; give each its own");
            }
        }
        bases.put(node, base);
        refuseOtherDialects(node);
        takeAnchor(node, "$anchor", base);
        takeAnchor(node, "$dynamicAnchor", base);
        for (String keyword : List.of("$ref", "$dynamicRef")) {
            @Nullable String target = text(node, keyword);
            if (target != null) {
                open.add(new Reference(node, keyword, target, base));
            }
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            takeBelow(node, member.getKey(), member.getValue(), base);
        }
    }

    private void takeBelow(ObjectNode node, String keyword, JsonNode value, String base) {
        SchemaKeyword kind = SchemaKeyword.of(keyword);
        for (JsonNode below : kind.schemas(value)) {
            if (keyword.equals("patternProperties") && below.has("$id")) {
                throw refused("a schema in its patternProperties has an $id, which the validator cannot find there"
                        + "; put it into its $defs, and refer to it");
            }
            take(below, base);
            if (kind.isOfTheSameValue()) {
                leads(node, below);
            }
        }
    }

    private static void refuseOtherDialects(ObjectNode node) {
        @Nullable String dialect = text(node, "$schema");
        if (dialect != null && !JsonSchema.isDialect(dialect)) {
            throw refused("its $schema is " + shown(dialect) + "; leave it out or write " + JsonSchema.DIALECT);
        }
        if (node.has("$vocabulary")) {
            throw refused("it has a $vocabulary, which only a meta-schema may have, and none is read; leave it out");
        }
    }

    private void takeAnchor(ObjectNode node, String keyword, String base) {
        @Nullable String name = text(node, keyword);
        if (name != null) {
            boolean isTaken = keyword.equals("$dynamicAnchor") && name.equals(text(node, "$anchor"));
            if (!isTaken && anchors.putIfAbsent(base + "#" + name, node) != null) {
                throw refused("two of its schemas have the " + keyword + " " + shown(name) + "; give each its own");
            }
            if (keyword.equals("$dynamicAnchor")) {
                dynamicAnchors
                        .computeIfAbsent(name, unused -> new ArrayList<>())
                        .add(node);
            }
        }
    }

    private void resolve(Reference reference) {
        String target = reference.target();
        int hash = target.indexOf('#');
        String uri = absolute(reference.base(), hash < 0 ? target : target.substring(0, hash));
        String fragment = hash < 0 ? "" : target.substring(hash + 1);
        reference.from().put(reference.keyword(), fragment.isEmpty() ? uri : uri + "#" + fragment);
        JsonNode resource = resources.get(uri);
        if (resource == null) {
            if (JsonSchema.isMetaSchema(uri) && (fragment.isEmpty() || fragment.equals("meta"))) {
                return;
            }
            throw refused("it refers to " + shown(target) + ", which is not in it"
                    + "; put what it refers to into its $defs, and refer to #/$defs/… or to the $id there");
        }
        JsonNode found = fragment.isEmpty()
                ? resource
                : fragment.startsWith("/")
                        ? at(resource, uri, decoded(fragment), target)
                        : anchors.get(uri + "#" + decoded(fragment));
        if (found == null) {
            throw refused("it refers to " + shown(target) + ", and no $anchor has that name; write one that is there");
        }
        leads(reference.from(), found);
        if (reference.keyword().equals("$dynamicRef") && decoded(fragment).equals(text(found, "$dynamicAnchor"))) {
            dynamicAnchors.getOrDefault(decoded(fragment), List.of()).forEach(each -> leads(reference.from(), each));
        }
    }

    /** Returns the schema at a JSON Pointer. Where no keyword says that a schema is, it is taken as one from now on. */
    private JsonNode at(JsonNode resource, String uri, String pointer, String target) {
        JsonNode node = resource;
        String base = uri;
        for (String token : pointer.substring(1).split("/", -1)) {
            String name = token.replace("~1", "/").replace("~0", "~");
            JsonNode next = node.isArray()
                    ? name.matches("0|[1-9][0-9]{0,8}") ? node.get(Integer.parseInt(name)) : null
                    : node.get(name);
            if (next == null) {
                throw refused("it refers to " + shown(target) + ", and nothing is there; write a place that is there");
            }
            node = next;
            base = bases.getOrDefault(node, base);
        }
        if (!node.isObject() && !node.isBoolean()) {
            throw refused("it refers to " + shown(target) + ", and no schema is there; refer to one");
        }
        if (node.isObject() && !bases.containsKey(node)) {
            metaSchema.accept(node);
            take(node, base);
        }
        return node;
    }

    private void leads(JsonNode from, JsonNode to) {
        if (to.isObject()) {
            sameValue.computeIfAbsent(from, unused -> new ArrayList<>()).add(to);
        }
    }

    /** Refuses a schema whose check of a value checks the same value by the same schema again. */
    private void refuseCircles() {
        Map<JsonNode, Boolean> finished = new IdentityHashMap<>();
        for (JsonNode start : sameValue.keySet()) {
            follow(start, finished);
        }
    }

    private void follow(JsonNode node, Map<JsonNode, Boolean> finished) {
        Boolean known = finished.putIfAbsent(node, false);
        if (known != null) {
            if (!known) {
                throw refused("it refers to itself without end"
                        + "; let a reference to an enclosing schema stand below properties, items or the like");
            }
            return;
        }
        sameValue.getOrDefault(node, List.of()).forEach(next -> follow(next, finished));
        finished.put(node, true);
    }

    private static String absolute(String base, String reference) {
        if (reference.isEmpty()) {
            return base;
        }
        try {
            URI from = URI.create(base);
            boolean bare = from.getRawAuthority() != null && from.getRawPath().isEmpty();
            return (bare ? URI.create(base + "/") : from).resolve(reference).toString();
        } catch (IllegalArgumentException e) {
            throw refused("it has " + shown(reference) + " where a URI must be; write one by RFC 3986");
        }
    }

    private static String decoded(String fragment) {
        try {
            return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw refused("it has #" + shown(fragment) + " where a fragment must be; write one by RFC 3986");
        }
    }

    private static @Nullable String text(JsonNode node, String keyword) {
        return node.path(keyword).textValue();
    }

    private static String shown(String reference) {
        return Quoted.cut(reference, REFERENCE_LENGTH_MAX);
    }

    private static IllegalArgumentException refused(String sentence) {
        return new IllegalArgumentException(sentence);
    }

    private record Reference(ObjectNode from, String keyword, String target, String base) {}
}
