package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.LeasedJob;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A worker's job succeeds together with the operations of its completion, or neither happens. */
final class LeaseOperationsTest {
    private static final String NOWHERE = "res_00000000000000000000000000";
    private static final Json RESULT = Json.of("{\"pages\":12}");
    private static final BatchOperation CREATE = BatchOperation.post("/v1/resources", Json.of("{\"name\":\"r\"}"));
    private static final BatchOperation CHILD =
            BatchOperation.post("/v1/resources/{{0.id}}/children", Json.of("{\"name\":\"c\"}"));

    private final TestEngine store = TestEngine.open(
            builder -> builder.plan(Plan.perMinute("tight", 100).withShare("resources", new TableShare(2, 1_000_000))));

    @AfterEach
    void close() {
        store.close();
    }

    private PlinthClient client() {
        return store.engine().client(store.key());
    }

    private LeasedJob leased() {
        String unused = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}");
        return client().leases().take("elsewhere").call().get(0);
    }

    private Job complete(LeasedJob leased, BatchOperation... operations) {
        return client().leases()
                .complete(leased.job().id(), leased.leaseToken(), RESULT, List.of(operations))
                .call();
    }

    @Test
    void complete_withOperations_makesAllOfThem() {
        Job done = complete(leased(), CREATE, CHILD);

        assertThat(done.status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(done.result()).contains(RESULT);
        assertThat(store.rows("resources")).isOne();
        assertThat(store.rows("children")).isOne();
    }

    @Test
    void complete_oneOperationRefused_nothingHappensAndTheLeaseIsHeld() {
        LeasedJob leased = leased();

        assertThatThrownBy(() -> complete(leased, CREATE, BatchOperation.post("/v1/resources/" + NOWHERE + "/archive")))
                .isInstanceOfSatisfying(PlinthException.class, refused -> {
                    assertThat(refused.code()).isEqualTo("not_found");
                    assertThat(refused.problem().operation()).isOne();
                });

        assertThat(store.rows("resources")).isZero();
        assertThat(client().job(leased.job().id()).call().status()).isEqualTo(JobStatus.RUNNING);
        assertThat(complete(leased, CREATE).status()).isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void complete_operationForWhoseRowsIsNoRoom_isNamed() {
        store.use(store.newKey(
                store.engine().admin().createWorkspace("w", "tight").call().id()));
        String path = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"a\"}");
        LeasedJob leased = leased();

        assertThatThrownBy(
                        () -> complete(leased, BatchOperation.patch(path, Json.of("{\"name\":\"b\"}")), CREATE, CREATE))
                .isInstanceOfSatisfying(PlinthException.class, refused -> {
                    assertThat(refused.code()).isEqualTo("plan_limit_reached");
                    assertThat(refused.problem().operation()).isEqualTo(2);
                });
        assertThat(store.rows("resources")).isOne();
    }

    @Test
    void complete_operationOnAnotherWorkspacesResourceOrVersion_nothingHappens() {
        String own = store.make("/v1/resources", "{\"name\":\"own\"}");
        String key = store.key();
        store.use(store.newKey(store.newWorkspace("other")));
        String foreign = store.make("/v1/resources", "{\"name\":\"foreign\"}");
        store.use(key);
        LeasedJob leased = leased();

        assertThatThrownBy(() -> complete(leased, CREATE, BatchOperation.delete("/v1/resources/" + foreign)))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("not_found"));
        BatchOperation stale =
                BatchOperation.post("/v1/resources/" + own + "/pause").ifVersion(2);
        assertThatThrownBy(() -> complete(leased, CREATE, stale))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("precondition_failed"));

        assertThat(store.rows("resources")).isEqualTo(2);
        assertThat(client().job(leased.job().id()).call().status()).isEqualTo(JobStatus.RUNNING);
    }

    @Test
    void complete_afterTheLeaseHasLapsed_nothingHappens() {
        LeasedJob leased = leased();
        store.pass(Duration.ofMinutes(2));

        assertThatThrownBy(() -> complete(leased, CREATE))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("lease_lost"));

        assertThat(store.rows("resources")).isZero();
    }

    @Test
    void complete_twice_makesItsOperationsOnce() {
        LeasedJob leased = leased();
        Job unused = complete(leased, CREATE);

        assertThatThrownBy(() -> complete(leased, CREATE))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("lease_lost"));

        assertThat(store.rows("resources")).isOne();
    }

    @Test
    void complete_operationBeyondTheScopesOfTheKey_nothingHappens() {
        LeasedJob leased = leased();
        String workspace = client().workspace().call().id();
        store.use(store.engine()
                .admin()
                .createKey(workspace, NewKey.of("worker").withScopes(Scope.JOBS_WRITE))
                .call()
                .secret()
                .orElseThrow());

        assertThatThrownBy(() -> complete(leased, CREATE))
                .isInstanceOfSatisfying(
                        PlinthException.class,
                        refused -> assertThat(refused.code()).isEqualTo("insufficient_scope"));

        assertThat(store.rows("resources")).isZero();
        Job done = client().leases()
                .complete(leased.job().id(), leased.leaseToken(), RESULT)
                .call();
        assertThat(done.status()).isEqualTo(JobStatus.SUCCEEDED);
    }
}
