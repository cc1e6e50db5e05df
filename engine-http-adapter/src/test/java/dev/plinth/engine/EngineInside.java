package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonSchema;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Route;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Shows what a test of all routes has to know of an engine beyond what it shows: its route table, and whether it wrote. */
public final class EngineInside {
    private EngineInside() {}

    /** The route table, by the names of its rows. */
    public static List<Route> routes(Engine engine) {
        return engine.wire().table().stream()
                .sorted(Comparator.comparing(Route::name))
                .toList();
    }

    /** The scope that a route asks for, as the wire names it; empty for none. */
    public static String scope(Route route) {
        return route.scope() == null ? "" : route.scope().wireName();
    }

    /** Returns what the OpenAPI document says of the bodies of a route. */
    public static JsonSchema bodies(Engine engine, Route route) {
        JsonValue.Obj document = (JsonValue.Obj)
                JsonReader.trusted(engine.call(Call.of("GET", "/openapi.json")).body());
        JsonValue schema =
                new JsonValue.Text("#/components/schemas/" + route.body().name());
        JsonValue components = Objects.requireNonNull(document.get("components"));
        return JsonSchema.of(JsonBytes.compact(new JsonValue.Obj(Map.of("$ref", schema, "components", components))));
    }

    /** How many records there are: equal before and after, nothing was written, and so no event. */
    public static long records(Engine engine) {
        return engine.store().committed();
    }

    /** The records and the hash of all rows: equal before and after, nothing was changed by any way. */
    public static String state(Engine engine) {
        return records(engine) + " " + HexFormat.of().formatHex(engine.store().stateHash());
    }

    /** Rows of each table. */
    public static Map<String, Long> rows(Engine engine) {
        return engine.store().figures().stream().collect(Collectors.toMap(each -> each.name(), each -> each.rows()));
    }
}
