package dev.plinth.engine.http.hostile;

import java.util.List;
import java.util.Set;

/** Bulk calls of thousands of operations that do nothing, of which the job keeps a row each for days. */
final class PiecesOfBulkJobs implements Attack {
    @Override
    public List<String> options() {
        return SmallTables.ofResources(20_000);
    }

    @Override
    public void run(AttackContext context) throws Exception {
        String nothing = "{\"action\":\"pause\",\"id\":\"res_01m8fw1efw0pqvqhrab8ajd67s\"}";
        try (AttackConnection caller = context.as(context.tenant("starter"))) {
            context.repeat(caller, "/v1/resources/bulk", Bulk.of(nothing, Bulk.OPERATIONS_MAX));
        }
        context.honestly("POST", "/v1/jobs", "{\"type\":\"honest\",\"input\":{}}");
        context.honestly("POST", "/v1/resources/bulk", Bulk.creates(10));
    }

    @Override
    public Set<String> refusals() {
        return Set.of("403 plan_limit_reached", "429", "422 validation_failed");
    }
}
