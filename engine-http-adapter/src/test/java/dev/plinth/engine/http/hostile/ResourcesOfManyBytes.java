package dev.plinth.engine.http.hostile;

import java.util.List;
import java.util.Set;

/** Resources as large as they may be, so that the table is full of bytes long before it is full of rows. */
final class ResourcesOfManyBytes implements Attack {
    private static final int DATA_BYTES = 64 * 1024 - 20;

    @Override
    public List<String> options() {
        return SmallTables.ofResources(5_000);
    }

    @Override
    public void run(AttackContext context) throws Exception {
        String create = "{\"name\":\"large\",\"data\":{\"text\":\"" + "x".repeat(DATA_BYTES) + "\"}}";
        try (AttackConnection caller = context.as(context.tenant("starter"))) {
            context.repeat(caller, "/v1/resources", create);
        }
    }

    @Override
    public Set<String> refusals() {
        return Set.of("403 plan_limit_reached", "429");
    }
}
