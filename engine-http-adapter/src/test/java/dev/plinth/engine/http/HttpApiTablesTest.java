package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Scope;
import dev.plinth.engine.http.call.FramingLimits;
import dev.plinth.engine.http.connection.Addresses;
import dev.plinth.engine.http.connection.Deadlines;
import dev.plinth.engine.http.program.LogCommand;
import dev.plinth.engine.http.program.StoreCommand;
import dev.plinth.engine.http.program.TransferCommand;
import dev.plinth.engine.http.program.Words;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.webhook.send.SendLimitsInside;
import dev.plinth.engine.server.StreamPlaces;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.Plan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Compares the tables of {@code docs/http-api.md} with the code, and holds its words to the rules. */
class HttpApiTablesTest {
    private static final int WORDS_MAX = 25;
    private static final int KIB = 1024;
    private static final Pattern NUMBER = Pattern.compile("(\\d[\\d,]*)( KiB| MiB)?");
    private static final Pattern STATUS_AND_CODE = Pattern.compile("\\b(\\d{3}) `([a-z_]+)`");
    private static final Pattern LINK = Pattern.compile("\\[[^]]+]\\(([^)]*)\\)");

    /** Words without a clear actor, and beginnings that are neither a verb nor a noun. */
    private static final Pattern VAGUE = Pattern.compile(
            "\\b(?:[Ss]omebody|[Nn]obody|[Aa]nybody|[Ww]hoever|[Ww]ho)\\b|^(?:What|Where|One|Of|Those)\\b");

    private static HttpApiPage page;
    private static DescribedApi api;

    @BeforeAll
    static void read() throws IOException {
        page = HttpApiPage.read();
        try (LiveServer server = LiveServer.start()) {
            api = DescribedApi.of(server.engine(), Set.of());
        }
    }

    @Test
    void codes_areThoseOfTheServer() {
        List<List<String>> served = Arrays.stream(ProblemCode.values())
                .map(code -> List.of(
                        Integer.toString(code.status()),
                        "`" + code.wireName() + "`",
                        yes(code.retryable()),
                        yes(code.remembered())))
                .toList();
        assertThat(page.table("Status").rows().stream().map(row -> row.subList(0, 4)))
                .containsExactlyInAnyOrderElementsOf(served);
    }

    private static String yes(boolean is) {
        return is ? "yes" : "no";
    }

    @Test
    void codes_namedWithAStatus_haveIt() throws IOException {
        Matcher named = STATUS_AND_CODE.matcher(Files.readString(page.file()));
        int found = 0;
        while (named.find()) {
            assertThat(ProblemCode.valueOf(named.group(2).toUpperCase(Locale.ROOT))
                            .status())
                    .as(named.group())
                    .hasToString(named.group(1));
            found++;
        }
        assertThat(found).isGreaterThan(20);
    }

    @Test
    void scopes_areThoseOfTheServer() {
        assertThat(page.table("Scope").names())
                .containsExactlyElementsOf(Arrays.stream(Scope.values())
                        .filter(scope -> scope != Scope.UNKNOWN)
                        .map(Scope::wireName)
                        .toList());
    }

    @Test
    void plans_areThoseOfTheServer() {
        Map<String, List<String>> shown = page.table("Plan").byName();
        Plans plans = new Plans(List.of());
        assertThat(shown.keySet()).containsExactlyInAnyOrderElementsOf(plans.names());
        for (String name : plans.names()) {
            Plan plan = plans.of(name);
            assertThat(plan.window()).isEqualTo(Duration.ofMinutes(1));
            assertThat(plan.resourcesMax()).isEqualTo(Plan.UNLIMITED);
            assertThat(shown.get(name).subList(1, 5))
                    .containsExactly(
                            text(plan.requests()), text(plan.endpointsMax()), text(plan.queuedJobsMax()), "any number");
        }
    }

