package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.wire.route.Tag;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The routes of plans: the caller's with what it has used of it, and all of them for the operator. */
final class PlanRoutes {
    private static final List<String> LIMITS = List.of("resources", "webhookEndpoints", "waitingJobs");

    private static final Entity LIMIT = Entity.named("PlanLimit")
            .with("name", Schema.oneOf(LIMITS))
            .with("used", Schema.WHOLE)
            .maybe("max", Schema.WHOLE);
    private static final Entity TABLE = Entity.named("PlanTable")
            .with("name", Schema.TEXT)
            .with("rows", Schema.WHOLE)
            .with("rowsMax", Schema.WHOLE)
            .with("bytes", Schema.WHOLE)
            .with("bytesMax", Schema.WHOLE);
    private static final Entity USE = Entity.named("PlanUse")
            .with("plan", Schema.TEXT)
            .with("limits", Schema.list(Schema.of(LIMIT)))
            .with("tables", Schema.list(Schema.of(TABLE)));

    private static final Entity POLICY = Entity.named("PlanPolicy")
            .with("name", Schema.TEXT)
            .with("requests", Schema.WHOLE)
            .with("windowSeconds", Schema.WHOLE)
            .with("per", Schema.oneOf(Schema.words(RatePolicy.Per.values())))
            .with("mode", Schema.oneOf(Schema.words(RatePolicy.Mode.values())));
    private static final Entity SHARE = Entity.named("PlanShare")
            .with("table", Schema.TEXT)
            .with("rows", Schema.WHOLE)
            .with("bytes", Schema.WHOLE);
    private static final Entity PLAN = Entity.named("Plan")
            .with("name", Schema.TEXT)
            .with("requests", Schema.WHOLE)
            .with("windowSeconds", Schema.WHOLE)
            .with("policies", Schema.list(Schema.of(POLICY)))
            .maybe("resourcesMax", Schema.WHOLE)
            .with("endpointsMax", Schema.WHOLE)
            .with("queuedJobsMax", Schema.WHOLE)
            .maybe("jobsRunningMax", Schema.WHOLE)
            .maybe("deliveriesRunningMax", Schema.WHOLE)
            .with("shares", Schema.list(Schema.of(SHARE)));
    private static final Entity PLANS = Entity.named("Plans").with("data", Schema.list(Schema.of(PLAN)));

    private final Store store;
    private final Plans plans;

    PlanRoutes(Store store, Plans plans) {
        this.store = store;
        this.plans = plans;
    }

    List<Route> all() {
        return List.of(
                row(Tag.WORKSPACE, "getPlan", "GET", "/v1/plan", "Get the plan and what is used of it")
                        .says("A limit without a maximum has none.")
                        .gives(USE)
                        .answeredBy(this::use),
                row(Tag.OPERATOR, "listPlans", "GET", "/admin/v1/plans", "List the plans with their limits")
                        .operator()
                        .gives(PLANS)
                        .answeredBy(context -> list()));
    }

    private Outcome use(Context context) {
        Plan plan = context.plan();
        Id workspace = context.workspace();
        JsonBytes json =
                JsonBytes.object().member("plan", plan.name()).name("limits").openArray();
        limit(json, LIMITS.get(0), Resources.count(context.rows(), workspace), plan.resourcesMax());
        limit(json, LIMITS.get(1), Endpoints.count(context.rows(), workspace), plan.endpointsMax());
        limit(json, LIMITS.get(2), Jobs.waiting(context.rows(), workspace), plan.queuedJobsMax());
        json.closeArray().name("tables").openArray();
        for (StoreFigures.ShareUse use : store.shares(workspace, plan)) {
            json.open()
                    .member("name", use.table())
                    .member("rows", use.rows())
                    .member("rowsMax", use.share().rows())
                    .member("bytes", use.bytes())
                    .member("bytesMax", use.share().bytes())
                    .close();
        }
        return Outcome.Done.ok(json.closeArray().end());
    }

    private static void limit(JsonBytes json, String name, long used, int most) {
        bound(json.open().member("name", name).member("used", used), "max", most)
                .close();
    }

    private static JsonBytes bound(JsonBytes json, String name, int most) {
        return most == Plan.UNLIMITED ? json : json.member(name, most);
    }

    private Outcome list() {
        JsonBytes json = JsonBytes.object().name("data").openArray();
        plans.now().byName().values().forEach(plan -> plan(json, plan));
        return Outcome.Done.ok(json.closeArray().end());
    }

    private static void plan(JsonBytes json, Plan plan) {
        json.open()
                .member("name", plan.name())
                .member("requests", plan.requests())
                .member("windowSeconds", plan.window().toSeconds())
                .name("policies")
                .openArray();
        for (RatePolicy policy : plan.policies()) {
            json.open()
                    .member("name", policy.name())
                    .member("requests", policy.requests())
                    .member("windowSeconds", policy.window().toSeconds())
                    .member("per", word(policy.per()))
                    .member("mode", word(policy.mode()))
                    .close();
        }
        bound(json.closeArray(), "resourcesMax", plan.resourcesMax())
                .member("endpointsMax", plan.endpointsMax())
                .member("queuedJobsMax", plan.queuedJobsMax());
        bound(json, "jobsRunningMax", plan.jobsRunningMax());
        bound(json, "deliveriesRunningMax", plan.deliveriesRunningMax())
                .name("shares")
                .openArray();
        for (Map.Entry<String, TableShare> share : new TreeMap<>(plan.shares()).entrySet()) {
            json.open()
                    .member("table", share.getKey())
                    .member("rows", share.getValue().rows())
                    .member("bytes", share.getValue().bytes())
                    .close();
        }
        json.closeArray().close();
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
