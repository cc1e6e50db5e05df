package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineInside;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.http.call.EngineCallService;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonSchema;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.shape.Parameter;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every route, with each of its ids in every state, asked for by every caller (contract §§1–6, 10): the answer is the one that
 * the first failing step gives, what is refused leaves no trace in the store, and what is hidden cannot be told from what is not
 * there. {@link MatrixRows} says what is expected.
 */
@Tag("portable")
class RouteMatrixTest {
    /** The input of an operation that takes none. */
    record Nothing() {}

    private static final int CASES_LEAST = 1000;
    private static final int REQUESTS = 1_000_000;

    private static ManualClock clock;
    /** The one connection is idle while other tests of this class run. */
    private static final Deadlines PATIENT = new Deadlines(
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Duration.ZERO);

    private static Engine engine;
    private static EngineServer server;
    private static RawClient client;
    private static MatrixWorld active;
    private static MatrixWorld suspended;
    private static MatrixWorld deleted;
    private static MatrixProbe probe;

    @BeforeAll
    static void start() throws IOException {
        clock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
        engine = open(clock);
        server = EngineServer.start(
                (executor, audiences) -> new EngineCallService(engine, executor), "127.0.0.1", 0, PATIENT);
        client = new RawClient(server.port());
        suspended = MatrixWorldMaker.lay(engine, clock);
        engine.admin().suspend(suspended.workspace()).call();
        deleted = MatrixWorldMaker.lay(engine, clock);
        engine.admin().deleteWorkspace(deleted.workspace()).call();
        active = MatrixWorldMaker.lay(engine, clock);
        clock.advance(Duration.ZERO);
        probe = new MatrixProbe(engine, client);
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        server.close();
        engine.close();
    }

    static Engine open(ManualClock clock) {
        Plan roomy = Plan.perMinute(MatrixWorldMaker.PLAN, REQUESTS).withEndpointsMax(REQUESTS);
        return Engine.builder()
                .plan(roomy)
                .adminToken(MatrixWorld.ADMIN_TOKEN)
                .testClock(clock)
                .webhookAllow("127.0.0.0/8")
                .operation("echo", operation -> {
                    operation
                            .effects()
                            .publish(NewEvent.of("a.b", Json.EMPTY_OBJECT).about(operation.resourceId()));
                    return OperationResult.of(operation.input());
                })
                .operation("echo", Nothing.class, (input, call) -> {
                    call.effects().publish("a.b", Json.EMPTY_OBJECT);
                    return input;
                })
                .asyncOperation("later", job -> Json.EMPTY_OBJECT)
                .jobHandler("fails", job -> {
                    throw new JobFailure("no", "It fails.", false);
                })
                .configReload(() -> Json.of(Map.of("taken", List.of(), "needRestart", List.of())))
                .open();
    }

    /** The routes that have a row, each with its cells. */
    static Stream<RouteCase> routes() {
        Map<String, MatrixRow> rows = rows();
        try (Engine any = open(ManualClock.startingAt(Instant.EPOCH))) {
            return EngineInside.routes(any).stream()
                    .filter(route -> rows.containsKey(route.name()))
                    .map(route -> new RouteCase(route, rows.get(route.name())));
        }
    }

    record RouteCase(Route route, MatrixRow row) {
        @Override
        public String toString() {
            return route.name();
        }
    }

    @Test
    void table_everyRoute_hasARowThatNamesItsIdsAndItsScope() {
        Map<String, MatrixRow> rows = rows();
        List<String> faults = new ArrayList<>();
        for (Route route : EngineInside.routes(engine)) {
            MatrixRow row = rows.remove(route.name());
            String at = route.method() + " " + route.path() + " (" + route.name() + ")";
            if (row == null) {
                faults.add(
                        at + " has no row: say in MatrixRows which scope it needs, its ids, a valid body, and what it"
                                + " gives where its target is archived or paused");
                continue;
            }
            if (!row.needs().name().equals(route.credential().name())
                    || !row.scope().equals(EngineInside.scope(route))) {
                faults.add(at + " needs " + route.credential() + " " + EngineInside.scope(route) + ", but its row says "
                        + row.needs() + " " + row.scope());
            }
            for (String id : idsOf(route)) {
                if (row.params().stream().noneMatch(param -> param.name().equals(id))) {
                    faults.add(at + " has an id " + id + " that its row does not name: add what it is the id of");
                }
            }
        }
        rows.keySet().forEach(name -> faults.add("The row " + name + " is of no route: take it out"));
        assertThat(faults).isEmpty();
    }

