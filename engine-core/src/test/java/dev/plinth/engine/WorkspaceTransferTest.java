package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.api.WorkspaceTransfer;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a workspace is the same in another store, by all answers that its keys get. */
@Timeout(600)
@Tag("scaled")
final class WorkspaceTransferTest {
    private static final int RESOURCES = TestScale.count(5_000, 100_000, 100_000);
    private static final int JOBS = 300;
    private static final int EVENTS = 200;
    private static final Pattern CURSOR = Pattern.compile("\"nextCursor\":\"([^\"]+)\"");
    private static final Pattern ENDPOINT = Pattern.compile("we_[0-9a-z]{26}");
    private static final String CREDENTIAL = "Bearer-of-the-receiver";

    @TempDir
    private Path base;

    private Path key;
    private Path file;

    @BeforeEach
    void makeKey() throws IOException {
        key = Files.write(base.resolve("transfer.key"), new byte[32]);
        file = base.resolve("workspace.export");
    }

    @Test
    void job_askedToEndBeforeItsExport_isCanceledAndNotLeased() {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch ends = new CountDownLatch(1);
        try (TestEngine source = TestEngine.open(builder -> builder.jobHandler("held", job -> {
                    running.countDown();
                    ends.await();
                    return Json.of(Map.of());
                }));
                TestEngine target = TestEngine.inMemory()) {
            String workspace = fillFew(source);
            String job = source.make("/v1/jobs", "{\"type\":\"held\",\"input\":{}}");
            Patience.until(() -> running.getCount() == 0);
            assertThat(source.call("POST", "/v1/jobs/" + job + "/cancel").status())
                    .isEqualTo(202);
            source.engine().admin().exportWorkspace(workspace, file, key);
            ends.countDown();
            target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));
            target.use(source.key());

