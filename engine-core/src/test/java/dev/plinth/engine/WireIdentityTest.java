package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.WireIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The base of problems, the realm and the user agent are the host's, wherever they are shown. */
final class WireIdentityTest {
    private static final String BASE = "https://acme.example/errors#";
    private static final String TYPE = "\"type\":\"" + BASE;
    private static final WireIdentity ACME = WireIdentity.DEFAULT
            .withProblemBase(BASE)
            .withRealm("Acme API")
            .withUserAgent("Acme-Webhooks/7 (+https://acme.example)");

    private final AtomicReference<WireIdentity> identity = new AtomicReference<>(ACME);

    @TempDir
    private Path directory;

    private void settings(EngineBuilder builder) {
        builder.identity(identity.get()).jobHandler("fails", job -> {
            throw new JobFailure("no font", "There is no font.", false);
        });
    }

    @Test
    void problems_ofEachDoor_haveTheBaseOfTheHost() {
        try (TestEngine store = TestEngine.open(this::settings)) {
            Engine engine = store.engine();
            String workspace = store.newWorkspace("other");

            assertThat(store.call("GET", "/v1/jobs/x").text()).contains(TYPE + "not_found\"");
            assertThat(store.call("GET", "/elsewhere").text()).contains(TYPE + "route_not_found\"");
            assertThat(engine.refusal("malformed_request", "No.").text()).contains(TYPE + "malformed_request\"");
            assertThat(engine.guard()
                            .handle(Call.of("POST", "/mine"), request -> engine.refusal("not_found", "No."))
                            .text())
                    .contains(TYPE + "unauthenticated\"");
            assertThatExceptionOfType(PlinthException.class)
                    .isThrownBy(() -> engine.workspace(workspace).job("x").call())
                    .satisfies(refused -> assertThat(refused.problem().type()).isEqualTo(BASE + "not_found"));
            assertThatExceptionOfType(PlinthException.class)
                    .isThrownBy(() -> engine.transact("x", unit -> null))
                    .satisfies(refused -> assertThat(refused.problem().type()).isEqualTo(BASE + "not_found"));
            assertThatExceptionOfType(PlinthException.class)
                    .isThrownBy(() -> engine.idempotent("x", "k", "f", () -> Json.EMPTY_OBJECT))
                    .satisfies(refused -> assertThat(refused.problem().type()).isEqualTo(BASE + "not_found"));
            assertThat(engine.call(Call.of("GET", "/openapi.json")).text())
                    .contains(TYPE + "rate_limited\"")
                    .doesNotContain("plinth.dev/problems");
        }
    }

