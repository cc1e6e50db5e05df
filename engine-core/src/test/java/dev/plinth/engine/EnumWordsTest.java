package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.DeliveryStatus;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyMode;
import dev.plinth.engine.api.KeyStatus;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The enums of the typed API have the words of the contract: no word of the wire is unknown to Java. */
final class EnumWordsTest {
    private static final String SCHEMAS = "/components/schemas/";

    @Test
    void enums_haveTheWordsOfTheOpenApiDocument() {
        try (TestEngine store = TestEngine.inMemory()) {
            Json document = Json.of(store.text("/openapi.json"));

            check(document, "Resource/properties/status/enum", ResourceStatus.values(), ResourceStatus::wireName);
            check(document, "Job/properties/status/enum", JobStatus.values(), JobStatus::wireName);
            check(document, "Delivery/properties/status/enum", DeliveryStatus.values(), DeliveryStatus::wireName);
            check(document, "Key/properties/status/enum", KeyStatus.values(), KeyStatus::wireName);
            check(document, "Key/properties/mode/enum", KeyMode.values(), KeyMode::wireName);
            check(document, "NewKey/properties/scopes/items/enum", Scope.values(), Scope::wireName);
            check(document, "Share/properties/role/enum", Role.values(), Role::wireName);
            check(
                    document,
                    "DeliveryAttempt/properties/trigger/enum",
                    Delivery.Trigger.values(),
                    trigger -> trigger.name().toLowerCase(Locale.ROOT));
        }
        for (Scope scope : Scope.values()) {
            assertThat(Scope.of(scope.wireName())).isEqualTo(scope);
        }
    }

    private static <E> void check(Json document, String place, E[] constants, Function<E, String> word) {
        Json words = document.at(SCHEMAS + place).orElseThrow(() -> new AssertionError("There is no " + place));
        List<String> named = new ArrayList<>();
        for (int i = 0; words.at("/" + i).isPresent(); i++) {
            named.add(words.at("/" + i).orElseThrow().as(String.class));
        }
        assertThat(named)
                .as(place)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(constants).map(word).toList());
    }
}
