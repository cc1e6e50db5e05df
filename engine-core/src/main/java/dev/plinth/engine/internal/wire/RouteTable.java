package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.settings.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The route table, put together from its groups. Router, scopes and documents follow from it. */
final class RouteTable {
    private RouteTable() {}

    static List<Route> all(Wire.Parts parts, SystemRoutes system, BatchRoutes batch) {
        List<Route> table = new ArrayList<>();
        table.addAll(new ResourceRoutes(parts.types()).all());
        table.addAll(batch.all());
        table.addAll(new OperationRoutes(parts.operations(), parts.asyncOperations(), parts.directOperations()).all());
        table.addAll(ShareRoutes.all());
        table.addAll(new ChildRoutes(parts.types()).all());
        table.addAll(new JobRoutes(parts.handled()).all());
        table.addAll(new LeaseRoutes(parts.handled(), parts.problems(), batch).all());
        table.addAll(EventRoutes.all());
        table.addAll(new EndpointRoutes(parts.webhooks()).all());
        table.addAll(new DeliveryRoutes(parts.webhooks()).all());
        table.addAll(new WorkspaceRoutes(parts.log()).all());
        table.addAll(new KeyRoutes(parts.keyUses()).all());
        table.addAll(new OperatorRoutes(parts.plans()).all());
        table.addAll(new PlanRoutes(parts.store(), parts.plans()).all());
        table.addAll(new HealthRoutes(parts.figures().history()).all());
        table.addAll(system.all());
        ManualClock clock = parts.testClock();
        if (clock != null) {
            table.addAll(new ClockRoutes(clock, parts.reset()).all());
        }
        Supplier<Json> reload = parts.configReload();
        if (reload != null) {
            table.addAll(new ConfigRoutes(reload).all());
        }
        return List.copyOf(table);
    }
}