    @Test
    void matrix_allRoutes_hasAtLeastAThousandCells() {
        long cells = routes().mapToLong(routeCase ->
                        MatrixCases.of(routeCase.route(), routeCase.row()).size())
                .sum();
        System.out.println("matrix: " + cells + " cells");
        assertThat(cells).isGreaterThan(CASES_LEAST);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void call_thatWritesNothing_isAnsweredAsStatedAndLeavesNoTrace(RouteCase routeCase) {
        String before = EngineInside.state(engine);

        check(MatrixCases.of(routeCase.route(), routeCase.row()).stream()
                .filter(cell -> !cell.expected().writes())
                .map(cell -> new Check(cell, () -> probe.checkWritesNothing(cell, worldOf(cell.credential())))));

        assertThat(EngineInside.state(engine)).isEqualTo(before);
    }

    /** Bodies that are taken are valid by the OpenAPI document, and an unknown member is not. */
    @ParameterizedTest
    @MethodSource("routes")
    void body_ofACall_isDescribedAsItIsJudged(RouteCase routeCase) {
        if (!routeCase.route().body().isTaken()) {
            return;
        }
        JsonSchema described = EngineInside.bodies(engine, routeCase.route());
        check(MatrixCases.of(routeCase.route(), routeCase.row()).stream()
                .filter(cell -> cell.expected().status() < 300
                        || cell.expected().code().equals("validation_failed")
                                && cell.variation() == MatrixCase.Variation.UNKNOWN_MEMBER)
                .map(cell -> new Check(cell, () -> {
                    byte[] body = cell.in(active).body();
                    byte[] sent = body.length == 0 ? new byte[] {'{', '}'} : body;
                    assertThat(described.check(JsonReader.trusted(sent), "").isEmpty())
                            .isEqualTo(cell.expected().status() < 300);
                })));
    }

    /** Without this, a cell could be refused for what is wrong with the matrix. */
    @ParameterizedTest
    @MethodSource("routes")
    void call_thatMayGoOn_doesWhatItIsAskedFor(RouteCase routeCase) {
        check(MatrixCases.of(routeCase.route(), routeCase.row()).stream()
                .filter(cell -> cell.expected().writes())
                .map(cell -> new Check(cell, () -> {
                    ManualClock ownClock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
                    try (Engine own = open(ownClock)) {
                        MatrixWorld world = MatrixWorldMaker.lay(own, ownClock);
                        String before = EngineInside.state(own);
                        RawReply reply = MatrixProbe.inside(own, cell.in(world));
                        probe.checkAnswer(cell, reply);
                        assertThat(EngineInside.state(own)).isNotEqualTo(before);
                    }
                })));
    }

    @Test
    void call_hiddenUnderAKey_isRememberedAndReplayedInTheBytesOfWhatIsNotThere() {
        ManualClock ownClock = ManualClock.startingAt(Instant.parse("2025-01-01T00:00:00Z"));
        try (Engine own = open(ownClock)) {
            MatrixWorld world = MatrixWorldMaker.lay(own, ownClock);
            Map<String, Long> before = rowsBesidesKeys(own);
            List<String> seen = new ArrayList<>();
            check(routes().flatMap(routeCase -> MatrixCases.hidden(routeCase.route(), routeCase.row()).stream())
                    .map(cell -> new Check(cell, () -> {
                        WireRequest request = cell.in(world).with("Idempotency-Key", "key " + seen.size());
                        RawReply first = MatrixProbe.inside(own, request);
                        RawReply again = MatrixProbe.inside(own, request);
                        probe.checkAnswer(cell, first);
                        assertThat(again.header("idempotent-replayed")).isEqualTo("true");
                        assertThat(again.header("original-request")).isEqualTo(first.header("request-id"));
                        assertThat(again.text()).isEqualTo(first.text());
                        String guard = String.valueOf(cell.row().needs());
                        seen.add(guard + MatrixProbe.normal(first) + MatrixProbe.normal(again));
                    })));
            // The ids are those of a workspace, of the operator, and of operations that there are not, on a resource
            // and without.
            assertThat(seen.stream().distinct()).hasSize(4);
            assertThat(rowsBesidesKeys(own)).isEqualTo(before);
        }
    }

    private static Map<String, Long> rowsBesidesKeys(Engine of) {
        Map<String, Long> rows = EngineInside.rows(of);
        rows.keySet().removeAll(List.of("remembered", "sets"));
        return rows;
    }

    private static MatrixWorld worldOf(Credential credential) {
        return switch (credential) {
            case OF_SUSPENDED_WORKSPACE -> suspended;
            case OF_DELETED_WORKSPACE -> deleted;
            default -> active;
        };
    }

    private static Map<String, MatrixRow> rows() {
        return MatrixRows.all().stream().collect(Collectors.toMap(MatrixRow::name, Function.identity()));
    }

    /** The variables of the path, and the parameters of the query that take an id. */
    private static List<String> idsOf(Route route) {
        List<String> ids = new ArrayList<>();
        for (String segment : route.path().split("/")) {
            if (segment.startsWith("{")) {
                ids.add(segment.substring(1, segment.length() - 1));
            }
        }
        route.parameters().stream()
                .map(Parameter::name)
                .filter(name -> name.endsWith("Id") || name.equals("after"))
                .forEach(ids::add);
        return ids;
    }

    private record Check(MatrixCase cell, Checked check) {}

    private interface Checked {
        void run() throws IOException;
    }

    /** Runs all, and tells of all that failed. */
    private static void check(Stream<Check> checks) {
        List<String> faults = new ArrayList<>();
        checks.forEach(each -> {
            try {
                each.check().run();
            } catch (AssertionError | IOException e) {
                faults.add(each.cell() + "\n  " + String.valueOf(e.getMessage()).strip());
            }
        });
        assertThat(faults).isEmpty();
    }
}
