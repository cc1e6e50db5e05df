package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.internal.base.FileDescriptors;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.metrics.Exposition;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.quota.PolicyQuota;
import dev.plinth.engine.internal.quota.Quota;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.shape.Entity;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.wire.route.FrontPage;
import dev.plinth.engine.internal.wire.route.NodeState;
import dev.plinth.engine.internal.wire.route.Tag;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Plan;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The routes of the engine itself: health, figures, documents, and the state of the rate limit. */
final class SystemRoutes {
    private static final int LARGEST_WORKSPACES = 10;
    private static final long MILLIS = TimeUnit.SECONDS.toMillis(1);

    private static final Entity POLICY = Entity.named("RatePolicy")
            .with("name", Schema.TEXT)
            .with("limit", Schema.WHOLE)
            .with("windowSeconds", Schema.WHOLE)
            .with("remaining", Schema.WHOLE)
            .with("resetSeconds", Schema.WHOLE);
    private static final Entity LIMITS =
            Entity.named("RateLimits").with("plan", Schema.TEXT).with("policies", Schema.list(Schema.of(POLICY)));
    private static final Entity HEALTH = Entity.named("Health")
            .with("status", Schema.TEXT)
            .with("durability", Schema.TEXT)
            .maybe("detail", Schema.TEXT);
    private static final Entity NODE_HEALTH = Entity.named("NodeHealth")
            .with("status", Schema.TEXT)
            .with("durability", Schema.TEXT)
            .maybe("detail", Schema.TEXT)
            .maybe("role", Schema.TEXT)
            .maybe("epoch", Schema.WHOLE)
            .maybe("sequence", Schema.WHOLE)
            .maybe("lagMillis", Schema.WHOLE)
            .maybe("leader", Schema.TEXT);
    private static final Entity TABLE_WORKSPACE = Entity.named("TableWorkspace")
            .with("workspaceId", Schema.id(IdKind.WORKSPACE))
            .with("rows", Schema.WHOLE)
            .with("bytes", Schema.WHOLE);
    private static final Entity TABLE = Entity.named("Table")
            .with("name", Schema.TEXT)
            .with("rows", Schema.WHOLE)
            .with("rowsMax", Schema.WHOLE)
            .with("bytes", Schema.WHOLE)
            .with("bytesMax", Schema.WHOLE)
            .with("workspaces", Schema.list(Schema.of(TABLE_WORKSPACE)));
    private static final Entity TABLES = Entity.named("Tables").with("data", Schema.list(Schema.of(TABLE)));

    private final Store store;
    private final Quotas quotas;
    private final Supplier<byte[]> figures;
    private final OpenApi openApi;
    private final FrontPage frontPage;
    private final Supplier<Optional<String>> webhookProblem;
    private final Supplier<Optional<NodeState>> node;

    SystemRoutes(
            Store store,
            Quotas quotas,
            Supplier<byte[]> figures,
            Pages pages,
            Supplier<Optional<String>> webhookProblem,
            Supplier<Optional<NodeState>> node) {
        this.store = store;
        this.quotas = quotas;
        this.figures = figures;
        this.openApi = pages.openApi();
        this.frontPage = pages.frontPage();
        this.webhookProblem = webhookProblem;
        this.node = node;
    }

    /** Documents that the engine serves. */
    record Pages(OpenApi openApi, FrontPage frontPage) {}

    List<Route> all() {
        return List.of(
                row(Tag.WORKSPACE, "getRateLimit", "GET", "/v1/rate-limit", "Get the state of the rate limit")
                        .says("It takes no units.")
                        .free()
                        .gives(LIMITS)
                        .answeredBy(this::rateLimit),
                row(Tag.SERVER, "getRoot", "GET", "/", "Get the front page")
                        .anybody()
                        .gives(FrontPage.ENTITY)
                        .decodedBy(input -> {
                            Outcome page = frontPage.answer(input.headers().accept());
                            return (Command.Query) context -> page;
                        }),
                row(Tag.SERVER, "isLive", "GET", "/health/live", "Ask whether the process has to be restarted")
                        .anybody()
                        .gives(HEALTH)
                        .answeredBy(context -> failed().orElseGet(() -> health("live", 200, null))),
                row(Tag.SERVER, "isReady", "GET", "/health/ready", "Ask whether the server takes calls")
                        .anybody()
                        .gives(NODE_HEALTH)
                        .answeredBy(probe("ready", this::problem)),
                row(Tag.SERVER, "isLeader", "GET", "/health/leader", "Ask whether this node leads")
                        .says("The node has just confirmed it with the log. Without a shared log it leads.")
                        .anybody()
                        .gives(NODE_HEALTH)
                        .answeredBy(probe("leader", () -> null)),
                row(Tag.SERVER, "getMetrics", "GET", "/metrics", "Get the figures of the server")
                        .says("The text format of Prometheus.")
                        .anybody()
                        .gives(Schema.TEXT, "text/plain")
                        .answeredBy(context -> new Outcome.Page(figures.get(), Exposition.CONTENT_TYPE, null)),
                row(Tag.SERVER, "getOpenApi", "GET", "/openapi.json", "Get this document")
                        .anybody()
                        .gives(Schema.OBJECT, Route.Success.JSON)
                        .answeredBy(context -> Outcome.Done.ok(openApi.document())),
                row(Tag.OPERATOR, "listTables", "GET", "/admin/v1/tables", "List the tables with how full they are")
                        .operator()
                        .gives(TABLES)
                        .answeredBy(context -> tables()));
    }

