package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.TableUse;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A workspace has shares of the tables: at their end its own calls are refused, and nobody else's. */
@Timeout(300)
final class TableSharesTest {
    private static final int ROUNDS_MAX = 40_000;
    private static final String OPERATOR = "a-token-of-the-operator";
    private static final Plan WIDE = Plan.perMinute("wide", 1_000_000);
    private static final Plan SMALL = Plan.perMinute("small", 1_000_000)
            .withShare("resources", new TableShare(3, 1_000_000))
            .withShare("children", new TableShare(100, 1000));

    private static final Plan QUEUE =
            Plan.perMinute("queue", 1_000_000).withShare("jobs", new TableShare(1_000, 1_000));

    private final ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final Engine engine = Engine.builder()
            .clock(clock)
            .adminToken(OPERATOR)
            .maxResources(10_000)
            .plan(WIDE)
            .plan(SMALL)
            .plan(QUEUE)
            .open();

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(Attack.class)
    void table_filledByOneWorkspace_refusesThatOneAloneAndSaysWhy(Attack attack) {
        String hostile = key(engine, "wide");
        String honest = key(engine, "wide");

        Reply refused = untilRefused(number -> attack.call(hostile, number));

        assertThat(refused.status()).as(refused.text()).isEqualTo(403);
        assertThat(refused.text())
                .contains("\"code\":\"plan_limit_reached\"", "table of " + attack.table, "nothing was changed")
                .containsAnyOf("Delete some of them", "They expire after", "wait until some expire");
        for (int i = 0; i < 8; i++) {
            Reply taken = attack.honest(honest, i).apply(engine);
            assertThat(taken.status()).as(taken.text()).isLessThan(300);
        }
        String another = key(engine, "wide");
        assertThat(attack.honest(another, 1).apply(engine).status()).isLessThan(300);
    }

    @ParameterizedTest
    @EnumSource(Attack.class)
    void table_filledByManyWorkspaces_hasRoomForTheNextOne(Attack attack) {
        for (int i = 0; i < 6; i++) {
            String hostile = key(engine, "wide");
            Reply refused = untilRefused(number -> attack.call(hostile, number));
            assertThat(refused.text()).contains("\"code\":\"plan_limit_reached\"");
        }

        String honest = key(engine, "wide");
        for (int i = 0; i < 3; i++) {
            Reply taken = attack.honest(honest, i).apply(engine);
            assertThat(taken.status()).as(taken.text()).isLessThan(300);
        }
    }

    /** As a handler in this JVM would: only what is worked on makes the queue shorter. */
    @Test
    void lease_byAWorkspaceThatHasUsedUpItsJobs_isGiven() {
        String key = key(engine, "queue");
        Reply refused = untilRefused(number -> calls -> calls.call(
                Call.of("POST", "/v1/jobs").withKey(key).withBody(Json.of("{\"type\":\"t\",\"input\":{}}"))));
        assertThat(refused.text()).contains("bytes of the table of jobs");

        Reply leased = engine.call(
                Call.of("POST", "/v1/jobs/lease").withKey(key).withBody(Json.of("{\"types\":[\"t\"],\"max\":100}")));

        assertThat(leased.status()).as(leased.text()).isEqualTo(200);
        assertThat(leased.text()).contains("leaseToken");
    }

