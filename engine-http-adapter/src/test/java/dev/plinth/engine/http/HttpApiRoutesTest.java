package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Compares the calls and objects of {@code docs/http-api.md} with the OpenAPI document, whose truth {@code OpenApiAnswersTest} tests. */
class HttpApiRoutesTest {
    private static final String OBJECT = "The (\\w+) object";
    private static final Pattern OF_WORKER =
            Pattern.compile("POST /v1/jobs/(lease|\\{jobId}/(heartbeat|progress|complete|fail|snooze))");
    private static final Map<String, Predicate<Map.Entry<String, DescribedApi.Route>>> KINDS = Map.of(
            "every call", route -> true,
            "with a credential", route -> !route.getValue().scope().equals("none"),
            "with an API key", HttpApiRoutesTest::hasKey,
            "that cost units, or that a worker makes",
                    route -> hasKey(route)
                            && (!route.getValue().free()
                                    || OF_WORKER.matcher(route.getKey()).matches()),
            "with a scope", route -> route.getValue().scope().startsWith("`"),
            "with an id in the path", route -> route.getKey().contains("{"),
            "that give a page", route -> route.getValue().gives().contains("page of"),
            "with an API key, other than `GET`",
                    route -> hasKey(route) && !route.getKey().startsWith("GET "),
            "other than `GET`", route -> !route.getKey().startsWith("GET "));

    private static LiveServer server;
    private static HttpApiPage page;
    private static DescribedApi api;

    @BeforeAll
    static void open() throws IOException {
        server = LiveServer.start();
        page = HttpApiPage.read();
        api = DescribedApi.of(server.engine(), objects().keySet());
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private static boolean hasKey(Map.Entry<String, DescribedApi.Route> route) {
        return !Set.of("none", "admin token").contains(route.getValue().scope());
    }

    /** Returns the tables of objects, by the name of the object. */
    private static Map<String, HttpApiPage.Table> objects() {
        return page.tables("Member").stream()
                .collect(Collectors.toMap(table -> table.section().replaceFirst(OBJECT, "$1"), table -> table));
    }

    @Test
    void calls_onThePage_areTheRoutesOfTheServer() {
        Map<String, List<String>> shown = new TreeMap<>();
        Map<String, List<String>> served = new TreeMap<>();
        for (HttpApiPage.Table table : page.tables("Call")) {
            assertThat(table.header()).containsExactly("Call", "Scope", "Takes", "Gives", "Problems");
            for (List<String> row : table.rows()) {
                String call = HttpApiPage.words(row.get(0)).get(0);
                TreeSet<String> own = new TreeSet<>(HttpApiPage.words(row.get(4)));
                List<String> cells = List.of(row.get(1), row.get(2), row.get(3), own.toString());
                assertThat(shown.put(call, cells)).as(call).isNull();
            }
        }
        api.routes().entrySet().forEach(route -> {
            DescribedApi.Route value = route.getValue();
            served.put(route.getKey(), List.of(value.scope(), value.takes(), value.gives(), own(route)));
        });
        assertThat(shown).isEqualTo(served);
    }

    /** Returns the problems that a route may meet beside those of its kinds. */
    private static String own(Map.Entry<String, DescribedApi.Route> route) {
        TreeSet<String> own = new TreeSet<>(route.getValue().problems());
        for (List<String> row : page.table("Calls").rows()) {
            if (KINDS.get(row.get(0)).test(route)) {
                own.removeAll(HttpApiPage.words(row.get(1)));
            }
        }
        return own.toString();
    }

    @Test
    void kindsOfCalls_onThePage_meetWhatThePageSays() {
        assertThat(page.table("Calls").rows())
                .extracting(row -> row.get(0))
                .containsExactlyInAnyOrderElementsOf(KINDS.keySet());
        for (List<String> row : page.table("Calls").rows()) {
            api.routes().entrySet().stream()
                    .filter(KINDS.get(row.get(0)))
                    .forEach(route -> assertThat(route.getValue().problems())
                            .as("%s, %s", route.getKey(), row.get(0))
                            .containsAll(HttpApiPage.words(row.get(1))));
        }
    }

    @Test
    void objects_onThePage_haveTheMembersOfTheServer() {
        List<String> different = new ArrayList<>();
        objects().forEach((name, table) -> {
            Map<String, String> shown = new LinkedHashMap<>();
            table.rows().forEach(row -> shown.put(row.get(0), row.get(1)));
            if (!List.copyOf(shown.entrySet())
                    .equals(List.copyOf(api.members(name).entrySet()))) {
                different.add(name + " is shown as " + shown + ", but is " + api.members(name));
            }
        });
        assertThat(different).isEmpty();
        assertThat(objects()).hasSizeGreaterThan(10);
    }

    @Test
    void leasedJob_onThePage_hasTheMembersOfTheServer() {
        Map<String, String> more = api.members("LeasedJob");
        more.keySet().removeAll(api.members("Job").keySet());
        Map<String, String> shown = new LinkedHashMap<>();
        page.table("Member of a leased job").rows().forEach(row -> shown.put(row.get(0), row.get(1)));
        assertThat(shown).isEqualTo(more);
    }

    @Test
    void requestHeaders_onThePage_areThoseThatTheServerTakes() {
        Set<String> taken = api.requestHeaders();
        taken.addAll(List.of(
                "Authorization", "Accept", "Accept-Encoding", "Content-Type", "Content-Encoding", "traceparent"));
        assertThat(page.table("Request header").names()).containsExactlyInAnyOrderElementsOf(taken);
    }

    @Test
    void values_ofDeliveries_areThoseOfTheServer() {
        assertThat(page.table("Delivery status").names())
                .containsExactlyInAnyOrderElementsOf(api.values("Delivery", "status"));
        assertThat(page.table("`errorClass`").names())
                .containsExactlyInAnyOrderElementsOf(api.values("DeliveryAttempt", "errorClass"));
    }
}