    private Outcome rateLimit(Context context) {
        Quota quota = quotas.inspect(context.caller());
        Plan plan = quota.plan();
        JsonBytes json =
                JsonBytes.object().member("plan", plan.name()).name("policies").openArray();
        policy(
                json,
                RatePolicy.of(plan.name(), plan.requests(), plan.window()),
                quota.remaining(),
                quota.nextUnitSeconds());
        for (PolicyQuota other : quota.others()) {
            if (other.isShown()) {
                policy(json, other.policy(), other.remaining(), other.nextUnitSeconds());
            }
        }
        return Outcome.Done.ok(json.closeArray().end());
    }

    private static void policy(JsonBytes json, RatePolicy policy, long remaining, long resetSeconds) {
        json.open()
                .member("name", policy.name())
                .member("limit", policy.requests())
                .member("windowSeconds", policy.window().toSeconds())
                .member("remaining", remaining)
                .member("resetSeconds", resetSeconds)
                .close();
    }

    /** @param problem returns what is wrong although the node leads, or null */
    private Command.Probe probe(String status, Supplier<@Nullable String> problem) {
        return new Command.Probe() {
            @Override
            public Outcome answer(Context context) {
                return failed().or(() -> FileDescriptors.scarcity().map(sentence -> ofNode("failed", 503, sentence)))
                        .orElseGet(() -> store.isWritable()
                                ? ofNode(status, 200, problem.get())
                                : ofNode("journal_failed", 503, null));
            }

            @Override
            public Outcome unconfirmed(long millis) {
                return failed().orElseGet(() -> ofNode(
                        "unconfirmed",
                        503,
                        "The log has not confirmed for " + (millis + MILLIS - 1) / MILLIS
                                + " s that this node leads. Check that the database of the log answers."));
            }
        };
    }

    /** Returns the answer of both routes once the engine lacks memory or a thread. */
    private Optional<Outcome> failed() {
        return store.fatalErrors().failure().map(sentence -> health("failed", 503, sentence));
    }

    /**
     * Shows the use of the tables. It is read beside the rows of the question, so that a busy writer does not make it start
     * again.
     */
    private Outcome tables() {
        JsonBytes json = JsonBytes.object().name("data").openArray();
        for (StoreFigures.TableUse use : store.uses(LARGEST_WORKSPACES)) {
            json.open()
                    .member("name", use.table().name())
                    .member("rows", use.table().rows())
                    .member("rowsMax", use.table().capacityRows())
                    .member("bytes", use.table().bytes())
                    .member("bytesMax", use.bytesMax())
                    .name("workspaces")
                    .openArray();
            for (StoreFigures.Holder holder : use.largest()) {
                json.open()
                        .member("workspaceId", holder.workspace())
                        .member("rows", holder.rows())
                        .member("bytes", holder.bytes())
                        .close();
            }
            json.closeArray().close();
        }
        return Outcome.Done.ok(json.closeArray().end());
    }

    /** Returns what is wrong with webhooks, the clock and the source of ids, or null. */
    private @Nullable String problem() {
        String all = Stream.of(webhookProblem.get().orElse(null), store.time().clockFault(), store.idFault())
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" "));
        return all.isEmpty() ? null : all;
    }

    private Outcome health(String status, int code, @Nullable String detail) {
        return health(status, code, durability(store.durability()), detail, Optional.empty());
    }

    private Outcome ofNode(String status, int code, @Nullable String detail) {
        return health(status, code, durability(store.durability()), detail, node.get());
    }

    static Outcome health(
            String status, int code, String durability, @Nullable String detail, Optional<NodeState> node) {
        JsonBytes json = JsonBytes.object()
                .member("status", status)
                .member("durability", durability)
                .optional("detail", detail);
        node.ifPresent(state -> state.addTo(json));
        return new Outcome.Done(code, json.end(), null, null, 0, false);
    }

    static String durability(Optional<Durability> level) {
        return level.map(each -> each.name().toLowerCase(Locale.ROOT)).orElse("memory");
    }
}
