package dev.plinth.engine.internal.wire;

import dev.plinth.engine.api.ManualClock;
import dev.plinth.engine.api.Plan;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Decision;
import dev.plinth.engine.internal.base.Outcome;
import dev.plinth.engine.internal.base.Times;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.metrics.Exposition;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.quota.PolicyQuota;
import dev.plinth.engine.internal.quota.Quota;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.StoreFigures;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the commands on the engine itself: health, the rate limit's state, the test clock. */
final class SystemDecoders {
    static final long ADVANCE_SECONDS_MAX = 366L * 86_400;
    private static final int LARGEST_WORKSPACES = 10;

    private final Store store;
    private final Quotas quotas;
    private final @Nullable ManualClock testClock;
    private final Runnable reset;
    private final Supplier<byte[]> figures;
    private final OpenApi openApi;
    private final FrontPage frontPage;
    private final Supplier<Optional<String>> webhookProblem;

    SystemDecoders(
            Store store,
            Quotas quotas,
            @Nullable ManualClock testClock,
            Runnable reset,
            Supplier<byte[]> figures,
            Pages pages,
            Supplier<Optional<String>> webhookProblem) {
        this.store = store;
        this.quotas = quotas;
        this.testClock = testClock;
        this.reset = reset;
        this.figures = figures;
        this.openApi = pages.openApi();
        this.frontPage = pages.frontPage();
        this.webhookProblem = webhookProblem;
    }

    /** Documents that the engine serves. */
    record Pages(OpenApi openApi, FrontPage frontPage) {}

    boolean hasTestClock() {
        return testClock != null;
    }

    Command rateLimit(Request request) {
        return Input.of(request).checked((Command.Query) context -> {
            Quota quota = quotas.inspect(context.caller());
            Plan plan = quota.plan();
            JsonBytes json = new JsonBytes()
                    .open()
                    .member("plan", plan.name())
                    .name("policies")
                    .openArray();
            policy(
                    json,
                    RatePolicy.of(plan.name(), plan.requests(), plan.windowSeconds()),
                    quota.remaining(),
                    quota.nextUnitSeconds());
            for (PolicyQuota other : quota.others()) {
                if (other.isShown()) {
                    policy(json, other.policy(), other.remaining(), other.nextUnitSeconds());
                }
            }
            return Outcome.Done.ok(json.closeArray().close().bytes());
        });
    }

    private static void policy(JsonBytes json, RatePolicy policy, long remaining, long resetSeconds) {
        json.open()
                .member("name", policy.name())
                .member("limit", policy.requests())
                .member("windowSeconds", policy.windowSeconds())
                .member("remaining", remaining)
                .member("resetSeconds", resetSeconds)
                .close();
    }

    Command live(Request request) {
        return Input.of(request)
                .checked((Command.Query) context -> failed().orElseGet(() -> health("live", 200, null)));
    }

    Command ready(Request request) {
        return Input.of(request).checked((Command.Query) context -> failed().orElseGet(() ->
                store.isWritable() ? health("ready", 200, problem()) : health("journal_failed", 503, null)));
    }

    /** Returns the answer of both routes once the engine lacks memory or a thread. */
    private Optional<Outcome> failed() {
        return store.fatalErrors().failure().map(sentence -> health("failed", 503, sentence));
    }

    /**
     * Makes the command for the figures. They are read beside the rows of the question, so that a busy writer does not
     * make it start again.
     */
    Command metrics(Request request) {
        return Input.of(request)
                .checked((Command.Query) context -> new Outcome.Page(figures.get(), Exposition.CONTENT_TYPE, null));
    }

    /** Makes the command for the use of the tables. It is read beside the rows of the question, like the figures. */
    Command tables(Request request) {
        return Input.of(request).checked((Command.Query) context -> {
            JsonBytes json = new JsonBytes().open().name("data").openArray();
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
            return Outcome.Done.ok(json.closeArray().close().bytes());
        });
    }

    Command openApi(Request request) {
        return Input.of(request).checked((Command.Query) context -> Outcome.Done.ok(openApi.document()));
    }

    Command root(Request request) {
        Outcome page = frontPage.answer(request.headers().accept());
        return Input.of(request).checked((Command.Query) context -> page);
    }

    Command clock(Request request) {
        return Input.of(request).checked((Command.Query) context -> now());
    }

    Command advance(Request request) {
        Input input = Input.of(request);
        Long seconds = input.body().whole("seconds", 0, ADVANCE_SECONDS_MAX);
        if (!input.body().has("seconds")) {
            input.body().missing("seconds", "a whole number of seconds from 0 to " + ADVANCE_SECONDS_MAX);
        }
        return input.checked((Command.HostCall) context -> {
            if (testClock != null && seconds != null) {
                testClock.advance(Duration.ofSeconds(seconds));
            }
            return later -> Decision.nothing(now());
        });
    }

    Command reset(Request request) {
        return Input.of(request).checked((Command.HostCall) context -> {
            reset.run();
            return later -> Decision.nothing(now());
        });
    }

    private Outcome.Done now() {
        long now = testClock == null ? 0 : testClock.epochMillis();
        return Outcome.Done.ok(
                new JsonBytes().open().member("now", Times.text(now)).close().bytes());
    }

    /** Returns what is wrong with webhooks and the clock, or null. */
    private @Nullable String problem() {
        String clock = store.clockFault();
        String webhooks = webhookProblem.get().orElse(null);
        return webhooks == null ? clock : clock == null ? webhooks : webhooks + " " + clock;
    }

    private Outcome health(String status, int code, @Nullable String detail) {
        byte[] body = new JsonBytes()
                .open()
                .member("status", status)
                .member("durability", store.durability().name().toLowerCase(Locale.ROOT))
                .optional("detail", detail)
                .close()
                .bytes();
        return new Outcome.Done(code, body, null, null, 0, false);
    }
}
