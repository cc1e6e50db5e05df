package dev.plinth.engine;

import dev.plinth.engine.internal.pipeline.Operation;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a test of all routes has to know of an engine beyond what it shows: its command table, and whether it wrote. */
public final class EngineInside {
    private EngineInside() {}

    /** The command table, by the names of its rows. */
    public static List<Operation> routes(Engine engine) {
        return engine.wire().table().stream()
                .sorted(Comparator.comparing(Operation::name))
                .toList();
    }

    /** The scope that a route asks for, as the wire names it; empty for none. */
    public static String scope(Operation route) {
        return route.scope() == null ? "" : route.scope().wireName();
    }

    /** All that is stored: the last record's number, and the hash of all rows. Equal before and after: nothing was written. */
    public static String state(Engine engine) {
        return engine.store().committed() + " "
                + HexFormat.of().formatHex(engine.store().stateHash());
    }

    /** Rows of each table. */
    public static Map<String, Long> rows(Engine engine) {
        return engine.store().figures().stream().collect(Collectors.toMap(each -> each.name(), each -> each.rows()));
    }
}
