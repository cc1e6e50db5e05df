package dev.plinth.engine.http.hostile;

import dev.plinth.engine.TestScale;
import java.util.List;

/**
 * Tables in which an attack meets the end of its share within seconds. The longest runs have those of a server without options, which take
 * minutes to fill.
 */
final class SmallTables {
    private SmallTables() {}

    /** Returns the option of a server with room for so many resources. */
    static List<String> ofResources(int max) {
        return TestScale.isLong() ? List.of() : List.of("--max-resources=" + max);
    }
}
