package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Route;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The errors of wrong bodies and queries stay as clients know them: {@code input-errors.txt} has the place and the code of each,
 * in their order. What a path names need not exist, because input is judged before it is looked up.
 */
final class InputErrorsTest {
    private static final String NOWHERE = "00000000000000000000000000";
    /** A schema cannot say these: whether an address is public, and what a name may not be. */
    private static final Set<String> BEYOND_SCHEMAS = Set.of("invalid_url", "forbidden_header", "invalid_value");

    private final Map<String, Route> routes = new LinkedHashMap<>();
    private TestEngine store;
    private OpenApiDocument document;

    @BeforeEach
    void open() {
        store = TestEngine.open(builder -> builder.operation("count", on -> OperationResult.of(Json.EMPTY_OBJECT)));
        store.use(store.newKey(store.newWideWorkspace()));
        document = OpenApiDocument.of(store.engine());
        store.engine().wire().table().forEach(route -> routes.put(route.name(), route));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void errors_ofWrongInput_areThoseOfTheFileInItsOrder() throws IOException {
        List<String> lines = lines();
        Set<String> tried = new HashSet<>();
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < lines.size(); i += 2) {
            String name = lines.get(i).substring(0, lines.get(i).indexOf(' '));
            String input = lines.get(i).substring(name.length() + 1);
            Reply reply = send(Objects.requireNonNull(routes.get(name), name), input);
            tried.add(name);
            if (!errors(reply).equals(lines.get(i + 1).strip())) {
                faults.add(lines.get(i) + " was answered with " + reply.status() + " " + errors(reply));
            }
        }

        assertThat(faults).isEmpty();
        Set<String> taking = routes.values().stream()
                .filter(route -> route.body().isTaken())
                .map(Route::name)
                .collect(Collectors.toSet());
        assertThat(tried).as("routes with a body").containsAll(taking);
    }

    @Test
    void bodies_thatTheEngineRefuses_areRefusedByTheirSchemas() throws IOException {
        List<String> lines = lines();
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < lines.size(); i += 2) {
            String name = lines.get(i).substring(0, lines.get(i).indexOf(' '));
            String input = lines.get(i).substring(name.length() + 1);
            boolean isSayable = !BEYOND_SCHEMAS.contains(lines.get(i + 1).replaceAll(".*:", ""));
            if (!input.startsWith("?")
                    && isSayable
                    && document.body(name)
                            .check(OpenApiDocument.json(input), "")
                            .isEmpty()) {
                faults.add(name + " describes as valid " + input);
            }
        }

        assertThat(faults).isEmpty();
    }

    private static List<String> lines() throws IOException {
        try (InputStream file = InputErrorsTest.class.getResourceAsStream("input-errors.txt")) {
            List<String> lines = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return lines.subList(1, lines.size());
        }
    }

    private Reply send(Route route, String input) {
        String path = route.path().replace("{name}", "count").replaceAll("\\{\\w+}", "res_" + NOWHERE);
        boolean isOperators = route.credential() == Route.Credential.OPERATOR_TOKEN;
        Call call = Call.of(route.method(), input.startsWith("?") ? path + input : path)
                .withKey(isOperators ? store.adminToken() : store.key());
        return store.engine()
                .call(input.startsWith("?") ? call : call.withBody(input.getBytes(StandardCharsets.UTF_8)));
    }

    private static String errors(Reply reply) {
        JsonValue.Obj problem = (JsonValue.Obj) JsonReader.trusted(reply.body());
        return problem.get("errors") instanceof JsonValue.Arr errors
                ? errors.items().stream()
                        .map(error -> error((JsonValue.Obj) error))
                        .collect(Collectors.joining(" "))
                : reply.text();
    }

    private static String error(JsonValue.Obj error) {
        JsonValue place = error.get("pointer") == null ? error.get("parameter") : error.get("pointer");
        return ((JsonValue.Text) Objects.requireNonNull(place)).value() + ":"
                + ((JsonValue.Text) Objects.requireNonNull(error.get("code"))).value();
    }
}