    @Test
    void share_saidByThePlan_isRefusedAtItsEndAndFreeAfterADeletion() {
        String key = key(engine, "small");
        String id = engine.client(key).resources().create("a").call().id();
        create(key);
        create(key);

        Reply refused = create(key);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text())
                .contains("Plan small gives a workspace 3 rows of the table of resources", "Delete some of them");
        engine.client(key).resources().archive(id).call();
        engine.client(key).resources().delete(id).call();
        assertThat(create(key).status()).isEqualTo(201);
    }

    @Test
    void share_ofBytes_isRefusedAtItsEnd() {
        String key = key(engine, "small");
        String id = engine.client(key).resources().create("a").call().id();

        Reply refused = untilRefused(number -> calls -> calls.call(Call.of("POST", "/v1/resources/" + id + "/children")
                .withKey(key)
                .withBody(Json.of(
                        "{\"name\":\"child " + number + "\",\"data\":{\"text\":\"" + "x".repeat(300) + "\"}}"))));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text()).contains("Plan small gives a workspace 1000 bytes of the table of children");
    }

    @Test
    void share_ofEvents_isFreeOnceTheyHaveExpired() {
        String key = key(engine, "wide");
        Reply refused = untilRefused(number -> Attack.EVENTS.call(key, number));
        assertThat(refused.text()).contains("table of events", "They expire after 30 days");

        clock.advance(Duration.ofDays(31));

        assertThat(Attack.EVENTS.call(key, 0).apply(engine).status()).isEqualTo(201);
    }

    @Test
    void deletion_byAWorkspaceThatHasUsedUpItsEvents_isTaken() {
        String key = key(engine, "wide");
        String id = engine.client(key).resources().create("a").call().id();
        Reply refused = untilRefused(number -> Attack.EVENTS.call(key, number));
        assertThat(refused.status()).isEqualTo(403);

        engine.client(key).resources().archive(id).call();
        engine.client(key).resources().delete(id).call();

        assertThat(engine.call(Call.of("GET", "/v1/resources/" + id).withKey(key))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void bulk_beyondTheShare_notesEachItemAsRefused() {
        String key = key(engine, "small");
        Reply accepted = engine.call(Call.of("POST", "/v1/resources/bulk")
                .withKey(key)
                .withBody(Json.of("{\"operations\":[" + "{\"action\":\"create\",\"name\":\"r\"},".repeat(5)
                        + "{\"action\":\"create\",\"name\":\"r\"}]}")));

        Reply ended = engine.call(
                Call.of("GET", accepted.header("Location") + "?wait=30").withKey(key));

        assertThat(ended.text())
                .contains("\"succeeded\":3", "\"failed\":3", "plan_limit_reached", "table of resources");
    }

    @Test
    void bulk_noRoomForItsOutcomes_failsWithTheReason() {
        String key = key(engine, "wide");
        Reply refused = untilRefused(number -> calls -> {
            Reply accepted = calls.call(Call.of("POST", "/v1/resources/bulk")
                    .withKey(key)
                    .withBody(Json.of("{\"operations\":["
                            + "{\"action\":\"pause\",\"id\":\"res_x\"},".repeat(199)
                            + "{\"action\":\"pause\",\"id\":\"res_x\"}]}")));
            return accepted.status() == 202
                    ? calls.call(Call.of("GET", accepted.header("Location") + "?wait=30")
                            .withKey(key))
                    : accepted;
        });

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text()).contains("table of job pieces");
        assertThat(engine.call(Call.of("GET", "/v1/jobs?status=failed").withKey(key))
                        .text())
                .contains("plan_limit_reached", "Once there is room, retry the job");
    }

    @Test
    void tables_askedByTheOperator_namesTheLargestWorkspaces() {
        String large = engine.admin().createWorkspace("large", "wide").call().id();
        String key = engine.admin().createKey(large, "k").call().secret().orElseThrow();
        String other = key(engine, "wide");
        for (int i = 0; i < 5; i++) {
            create(key);
        }
        create(other);

        TableUse resources = engine.admin().tables().call().stream()
                .filter(table -> table.name().equals("resources"))
                .findAny()
                .orElseThrow();

        assertThat(resources.rows()).isEqualTo(6);
        assertThat(resources.rowsMax()).isEqualTo(10_000);
        assertThat(resources.bytes()).isPositive().isLessThan(resources.bytesMax());
        assertThat(resources.workspaces()).extracting(TableUse.Holder::rows).containsExactly(5L, 1L);
        assertThat(resources.workspaces().get(0).workspaceId()).isEqualTo(large);
        assertThat(resources.workspaces().get(0).bytes()).isPositive();
        assertThat(engine.call(Call.of("GET", "/metrics")).text())
                .contains("plinth_table_largest_workspace_rows{table=\"resources\",rank=\"1\"} 5")
                .contains("plinth_table_largest_workspace_rows{table=\"resources\",rank=\"2\"} 1");
    }

    @Test
    void revokedKey_30DaysLater_isGone() {
        String key = key(engine, "wide");
        String id = engine.client(key).keys().create("old").call().id();
        Call get = Call.of("GET", "/v1/keys/" + id).withKey(key);
        engine.call(Call.of("DELETE", "/v1/keys/" + id).withKey(key));
        clock.advance(Duration.ofDays(29));
        assertThat(engine.call(get).text()).contains("\"status\":\"revoked\"");

        clock.advance(Duration.ofDays(2));

        assertThat(engine.call(get).status()).isEqualTo(404);
        assertThat(engine.sweptRows().get("revoked keys")).isPositive();
        assertThat(engine.call(Call.of("GET", "/v1/keys").withKey(key)).text()).doesNotContain("\"old\"");
    }

    @Test
    void outgrownTables_ofThePlansAndTheUsualTables_namesNoStarter() {
        try (Engine usual = Engine.builder().open()) {
            assertThat(usual.outgrownTables().orElseThrow())
                    .contains("plan pro (6048000 jobs, room for 630000)", "plan business (60480000 jobs,")
                    .contains("tables for 96000000 resources (--max-resources)")
                    .doesNotContain("starter");
        }
    }

    @Test
    void share_ofATableThatThereIsNot_isRefusedAtTheStart() {
        assertThatThrownBy(() -> Engine.builder()
                        .plan(Plan.perMinute("odd", 1).withShare("event", new TableShare(1, 1)))
                        .open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Plan odd has a share of the table \"event\"")
                .hasMessageContaining("events");
    }

    private Reply untilRefused(IntFunction<Function<Engine, Reply>> call) {
        for (int i = 0; i < ROUNDS_MAX; i++) {
            Reply reply = call.apply(i).apply(engine);
            if (reply.status() >= 300) {
                return reply;
            }
        }
        throw new AssertionError("Expected a refusal within " + ROUNDS_MAX + " calls, but all were taken");
    }

    private Reply create(String key) {
        return engine.call(Call.of("POST", "/v1/resources").withKey(key).withBody(Json.of("{\"name\":\"r\"}")));
    }

    private static String key(Engine engine, String plan) {
        String workspace = engine.admin().createWorkspace("w", plan).call().id();
        return engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
    }

    /** Calls that add rows to a table until it, or one before it, has no more. */
    enum Attack {
        EVENTS("events") {
            @Override
            Call of(int number) {
                return Call.of("POST", "/v1/events").withBody(Json.of("{\"type\":\"a.b\",\"data\":{}}"));
            }
        },
        RESOURCES("resources") {
            @Override
            Call of(int number) {
                return Call.of("POST", "/v1/resources").withBody(Json.of("{\"name\":\"r\"}"));
            }
        },
        LARGE_RESOURCES("resources") {
            @Override
            Call of(int number) {
                return Call.of("POST", "/v1/resources")
                        .withBody(Json.of("{\"name\":\"r\",\"data\":{\"text\":\"" + "x".repeat(20_000) + "\"}}"));
            }
        },
        KEYS("keys") {
            @Override
            Call of(int number) {
                return Call.of("POST", "/v1/keys").withBody(Json.of("{\"name\":\"k\"}"));
            }
        },
        JOBS("jobs") {
            @Override
            Call of(int number) {
                return Call.of("POST", "/v1/jobs").withBody(Json.of("{\"type\":\"work\",\"input\":{}}"));
            }
        },
        LARGE_JOBS("job pieces") {
            @Override
            Call of(int number) {
                return Call.of("POST", "/v1/jobs")
                        .withBody(Json.of("{\"type\":\"work\",\"input\":{\"text\":\"" + "x".repeat(10_000) + "\"}}"));
            }
        },
        REMEMBERED("remembered") {
            @Override
            Call of(int number) {
                return Call.of("POST", "/v1/resources/res_00000000000000000000000000/pause")
                        .withHeader("Idempotency-Key", "k" + number);
            }
        };

        private final String table;

        Attack(String table) {
            this.table = table;
        }

        abstract Call of(int number);

        Function<Engine, Reply> call(String key, int number) {
            return engine -> {
                Reply reply = engine.call(of(number).withKey(key));
                boolean isRemembered = this == REMEMBERED && reply.status() == 404;
                return isRemembered ? Reply.of(200, reply.headers(), reply.body()) : reply;
            };
        }

        /** The call of a workspace that wants little. */
        Function<Engine, Reply> honest(String key, int number) {
            return switch (this) {
                case LARGE_RESOURCES -> RESOURCES.call(key, number);
                case LARGE_JOBS -> JOBS.call(key, number);
                default -> call(key, number);
            };
        }
    }
}
