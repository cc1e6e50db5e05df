package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.settings.ManualClock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what the product page says, over HTTP, statement by statement; and then all of it in process, to the same bytes. */
final class ProductPageTest {
    private static final long SEED = 20_250_101;

    private final Gate gate = new Gate();

    /** The verifier of the webhook library compares timestamps with the real time, so the clock has to stand there. */
    private final Instant start = Instant.now();

    @RegisterExtension
    final PlinthExtension plinth = PlinthExtension.builder()
            .startingAt(start)
            .seed(SEED)
            .engine(ProductPage.host(gate))
            .build();

    private ProductPage page;

    @BeforeEach
    void open(PlinthServer server, ManualClock clock, WebhookSink sink) {
        page = new ProductPage(Door.overHttp(server.uri()), clock, sink, gate);
    }

    @Test
    @DisplayName(
            "The primary resource is the central object in the platform. Everything else either belongs to a resource"
                    + " or operates on one.")
    void primaryResource_childAndJob_belongToIt() {
        page.everythingBelongsToAResource();
    }

    @Test
    @DisplayName("A resource has: id (prefixed res_), status — one of active, paused, or archived")
    void resource_created_hasPrefixedIdAndOneOfThreeStatuses() {
        page.aResourceHasAnIdAndAStatus();
    }

    @Test
    @DisplayName("Resources are scoped to your workspace, which means they are not shared across accounts unless you"
            + " explicitly configure sharing.")
    void resource_ofAnotherWorkspace_isSeenOnlyWhileShared() {
        page.resourcesAreScopedToAWorkspace();
    }

    @Test
    @DisplayName(
            "A single [primary resource] can have many [secondary resources], but each [secondary resource] belongs to"
                    + " exactly one [primary resource].")
    void secondaryResource_created_belongsToExactlyOnePrimaryResource() {
        page.aChildBelongsToOneResource();
    }

    @Test
    @DisplayName(
            "401. / 422 with a description of what's wrong. / job_id and processes asynchronously. / id and a status.")
    void request_onItsWay_isAnsweredAsThePageSays() {
        page.aRequestIsAnsweredStepByStep();
    }

    @Test
    @DisplayName(
            "Synchronous: response includes the resource directly, you already have it. Asynchronous: response includes"
                    + " job_id, poll /jobs/{job_id} or use webhooks.")
    void operation_asynchronous_isPolledByItsJobId() {
        page.someOperationsAreAsynchronous();
    }

    @Test
    @DisplayName(
            "Webhooks let the platform notify your server when something happens — a resource changes status, a job"
                    + " completes, a payment is processed. All webhook payloads share a common envelope. Configure your webhook"
                    + " endpoint in Settings → Webhooks.")
    void webhook_somethingHappened_arrivesSignedInTheCommonEnvelope() {
        page.webhooksNotifyTheServer();
    }

    @Test
    @DisplayName(
            "The API is rate-limited per workspace. Starter 60, Pro 600, Business 6,000 requests per minute. When you"
                    + " exceed your limit, the API returns a 429 Too Many Requests response with a Retry-After header indicating how"
                    + " many seconds to wait.")
    void rateLimit_exceeded_says429AndHowManySecondsToWait() {
        page.limitsVaryByPlan();
    }

    @Test
    @DisplayName(
            "If the same key is sent twice within 24 hours, the second request returns the result of the first without"
                    + " re-executing the operation.")
    void idempotencyKey_sentTwiceWithin24Hours_returnsTheFirstResult() {
        page.anIdempotencyKeyExecutesOnce();
    }

    @Test
    @DisplayName(
            "curl -X POST https://api.yourdomain.com/v1/resources -H \"Idempotency-Key: a-unique-key-you-generate\""
                    + " -H \"Authorization: Bearer $YOUR_PRODUCT_API_KEY\" -d '{ \"name\": \"My resource\" }'")
    void curlLine_asPrinted_createsTheResource() {
        page.theCurlLineWorks();
    }

    @Test
    void wholePage_overHttpAndInProcess_givesTheSameStatusesHeadersAndBytes() {
        try (WebhookSink sink = WebhookSink.open()) {
            Run http = run(true, sink);
            Run process = run(false, sink);

            assertThat(http.exchanges()).hasSizeGreaterThan(100);
            assertThat(process.exchanges()).containsExactlyElementsOf(http.exchanges());
            assertThat(http.webhooks()).hasSize(5);
            assertThat(process.webhooks()).containsExactlyElementsOf(http.webhooks());
        }
    }

    private Run run(boolean overHttp, WebhookSink sink) {
        Gate own = new Gate();
        int before = sink.received().size();
        PlinthTestServer.Builder settings =
                PlinthTestServer.builder().startingAt(start).seed(SEED).engine(ProductPage.host(own));
        try (PlinthTestServer plinth = settings.start()) {
            RecordingDoor door =
                    new RecordingDoor(overHttp ? Door.overHttp(plinth.uri()) : Door.inProcess(plinth.engine()));
            new ProductPage(door, plinth.clock(), sink, own).allStatements();
            return new Run(
                    door.exchanges(),
                    sink.received().subList(before, sink.received().size()));
        }
    }

    private record Run(List<RecordingDoor.Exchange> exchanges, List<ReceivedWebhook> webhooks) {}
}
