package dev.plinth.example;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.api.ResourceChange;
import java.util.Map;

/** Defines the API of a payments company: its plans, types and operations. Production and the double both use it. */
public final class PaymentsApi {
    /** The plan of a customer who tries the API. */
    public static final String TRIAL = "trial";

    private static final Json PAYMENT = Json.of("{\"type\":\"object\",\"required\":[\"cents\"],"
            + "\"properties\":{\"cents\":{\"type\":\"integer\",\"minimum\":1}}}");

    private PaymentsApi() {}

    /** Adds the plans, types and operations to an engine. */
    public static void define(EngineBuilder engine) {
        engine.plan(Plan.perMinute(TRIAL, 20))
                .resourceType("payment", PAYMENT)
                .operation("capture", operation -> {
                    Map<?, ?> metadata =
                            (Map<?, ?>) operation.resource().asMap().get("metadata");
                    if ("captured".equals(metadata.get("state"))) {
                        throw new OperationRefused("The payment is captured already; create another payment.");
                    }
                    String payment = operation.resourceId();
                    operation.effects().patch(payment, ResourceChange.NONE.withMetadata(Map.of("state", "captured")));
                    operation.effects().publish(NewEvent.of("payment.captured", Json.of(Map.of())).about(payment));
                    return OperationResult.of(Json.of(Map.of("captured", true)));
                });
    }
}
