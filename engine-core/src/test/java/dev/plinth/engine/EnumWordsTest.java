package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.plinth.engine.api.AcceptedJob;
import dev.plinth.engine.api.ApiKey;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.DeliveryStatus;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyMode;
import dev.plinth.engine.api.KeyStatus;
import dev.plinth.engine.api.LoggedRequest;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.api.Share;
import dev.plinth.engine.api.WebhookEndpoint;
import dev.plinth.engine.api.Workspace;
import dev.plinth.engine.internal.base.ScopeBits;
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
    void words_ofANewerServer_areUnknown() {
        Json newer = Json.of(
                "{\"id\":\"x\",\"name\":\"x\",\"type\":\"x\",\"url\":\"x\",\"types\":[],\"description\":\"\",\"headers\":{},"
                        + "\"status\":\"newer\",\"mode\":\"newer\",\"role\":\"newer\",\"trigger\":\"newer\",\"ordering\":\"newer\","
                        + "\"idempotency\":\"newer\",\"scopes\":[\"jobs:read\",\"newer:read\"],\"jobId\":\"x\",\"access\":\"shared\","
                        + "\"ownerWorkspaceId\":\"x\",\"resourceId\":\"x\",\"workspaceId\":\"x\",\"endpointId\":\"x\",\"eventId\":\"x\","
                        + "\"eventType\":\"x\",\"attempt\":1,\"attempts\":[],\"maxAttempts\":1,\"version\":1,\"data\":{},\"metadata\":{},"
                        + "\"prefix\":\"x\",\"last4\":\"x\",\"plan\":\"x\",\"at\":\"2026-01-01T00:00:00Z\",\"durationMillis\":1,"
                        + "\"method\":\"GET\",\"path\":\"/\",\"route\":\"x\",\"keyId\":\"x\",\"units\":1,\"durationMicros\":1,\"caused\":{\"events\":[],\"jobs\":[]},"
                        + "\"job_id\":\"x\",\"number\":1,\"step\":1,\"createdAt\":\"2026-01-01T00:00:00Z\",\"updatedAt\":\"2026-01-01T00:00:00Z\",\"newer\":1}");

        assertThat(Job.of(newer).status()).isEqualTo(JobStatus.UNKNOWN);
        assertThat(JobStatus.UNKNOWN.isFinal()).isFalse();
        assertThat(AcceptedJob.of(newer).status()).isEqualTo(JobStatus.UNKNOWN);
        assertThat(Resource.of(newer).status()).isEqualTo(ResourceStatus.UNKNOWN);
        assertThat(Resource.of(newer).shared().orElseThrow().role()).isEqualTo(Role.UNKNOWN);
        assertThat(Share.of(newer).role()).isEqualTo(Role.UNKNOWN);
        assertThat(Delivery.of(newer).status()).isEqualTo(DeliveryStatus.UNKNOWN);
        assertThat(Delivery.Attempt.of(newer).trigger()).isEqualTo(Delivery.Trigger.UNKNOWN);
        assertThat(ApiKey.of(newer).mode()).isEqualTo(KeyMode.UNKNOWN);
        assertThat(ApiKey.of(newer).status()).isEqualTo(KeyStatus.UNKNOWN);
        assertThat(ApiKey.of(newer).scopes()).containsExactly(Scope.JOBS_READ, Scope.UNKNOWN);
        assertThat(LoggedRequest.of(newer).idempotency()).hasValue(LoggedRequest.KeyUse.UNKNOWN);
        assertThat(WebhookEndpoint.of(newer).enabled()).isFalse();
        assertThat(WebhookEndpoint.of(newer).ordered()).isFalse();
        assertThat(Workspace.of(newer).suspended()).isFalse();
        assertThat(Job.of(newer).json()).isEqualTo(newer);
    }

    @Test
    void guard_ofAScopeThatIsUnknown_isRefused() {
        try (TestEngine store = TestEngine.inMemory()) {
            Guard guard = store.engine().guard();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> guard.scope(Scope.UNKNOWN))
                    .withMessageContaining("got UNKNOWN");
        }
    }

    @Test
    void scopes_areReadByTheirWords() {
        for (Scope scope : ScopeBits.SCOPES) {
            assertThat(Scope.of(scope.wireName())).isEqualTo(scope);
        }
    }
}