            assertThat(target.call("POST", "/v1/jobs/lease", "{\"types\":[\"held\"]}")
                            .text())
                    .contains("\"data\":[]");
            assertThat(target.text("/v1/jobs/" + job)).contains("\"status\":\"canceled\"");
        }
    }

    @Test
    void workspace_withAllKindsOfRows_answersTheSameInAnotherStore() {
        try (TestEngine source = TestEngine.inMemory();
                TestEngine target = TestEngine.inMemory()) {
            String workspace = fill(source);
            source.answerWith(number -> 500);
            source.make("/v1/resources", "{\"name\":\"late\"}");
            source.pass(Duration.ofMinutes(10));
            target.pass(Duration.ofMinutes(10));
            Map<String, String> before = answers(source);

            WorkspaceTransfer exported = source.engine().admin().exportWorkspace(workspace, file, key);
            WorkspaceTransfer imported = target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));

            target.use(source.key());
            assertThat(exported.rows()).isEqualTo(imported.rows()).isGreaterThan(RESOURCES);
            assertThat(answers(target)).isEqualTo(before);
            assertThat(answers(source)).as("the source stays as it is").isEqualTo(before);
            assertThat(replayed(target)).isEqualTo(replayed(source));
            source.answerWith(number -> 200);
            int received = source.received();
            target.pass(Duration.ofHours(12));
            assertThat(source.received())
                    .as("open deliveries are sent by the target")
                    .isGreaterThan(received);
            assertThat(target.text("/v1/webhook-endpoints/" + endpoint(target) + "/deliveries?status=delivered"))
                    .contains("dlv_");
        }
    }

    @Test
    void export_whileCallsGoOn_hasTheWorkspaceAsOneRecordHasLeftIt() throws InterruptedException {
        try (TestEngine source = TestEngine.inMemory();
                TestEngine target = TestEngine.inMemory()) {
            String workspace = source.newWideWorkspace();
            source.use(source.newKey(workspace));
            for (int i = 0; i < RESOURCES / 10; i++) {
                source.make("/v1/resources", "{\"name\":\"r\"}");
            }
            String one = source.make("/v1/resources", "{\"name\":\"one\",\"data\":{\"n\":0}}");
            String other = source.make("/v1/resources", "{\"name\":\"other\",\"data\":{\"n\":0}}");
            AtomicBoolean ends = new AtomicBoolean();
            CountDownLatch begun = new CountDownLatch(20);
            Thread writer = new Thread(() -> {
                for (int n = 1; !ends.get(); n++) {
                    String patch = "{\"method\":\"PATCH\",\"path\":\"/v1/resources/%s\",\"body\":{\"data\":{\"n\":" + n
                            + "}}}";
                    Reply made = source.call(
                            "POST",
                            "/v1/batch",
                            "{\"operations\":[" + patch.formatted(one) + "," + patch.formatted(other)
                                    + ",{\"method\":\"POST\",\"path\":\"/v1/resources\",\"body\":{\"name\":\"new\"}}"
                                    + ",{\"method\":\"POST\",\"path\":\"/v1/resources/{{2.id}}/children\",\"body\":{\"name\":\"c\"}}]}");
                    assertThat(made.status()).as(made.text()).isEqualTo(200);
                    begun.countDown();
                }
            });
            writer.start();
            begun.await();
            try {
                source.engine().admin().exportWorkspace(workspace, file, key);
            } finally {
                ends.set(true);
                writer.join();
            }
            target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));

            target.use(source.key());
            String counted = target.text("/v1/resources/" + one).replaceAll(".*\"n\":(\\d+).*", "$1");
            assertThat(target.text("/v1/resources/" + other)).contains("\"n\":" + counted + "}");
            assertThat(Integer.parseInt(counted)).isGreaterThanOrEqualTo(20);
            assertThat(target.rows("children")).isEqualTo(Long.parseLong(counted));
            assertThat(target.rows("resources")).isEqualTo(RESOURCES / 10 + 2 + Long.parseLong(counted));
            assertThat(ids(target)).isNotEmpty().isSubsetOf(ids(source));
        }
    }

    @Test
    void import_ofAWorkspaceThatIsThere_isRefusedUntilItIsDeletedAndPurged() {
        try (TestEngine store = TestEngine.inMemory()) {
            String workspace = fillFew(store);
            store.engine().admin().exportWorkspace(workspace, file, key);
            WorkspaceImport again = WorkspaceImport.of(file, key);

            assertThatThrownBy(() -> store.engine().admin().importWorkspace(again))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("exists in this store");
            assertThat(store.rows("imported workspaces")).isZero();

            Map<String, String> before = answers(store);
            store.engine().admin().deleteWorkspace(workspace).call();
            store.pass(Duration.ofMinutes(1));
            Patience.until(() -> store.engine().workspacesBeingDeleted() == 0);
            store.engine().admin().importWorkspace(again);
            assertThat(answers(store).keySet()).isEqualTo(before.keySet());
            assertThat(answers(store).get("/v1/resources")).isEqualTo(before.get("/v1/resources"));
        }
    }

    @Test
    void file_ofAWorkspace_hasNothingInTheClearAndNothingOfOthers() throws IOException {
        try (TestEngine source = TestEngine.inMemory();
                TestEngine target = TestEngine.inMemory()) {
            String own = source.key();
            String ownWorkspace = source.engine().client(own).workspace().call().id();
            String other = source.newWideWorkspace();
            source.use(source.newKey(other));
            String shared = source.make("/v1/resources", "{\"name\":\"of-the-other\"}");
            source.engine()
                    .client(source.key())
                    .shares(shared)
                    .grant(ownWorkspace, Role.EDITOR)
                    .call();
            source.use(own);
            source.keyed("shown", "PATCH", "/v1/resources/" + shared, "{\"name\":\"changed\"}");
            String mine = source.make("/v1/resources", "{\"name\":\"mine-in-the-clear\"}");
            source.engine().client(own).shares(mine).grant(other, Role.READER).call();
            source.engine()
                    .client(own)
                    .webhooks()
                    .create(NewWebhookEndpoint.of("https://hooks.example/")
                            .withHeaders(Map.of("Authorization", CREDENTIAL)))
                    .call();
            long remembered = source.rows("remembered");

            source.engine().admin().exportWorkspace(ownWorkspace, file, key);
            WorkspaceTransfer imported = target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));

            String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
            assertThat(bytes)
                    .doesNotContain("in-the-clear")
                    .doesNotContain(CREDENTIAL)
                    .doesNotContain(ownWorkspace);
            assertThat(remembered).isPositive();
            assertThat(target.rows("remembered"))
                    .as("an answer that shows another's resource")
                    .isZero();
            assertThat(target.rows("resources")).isEqualTo(1);
            assertThat(imported.sharesLeftOut()).isEqualTo(1);
            assertThat(target.rows("shares")).isZero();
            target.use(own);
            assertThat(target.status("/v1/resources/" + shared)).isEqualTo(404);
            assertThat(target.text("/v1/webhook-endpoints")).contains(CREDENTIAL);
        }
    }

    @Test
    void import_tellsNoListenerOfItsEvents_butOfLaterOnes() {
        List<String> told = new CopyOnWriteArrayList<>();
        try (TestEngine source = TestEngine.inMemory();
                TestEngine target = TestEngine.open(
                        builder -> builder.listener("told", (context, event) -> told.add(event.type())))) {
            String workspace = fillFew(source);
            source.engine().admin().exportWorkspace(workspace, file, key);
            target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));
            target.use(source.key());

            target.make("/v1/events", "{\"type\":\"later.event\",\"data\":{}}");

            Patience.until(() -> told.contains("later.event"));
            assertThat(told).doesNotContain("order.paid", "resource.created");
        }
    }

    @Test
    void jobs_ofAnImportedWorkspace_runInTheTarget() {
        List<String> ran = new CopyOnWriteArrayList<>();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch ends = new CountDownLatch(1);
        try (TestEngine source = TestEngine.open(builder -> builder.jobHandler("held", job -> {
                    running.countDown();
                    ends.await();
                    return Json.of(Map.of());
                }));
                TestEngine target = TestEngine.open(builder -> builder.jobHandler("held", job -> {
                    ran.add(job.type());
                    return Json.of(Map.of("done", true));
                }))) {
            String workspace = fillFew(source);
            String job = source.make("/v1/jobs", "{\"type\":\"held\",\"input\":{}}");
            Patience.until(() -> running.getCount() == 0);
            source.engine().admin().exportWorkspace(workspace, file, key);
            ends.countDown();

            target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));

            target.use(source.key());
            Patience.until(() -> target.text("/v1/jobs/" + job).contains("\"succeeded\""));
            assertThat(ran).containsExactly("held");
            assertThat(target.text("/v1/jobs/" + job)).contains("\"attempt\":1");
        }
    }

    @Test
    void import_thatPausesWebhooks_sendsNothingAndHoldsDeliveries() {
        try (TestEngine source = TestEngine.inMemory();
                TestEngine target = TestEngine.inMemory()) {
            String workspace = fillFew(source);
            source.answerWith(number -> 500);
            source.make("/v1/resources", "{\"name\":\"late\"}");
            source.pass(Duration.ofMinutes(10));
            target.pass(Duration.ofMinutes(10));
            source.engine().admin().exportWorkspace(workspace, file, key);
            int received = source.received();

            target.engine()
                    .admin()
                    .importWorkspace(WorkspaceImport.of(file, key).pausingWebhooks());

            target.use(source.key());
            target.pass(Duration.ofDays(1));
            assertThat(source.received()).isEqualTo(received);
            assertThat(target.text("/v1/webhook-endpoints"))
                    .contains("\"disabled\"")
                    .doesNotContain("\"enabled\"");
            assertThat(target.text("/v1/webhook-endpoints/" + endpoint(target) + "/deliveries?status=held"))
                    .contains("dlv_");
        }
    }

    private String fill(TestEngine store) {
        String workspace = fillFew(store);
        for (int i = 0; i < RESOURCES; i++) {
            String resource = store.make(
                    "/v1/resources",
                    "{\"name\":\"r" + i + "\",\"type\":\"t" + i % 3 + "\",\"metadata\":{\"k\":\"v" + i % 7 + "\"}}");
            if (i % 50 == 0) {
                store.make("/v1/resources/" + resource + "/children", "{\"name\":\"c\"}");
                store.call("PATCH", "/v1/resources/" + resource, "{\"name\":\"changed\"}");
                store.call("DELETE", "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"gone\"}"));
            }
        }
        for (int i = 0; i < JOBS; i++) {
            String runAt = i % 3 == 0 ? ",\"runAt\":\"2026-02-01T00:00:00Z\"" : "";
            store.make(
                    "/v1/jobs",
                    "{\"type\":\"idle\",\"priority\":" + (1 + i % 3) + ",\"input\":{\"n\":" + i + "}" + runAt + "}");
        }
        for (int i = 0; i < EVENTS; i++) {
            store.make("/v1/events", "{\"type\":\"order.paid\",\"data\":{\"n\":" + i + "}}");
        }
        return workspace;
    }

    /** Makes a workspace with a few rows of most kinds, and uses its key. */
    private static String fillFew(TestEngine store) {
        String workspace = store.newWideWorkspace();
        store.use(store.newKey(workspace));
        String endpoint = store.endpoint();
        store.call("PATCH", "/v1/webhook-endpoints/" + endpoint, "{\"types\":[\"order.*\"]}");
        store.keyed("one", "POST", "/v1/resources", "{\"name\":\"one\"}");
        store.keyed("key", "POST", "/v1/keys", "{\"name\":\"another\"}");
        store.make("/v1/jobs", "{\"type\":\"idle\",\"uniqueKey\":\"u\",\"input\":{}}");
        store.make("/v1/events", "{\"type\":\"order.paid\",\"data\":{}}");
        return workspace;
    }

    private static List<String> replayed(TestEngine store) {
        List<String> replayed = new ArrayList<>();
        Reply one = store.keyed("one", "POST", "/v1/resources", "{\"name\":\"one\"}");
        Reply other = store.keyed("key", "POST", "/v1/keys", "{\"name\":\"another\"}");
        for (Reply reply : List.of(one, other)) {
            assertThat(reply.header("Idempotent-Replayed")).isEqualTo("true");
            replayed.add(reply.status() + reply.text());
        }
        return replayed;
    }

    /** Returns the text of all pages of all lists, and of what is in them. */
    private static Map<String, String> answers(TestEngine store) {
        Map<String, String> answers = new TreeMap<>();
        List<String> lists = new ArrayList<>(List.of(
                "/v1/resources",
                "/v1/resources?status=all",
                "/v1/resources?type=t1",
                "/v1/resources?metadata.k=v3",
                "/v1/jobs",
                "/v1/jobs?status=queued",
                "/v1/events",
                "/v1/events?type=order.paid",
                "/v1/webhook-endpoints",
                "/v1/keys"));
        lists.add("/v1/webhook-endpoints/" + endpoint(store) + "/deliveries");
        lists.forEach(list -> answers.put(list, String.join("\n", listed(store, list))));
        answers.put("/v1/workspace", store.text("/v1/workspace"));
        Matcher resource = Pattern.compile("res_[0-9a-z]{26}").matcher(answers.getOrDefault("/v1/resources", ""));
        for (int i = 0; resource.find() && i < 100; i++) {
            String path = "/v1/resources/" + resource.group();
            Reply reply = store.call("GET", path);
            answers.put(path, reply.header("ETag") + reply.text());
            answers.put(path + "/children", store.text(path + "/children"));
        }
        Matcher job = Pattern.compile("job_[0-9a-z]{26}").matcher(answers.getOrDefault("/v1/jobs", ""));
        while (job.find()) {
            answers.put("/v1/jobs/" + job.group(), store.text("/v1/jobs/" + job.group()));
        }
        Matcher delivery = Pattern.compile("dlv_[0-9a-z]{26}").matcher(String.join("", answers.values()));
        List<String> deliveries = new ArrayList<>();
        while (delivery.find()) {
            deliveries.add("/v1/deliveries/" + delivery.group());
        }
        deliveries.forEach(path -> answers.put(path, store.text(path)));
        return answers;
    }

    private static Set<String> ids(TestEngine store) {
        Set<String> ids = new TreeSet<>();
        Matcher event = Pattern.compile("evt_[0-9a-z]{26}").matcher(String.join("", listed(store, "/v1/events")));
        while (event.find()) {
            ids.add(event.group());
        }
        return ids;
    }

    private static String endpoint(TestEngine store) {
        Matcher endpoint = ENDPOINT.matcher(store.text("/v1/webhook-endpoints"));
        assertThat(endpoint.find()).isTrue();
        return endpoint.group();
    }

    /** Returns the pages of a list without their cursors, and without the last uses of keys, which a call changes. */
    private static List<String> listed(TestEngine store, String list) {
        List<String> pages = new ArrayList<>();
        String cursor = "";
        boolean more = true;
        while (more) {
            String page = store.text(list + (list.contains("?") ? "&" : "?") + "limit=100" + cursor);
            assertThat(page).as(list).contains("\"data\":[");
            Matcher next = CURSOR.matcher(page);
            more = next.find();
            cursor = more ? "&cursor=" + next.group(1) : "";
            pages.add(CURSOR.matcher(page).replaceAll("").replaceAll(",\"lastUsedAt\":\"[^\"]*\"", ""));
        }
        return pages;
    }

    /** A full table loses what a deleted endpoint has left, and the deliveries stay for their time. */
    @Test
    void import_deliveriesOfADeletedEndpointThatTheSourceHasLost_leavesThemOut() {
        Plan narrow = Plan.perMinute("narrow", 1_000_000).withShare("endpoint remains", new TableShare(1, 10_000));
        try (TestEngine source = TestEngine.open(builder -> builder.plan(narrow));
                TestEngine target = TestEngine.open(builder -> builder.plan(narrow))) {
            String workspace = source.engine()
                    .admin()
                    .createWorkspace("narrow", "narrow")
                    .call()
                    .id();
            source.use(source.newKey(workspace));
            source.answerWith(number -> 500);
            String first = source.endpoint();
            String second = source.endpoint();
            source.make("/v1/events", "{\"type\":\"order.paid\",\"data\":{}}");
            source.pass(Duration.ofMinutes(1));
            String ofFirst = delivery(source, first);
            String ofSecond = delivery(source, second);
            source.call("DELETE", "/v1/webhook-endpoints/" + first);
            source.call("DELETE", "/v1/webhook-endpoints/" + second);
            assertThat(source.rows("endpoint remains"))
                    .as("there is room for one")
                    .isEqualTo(1);
            assertThat(source.status("/v1/deliveries/" + ofSecond)).isEqualTo(200);

            source.engine().admin().exportWorkspace(workspace, file, key);
            target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));

            target.use(source.key());
            assertThat(target.status("/v1/deliveries/" + ofFirst)).isEqualTo(200);
            assertThat(target.status("/v1/deliveries/" + ofSecond)).isEqualTo(404);
            assertThat(target.rows("endpoint remains")).isEqualTo(1);
        }
    }

    private static String delivery(TestEngine store, String endpoint) {
        Matcher delivery = Pattern.compile("dlv_[0-9a-z]{26}")
                .matcher(store.text("/v1/webhook-endpoints/" + endpoint + "/deliveries"));
        assertThat(delivery.find()).isTrue();
        return delivery.group();
    }

    /** An imported share has a late number and an early time. It must not end a list by time. */
    @Test
    void sharedResources_ofAnImportedOwner_doNotHideThoseOfOthers() {
        try (TestEngine source = TestEngine.inMemory();
                TestEngine target = TestEngine.inMemory()) {
            String grantee = source.newWideWorkspace();
            String granteesKey = source.newKey(grantee);
            Path granteesFile = base.resolve("grantee.export");
            source.engine().admin().exportWorkspace(grantee, granteesFile, key);
            target.engine().admin().importWorkspace(WorkspaceImport.of(granteesFile, key));
            String owner = source.newWideWorkspace();
            source.use(source.newKey(owner));
            String old = source.make("/v1/resources", "{\"name\":\"old\"}");
            source.engine()
                    .client(source.key())
                    .shares(old)
                    .grant(grantee, Role.READER)
                    .call();
            source.engine().admin().exportWorkspace(owner, file, key);
            target.days(2);
            String young = target.make("/v1/resources", "{\"name\":\"young\"}");
            target.engine()
                    .client(target.key())
                    .shares(young)
                    .grant(grantee, Role.READER)
                    .call();

            WorkspaceTransfer imported = target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));

            assertThat(imported.sharesLeftOut()).isZero();
            Instant yesterday = Instant.ofEpochMilli(target.clock.epochMillis()).minus(Duration.ofDays(1));
            target.use(granteesKey);
            assertThat(target.text("/v1/resources?shared=true")).contains(old, young);
            assertThat(target.text("/v1/resources?shared=true&createdAfter=" + yesterday))
                    .contains(young)
                    .doesNotContain(old);
        }
    }

    /** Contract §8: what happened is kept 30 days. The numbers of an import come after those of younger deliveries. */
    @Test
    void heldDelivery_ofAnImport_endsWithItsEvent() {
        try (TestEngine source = TestEngine.inMemory();
                TestEngine target = TestEngine.inMemory()) {
            String workspace = fillFew(source);
            String path = "/v1/webhook-endpoints/" + endpoint(source);
            source.call("PATCH", path, "{\"status\":\"disabled\"}");
            source.make("/v1/events", "{\"type\":\"order.late\",\"data\":{}}");
            source.days(20);
            target.days(20);
            target.call("PATCH", "/v1/webhook-endpoints/" + target.endpoint(), "{\"status\":\"disabled\"}");
            target.make("/v1/events", "{\"type\":\"order.young\",\"data\":{}}");
            source.engine().admin().exportWorkspace(workspace, file, key);
            target.engine().admin().importWorkspace(WorkspaceImport.of(file, key));
            target.use(source.key());
            assertThat(target.text(path + "/deliveries?status=held")).contains("order.late");
            int received = source.received();
            Matcher held = Pattern.compile("dlv_[0-9a-z]{26}").matcher(target.text(path + "/deliveries?status=held"));
            assertThat(held.find()).isTrue();

            target.days(11);

            assertThat(target.text(path + "/deliveries?status=held")).doesNotContain("order.late");
            assertThat(target.text(path + "/deliveries?status=dropped")).contains("order.late");
            assertThat(target.call("POST", "/v1/deliveries/" + held.group() + "/resend")
                            .status())
                    .isEqualTo(409);
            assertThat(target.call("PATCH", path, "{\"status\":\"enabled\"}").status())
                    .isEqualTo(200);
            target.pass(Duration.ofMinutes(1));
            assertThat(source.received()).isEqualTo(received);
        }
    }
}
