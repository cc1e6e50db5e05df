package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.DeliveryStatus;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.KeyMode;
import dev.plinth.engine.api.KeyStatus;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Scope;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The typed client reads the words that the wire shows: of an enum its constants in lower case. */
final class EnumWordsTest {
    private static final List<Class<? extends Enum<?>>> ENUMS = List.of(
            Delivery.Trigger.class,
            DeliveryStatus.class,
            JobStatus.class,
            KeyMode.class,
            KeyStatus.class,
            LoggedRequest.KeyUse.class,
            ResourceStatus.class,
            Role.class);

    @Test
    void constants_areReadByTheirNamesInLowerCase() throws NoSuchFieldException {
        for (Class<? extends Enum<?>> type : ENUMS) {
            for (Enum<?> constant : type.getEnumConstants()) {
                JsonProperty read = type.getField(constant.name()).getAnnotation(JsonProperty.class);

                assertThat(read).as("%s", constant).isNotNull();
                assertThat(read.value()).isEqualTo(constant.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    @Test
    void scopes_areReadByTheirWords() {
        for (Scope scope : Scope.values()) {
            assertThat(Scope.of(scope.wireName())).isEqualTo(scope);
        }
    }
}