    private static String text(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    @Test
    void limits_areThoseOfTheServer() {
        Map<String, List<Integer>> served = limits();
        Map<String, List<Integer>> shown = new HashMap<>();
        page.table("Limit").rows().forEach(row -> shown.put(row.get(0), numbers(row.get(1))));
        assertThat(shown).isEqualTo(served);
    }

    private static List<Integer> numbers(String text) {
        List<Integer> numbers = new ArrayList<>();
        for (MatchResult number : NUMBER.matcher(text).results().toList()) {
            String unit = String.valueOf(number.group(2));
            int factor = unit.equals(" KiB") ? KIB : unit.equals(" MiB") ? KIB * KIB : 1;
            numbers.add(Integer.parseInt(number.group(1).replace(",", "")) * factor);
        }
        return numbers;
    }

    private static Map<String, List<Integer>> limits() {
        Map<String, List<Integer>> limits = new HashMap<>();
        limits.put("body", List.of(Limits.BODY_BYTES_MAX));
        limits.put("operations of a batch", List.of(Limits.BATCH_OPERATIONS_MAX));
        limits.put("results of a batch under an `Idempotency-Key`", List.of(Limits.BATCH_ANSWER_BYTES_MAX));
        limits.put("rows that a batch writes", List.of(Limits.BATCH_ROWS_MAX));
        limits.put("body of a bulk call", List.of(Limits.BULK_BODY_BYTES_MAX));
        limits.put("operations of a bulk call", List.of(Limits.BULK_OPERATIONS_MAX));
        limits.put("levels of JSON in a body", List.of(Limits.JSON_DEPTH_MAX));
        limits.put("values of JSON in a body", List.of(Limits.BODY_VALUES_MAX));
        limits.put(
                "request line; one header; all headers",
                List.of(
                        FramingLimits.REQUEST_LINE_BYTES_MAX,
                        FramingLimits.HEADER_LINE_BYTES_MAX,
                        FramingLimits.HEADER_BYTES_MAX));
        limits.put("headers of a request", List.of(FramingLimits.HEADERS_MAX));
        limits.put(
                "seconds for the headers, for the body, between two requests",
                Stream.of(Deadlines.STANDARD.headers(), Deadlines.STANDARD.body(), Deadlines.STANDARD.idle())
                        .map(Duration::toSecondsPart)
                        .toList());
        limits.put(
                "bytes of a body in a second, on an average after 10 seconds",
                List.of(FramingLimits.BODY_BYTES_PER_SECOND_MIN));
        limits.put("seconds in which 64 KiB of an answer have to be taken", List.of((int)
                Deadlines.STANDARD.write().toSeconds()));
        limits.put("size line of a chunk, extensions included", List.of(FramingLimits.CHUNK_LINE_BYTES_MAX));
        limits.put(
                "connections, and of one address (IPv6: of one /64)",
                List.of(FramingLimits.CONNECTIONS_MAX, Addresses.CONNECTIONS_PER_ADDRESS_DEFAULT));
        limits.put(
                "calls with a bad credential from one address in a minute",
                List.of(Addresses.FAILURES_PER_MINUTE_DEFAULT));
        limits.put("open streams of a workspace", List.of(StreamPlaces.WORKSPACE_MAX));
        limits.put("`name`", List.of(Limits.NAME_LENGTH_MAX));
        limits.put("`description`", List.of(Limits.DESCRIPTION_LENGTH_MAX));
        limits.put("`data` of a resource, a child, an event", List.of(Limits.DATA_BYTES_MAX));
        limits.put(
                "`metadata`: pairs, a key, a value",
                List.of(Limits.METADATA_PAIRS_MAX, Limits.METADATA_KEY_LENGTH_MAX, Limits.METADATA_VALUE_LENGTH_MAX));
        limits.put("items of a page", List.of(Limits.PAGE_ITEMS_MAX));
        limits.put("bytes of the items of a page", List.of(Limits.PAGE_BYTES_MAX));
        limits.put("errors in one answer", List.of(Limits.ERRORS_MAX));
        limits.put("idempotency key", List.of(Limits.IDEMPOTENCY_KEY_LENGTH_MAX, Limits.IDEMPOTENCY_HOURS));
        limits.put("`wait`", List.of(Limits.WAIT_SECONDS_MAX));
        limits.put("attempts of a job", List.of(Limits.JOB_ATTEMPTS_MAX));
        limits.put(
                "types, jobs and seconds of a lease",
                List.of(Limits.LEASE_TYPES_MAX, Limits.LEASE_JOBS_MAX, Limits.LEASE_SECONDS_MAX));
        limits.put("result of a synchronous operation", List.of(Limits.HOST_RESULT_BYTES_MAX));
        limits.put("result of a job in its event", List.of(Limits.JOB_RESULT_IN_EVENT_BYTES_MAX));
        limits.put("old secrets in grace, of a key or an endpoint", List.of(Limits.OLD_SECRETS_MAX));
        limits.put(
                "types and `headers` of an endpoint",
                List.of(
                        api.bound("NewWebhookEndpoint", "types", "maxItems"),
                        api.bound("NewWebhookEndpoint", "headers", "maxProperties")));
        limits.put(
                "webhook attempts in flight at an endpoint that has not answered yet",
                List.of(Limits.DELIVERIES_RUNNING_PER_ENDPOINT_FIRST));
        limits.put(
                "`maxPerSecond` of an endpoint: if absent, at most",
                List.of(
                        Limits.DELIVERIES_PER_SECOND_DEFAULT,
                        api.bound("NewWebhookEndpoint", "maxPerSecond", "maximum")));
        limits.put("webhooks a second to a host, if the operator sets none", List.of((int)
                EngineSetting.WEBHOOK_HOST_RATE.byDefault()));
        limits.put(
                "failed attempts in a row from which on an endpoint gets one at a time",
                List.of(Limits.DELIVERY_FAILURES_IN_A_ROW_MAX));
        limits.put("`url` of an endpoint", List.of(api.bound("NewWebhookEndpoint", "url", "maxLength")));
        limits.put(
                "`graceSeconds` of an endpoint and of a key",
                List.of(
                        api.bound("SecretRotation", "graceSeconds", "maximum"),
                        api.bound("KeyRotation", "graceSeconds", "maximum")));
        limits.put(
                "seconds of a webhook attempt: to connect, in all",
                List.of(SendLimitsInside.CONNECT_SECONDS, SendLimitsInside.TOTAL_SECONDS));
        limits.put("response body that a delivery keeps", List.of(SendLimitsInside.RESPONSE_KEPT_BYTES));
        limits.put(
                "attempts that a delivery keeps, resends that it takes",
                List.of(Limits.ATTEMPTS_KEPT_MAX, Limits.RESENDS_MAX));
        limits.put("seconds for which a stream is silent", List.of(Limits.STREAM_SILENCE_SECONDS_MAX));
        limits.put("waiting streams of a workspace", List.of(Limits.WAITING_CALLS_PER_GROUP_MAX));
        limits.put(
                "calls of a workspace: in flight, waiting",
                List.of(Limits.CALLS_PER_WORKSPACE_MAX, Limits.WAITING_CALLS_PER_GROUP_MAX));
        limits.put("calls of workers for each request of the plan", List.of(Limits.WORKER_CALLS_PER_REQUEST));
        limits.put("rows of events and deliveries for a unit of a bulk call", List.of(Limits.BULK_ROWS_PER_UNIT));
        limits.put("bytes of an answer, of a refused body or of a stream for a unit", List.of(Limits.UNIT_BYTES));
        limits.put("milliseconds between two stored reports of progress", List.of(Limits.PROGRESS_MILLIS_MIN));
        limits.put("deliveries that a disabled endpoint holds", List.of(Limits.DELIVERIES_HELD_MAX));
        limits.put("request log of a workspace", List.of(Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX));
        limits.put("finished jobs are kept", List.of((int) EngineSetting.JOBS_KEPT.byDefault()));
        limits.put("events are kept", List.of((int) EngineSetting.EVENTS_KEPT.byDefault()));
        limits.put("deliveries are kept, once settled", List.of((int) EngineSetting.DELIVERIES_KEPT.byDefault()));
        return limits;
    }

    /** Looks for the numbers that stand in sentences, where a reader wants them. */
    @Test
    void sentences_withNumbers_haveThoseOfTheServer() {
        String text = page.prose().stream().map(HttpApiPage.Prose::text).collect(Collectors.joining("\n"));
        assertThat(text)
                .contains("`limit` is 1 to " + Limits.PAGE_ITEMS_MAX + ", " + Limits.PAGE_ITEMS_DEFAULT + " if")
                .contains("looks at " + Limits.PAGE_ROWS_PER_ITEM_MAX + " rows for each item")
                .contains("for " + Limits.IDEMPOTENCY_HOURS + " hours after the call")
                .contains("up to " + text(Limits.BULK_OPERATIONS_MAX) + " operations on resources")
                .contains("A result over " + Limits.JOB_RESULT_IN_EVENT_BYTES_MAX / KIB + " KiB")
                .contains("After " + Limits.STREAM_SILENCE_SECONDS_MAX + " silent seconds")
                .contains("has " + StreamPlaces.WORKSPACE_MAX + " open streams at most")
                .contains("Events are kept for " + (int) EngineSetting.EVENTS_KEPT.byDefault() + " days")
                .contains("dots between them, " + api.bound("NewEvent", "type", "maxLength") + " characters at most")
                .contains("or up to " + api.bound("NewWebhookEndpoint", "types", "maxItems") + " of both with commas")
                .contains("A settled delivery is kept for " + (int) EngineSetting.DELIVERIES_KEPT.byDefault() + " days")
                .contains(SendLimitsInside.CONNECT_SECONDS + " seconds to connect, " + SendLimitsInside.TOTAL_SECONDS
                        + " seconds in all")
                .contains("the last " + text(Limits.REQUEST_LOG_WORKSPACE_ENTRIES_MAX) + " requests");
    }

    /** Compares the ranges of the members that calls take. */
    @Test
    void ranges_ofBodyMembers_areThoseOfTheServer() {
        Map<String, List<String>> bodies = Map.of(
                "Jobs", List.of("NewJob"),
                "The Event object", List.of("NewEvent"),
                "Workers", List.of("LeaseRequest", "Heartbeat", "ProgressReport", "JobCompletion", "JobFailure"));
        int ranges = 0;
        for (HttpApiPage.Table table : page.tables("Body member")) {
            for (List<String> row : table.rows()) {
                String range = bodies.get(table.section()).stream()
                        .map(body ->
                                api.range(body, HttpApiPage.words(row.get(0)).get(0)))
                        .filter(found -> !found.isEmpty())
                        .findFirst()
                        .orElse("");
                assertThat(row.get(1)).as(row.get(0)).contains(range);
                ranges += range.isEmpty() ? 0 : 1;
            }
        }
        assertThat(ranges).isGreaterThan(5);
    }

    @Test
    void commands_areThoseOfTheProgram() {
        assertThat(page.table("Command").names())
                .containsExactlyInAnyOrderElementsOf(Stream.of(
                                Stream.of("serve", Words.CHECK, Words.DEMO),
                                StoreCommand.BY_NAME.keySet().stream(),
                                Stream.of(TransferCommand.values())
                                        .map(each -> each.name().toLowerCase(Locale.ROOT)),
                                LogCommand.BY_NAME.keySet().stream().map(each -> Words.LOG + " " + each))
                        .flatMap(each -> each)
                        .toList());
    }

    @Test
    void vector_isSignedAsThePageSays() throws Exception {
        Map<String, String> vector = page.table("Part of the vector").rows().stream()
                .collect(Collectors.toMap(
                        row -> row.get(0), row -> HttpApiPage.words(row.get(1)).get(0)));
        Mac mac = Mac.getInstance("HmacSHA256");
        byte[] key = Base64.getDecoder().decode(vector.get("secret").substring("whsec_".length()));
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        String signed = vector.get("`webhook-id`") + "." + vector.get("`webhook-timestamp`") + "." + vector.get("body");
        assertThat("v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(vector.get("`webhook-signature`"));
    }

    @Test
    void links_leadSomewhere() throws IOException {
        Set<String> anchors =
                page.headings().stream().map(HttpApiTablesTest::anchor).collect(Collectors.toSet());
        List<String> broken = new ArrayList<>();
        Matcher link = LINK.matcher(Files.readString(page.file()));
        while (link.find()) {
            String[] target = link.group(1).split("#", 2);
            boolean known = target[0].isEmpty()
                    ? anchors.contains(target[1])
                    : leads(target[0], target.length == 1 ? "" : target[1]);
            if (!known) {
                broken.add(link.group(1));
            }
        }
        assertThat(broken).isEmpty();
    }

    private static boolean leads(String file, String anchor) throws IOException {
        var target = page.file().resolveSibling(file).normalize();
        return Files.exists(target)
                && (anchor.isEmpty()
                        || Files.readAllLines(target).stream()
                                .anyMatch(line -> line.startsWith("#")
                                        && anchor(line.replaceFirst("^#+ ", "")).equals(anchor)));
    }

    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
    }

    @Test
    void sentences_areShortAndPlain() {
        List<String> bad = new ArrayList<>();
        for (HttpApiPage.Prose prose : page.prose()) {
            for (String sentence : LINK.matcher(prose.text())
                    .replaceAll(link -> link.group().replaceAll("]\\(.*", ""))
                    .split("(?<=[.?!]) +(?=[A-Z`])")) {
                int words = sentence.split("\\s+").length;
                if (words > WORDS_MAX) {
                    bad.add("line " + prose.line() + ", " + words + " words: " + sentence);
                }
                if (VAGUE.matcher(sentence.replaceAll("`[^`]*`", "it")).find()) {
                    bad.add("line " + prose.line() + ", vague: " + sentence);
                }
            }
        }
        assertThat(bad).isEmpty();
    }
}