    @Test
    void problems_inJobs_haveTheBaseOfTheHost() throws Exception {
        try (TestEngine store = TestEngine.open(this::settings)) {
            PlinthClient client = store.engine().client(store.key());
            String failing = client.startJob("fails", Json.EMPTY_OBJECT).call().jobId();
            String bulk = store.make("/v1/resources/bulk", "{\"operations\":[{\"action\":\"pause\",\"id\":\"x\"}]}");
            String leased = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}");
            String lease = store.call("POST", "/v1/jobs/lease", "{\"types\":[\"elsewhere\"]}")
                    .text()
                    .replaceAll(".*\"leaseToken\":\"(\\w+)\".*", "$1");

            String reported = store.call(
                            "POST",
                            "/v1/jobs/" + leased + "/fail",
                            "{\"leaseToken\":\"" + lease
                                    + "\",\"error\":{\"code\":\"lost\",\"detail\":\"d\"},\"retryable\":false}")
                    .text();

            assertThat(reported).contains(TYPE + "lost\"");
            assertThat(client.awaitJob(failing, Duration.ofMinutes(1)).json().toString())
                    .contains(TYPE + "no%20font\"");
            assertThat(client.awaitJob(bulk, Duration.ofMinutes(1)).json().toString())
                    .contains(TYPE + "not_found\"");
        }
    }

    @Test
    void job_whoseLeasesLapse_hasTheBaseOfTheHost() {
        try (TestEngine store = TestEngine.open(this::settings)) {
            String job = store.make("/v1/jobs", "{\"type\":\"elsewhere\",\"input\":{}}");
            for (int lapse = 0; lapse < 3; lapse++) {
                store.call("POST", "/v1/jobs/lease", "{\"types\":[\"elsewhere\"],\"leaseSeconds\":1}");
                store.pass(Duration.ofSeconds(2));
            }

            assertThat(store.text("/v1/jobs/" + job)).contains(TYPE + "lease_lapsed\"");
        }
    }

    @Test
    void challenge_hasTheRealmOfTheHost() {
        try (TestEngine store = TestEngine.open(this::settings)) {
            Reply none = store.engine().call(Call.of("GET", "/v1/jobs"));
            Reply wrong = store.engine().call(Call.of("GET", "/v1/jobs").withKey("sk_live_x"));

            assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"Acme API\"");
            assertThat(wrong.header("WWW-Authenticate"))
                    .isEqualTo("Bearer realm=\"Acme API\", error=\"invalid_token\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, Acme-Webhooks/7 (+https://acme.example)", "false, Plinth-Webhooks/0.1.0"})
    void webhook_hasTheUserAgentOfTheHost(boolean isChosen, String expected) {
        identity.set(isChosen ? ACME : WireIdentity.DEFAULT);
        try (TestEngine store = TestEngine.open(this::settings)) {
            String endpoint = store.endpoint();
            Reply tested = store.call("POST", "/v1/webhook-endpoints/" + endpoint + "/test");

            assertThat(tested.text()).contains("\"delivered\":true");
            assertThat(store.lastHeader("User-Agent")).isEqualTo(expected);
        }
    }

    @Test
    void storedProblems_afterAnotherBaseWasChosen_stayAsTheyWere() throws Exception {
        String body = "{\"type\":\"elsewhere\",\"input\":{},\"resourceId\":\"res_00000000000000000000000000\"}";
        try (TestEngine store = TestEngine.open(builder -> settings(builder.directory(directory)))) {
            Reply first = store.keyed("k", "POST", "/v1/jobs", body);
            String job = store.make("/v1/jobs", "{\"type\":\"fails\",\"input\":{}}");
            String failed = store.engine()
                    .client(store.key())
                    .awaitJob(job, Duration.ofMinutes(1))
                    .json()
                    .toString();
            identity.set(WireIdentity.DEFAULT);
            store.reopen();

            Reply again = store.keyed("k", "POST", "/v1/jobs", body);

            assertThat(first.status()).isEqualTo(404);
            assertThat(first.text()).contains(TYPE + "not_found\"");
            assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
            assertThat(again.body()).isEqualTo(first.body());
            assertThat(failed).contains(TYPE);
            assertThat(store.text("/v1/jobs/" + job)).isEqualTo(failed);
            assertThat(store.keyed("other", "POST", "/v1/jobs", body).text())
                    .contains("\"type\":\"https://plinth.dev/problems/not_found\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://a.example/p/", "urn:acme:problem:", "https://a.example/?code=", "tag:a,2026:p#"})
    void problemBase_thatIsAUriBeforeACode_isTaken(String base) {
        assertThat(WireIdentity.DEFAULT.withProblemBase(base).problemBase()).isEqualTo(base);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/problems/", "https://a.example/p", "https://a example/", "https://a.example/\"/", "é:"})
    void problemBase_ofAnotherForm_isRefused(String base) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WireIdentity.DEFAULT.withProblemBase(base))
                .withMessageStartingWith(
                        "identity.problemBase (problem-base) must be an absolute URI of 1 to 200 characters")
                .withMessageEndingWith(". Correct it, or leave it out.");
    }

    @Test
    void names_outsideTheirBounds_areRefused() {
        assertThat(WireIdentity.DEFAULT.withRealm("a".repeat(100)).realm()).hasSize(100);
        assertThat(WireIdentity.DEFAULT.withUserAgent("a".repeat(200)).userAgent())
                .isPresent();
        for (String realm : new String[] {"", "a\"b", "a\\b", "a\r\nb", "a".repeat(101)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WireIdentity.DEFAULT.withRealm(realm))
                    .withMessageContaining("identity.realm (realm) must be 1 to 100 printable");
        }
        for (String agent : new String[] {"", " a", "a ", "a\nb: c", "a".repeat(201)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WireIdentity.DEFAULT.withUserAgent(agent))
                    .withMessageContaining("identity.userAgent (webhook-user-agent) must be 1 to 200 printable");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WireIdentity.DEFAULT.withProblemBase("https://a.example/" + "a".repeat(200) + "/"));
    }
}
