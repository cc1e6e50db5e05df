package dev.plinth.engine.http.hostile;

import java.util.List;
import java.util.Set;

/** Bulk calls on a server that keeps its rows on the heap, until that is full. */
final class BulkIntoHeapTables implements Attack {
    private static final int HEAP_MEGABYTES = 160;

    @Override
    public List<String> options() {
        return List.of("--tables=heap");
    }

    @Override
    public int seconds() {
        return 8;
    }

    @Override
    public void run(AttackContext context) throws Exception {
        try (AttackConnection caller = context.as(context.tenant("starter"))) {
            context.repeat(caller, "/v1/resources/bulk", Bulk.creates(Bulk.OPERATIONS_MAX));
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("403 plan_limit_reached", "429", "422 validation_failed");
    }

    /** Its rows are there still. */
    @Override
    public int heapMegabytesMax() {
        return HEAP_MEGABYTES;
    }
}
