package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.consumer.client.ApiClient;
import dev.plinth.consumer.client.ApiException;
import dev.plinth.consumer.client.ContentPatch;
import dev.plinth.consumer.client.Event;
import dev.plinth.consumer.client.EventsApi;
import dev.plinth.consumer.client.NewEvent;
import dev.plinth.consumer.client.NewResource;
import dev.plinth.consumer.client.NewWebhookEndpoint;
import dev.plinth.consumer.client.RatePolicy;
import dev.plinth.consumer.client.Resource;
import dev.plinth.consumer.client.ResourcesApi;
import dev.plinth.consumer.client.WebhookEndpointsApi;
import dev.plinth.consumer.client.Workspace;
import dev.plinth.consumer.client.WorkspaceApi;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ten calls with a client that was generated from the server's document. */
class ClientJavaTest {
    private final ApiClient client = client();
    private final ResourcesApi resources = new ResourcesApi(client);
    private final WorkspaceApi workspaces = new WorkspaceApi(client);

    private static ApiClient client() {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("PLINTH_URI"));
        client.setRequestInterceptor(
                request -> request.header("Authorization", "Bearer " + System.getenv("PLINTH_KEY")));
        return client;
    }

    @Test
    void tenCalls_ofAGeneratedClient_areAnswered() throws ApiException {
        assertThat(workspaces.getWorkspace().getStatus()).isEqualTo(Workspace.StatusEnum.ACTIVE);

        NewResource order = new NewResource().name("Order 4711").metadata(Map.of("customer", "c-17"));
        Resource made = resources.createResource(order, "client-java", null);
        assertThat(made.getName()).isEqualTo("Order 4711");
        assertThat(made.getMetadata()).containsEntry("customer", "c-17");

        Resource replayed = resources.createResource(order, "client-java", null);
        assertThat(replayed).isEqualTo(made);

        assertThat(resources.getResource(made.getId(), null, null, null)).isEqualTo(made);

        Resource changed =
                resources.updateResource(made.getId(), new ContentPatch().name("Order 4712"), null, null, "\"v1\"", null);
        assertThat(changed.getName()).isEqualTo("Order 4712");

        assertThat(resources.listResources("active", null, null, null, null, null, 10, null).getData())
                .extracting(Resource::getId)
                .contains(made.getId());

        assertThat(new WebhookEndpointsApi(client)
                        .createWebhookEndpoint(
                                new NewWebhookEndpoint()
                                        .url(URI.create("https://receiver.example.com/hooks"))
                                        .types(List.of("resource.*")),
                                null,
                                null)
                        .getSecret())
                .startsWith("whsec_");

        Event event = new EventsApi(client)
                .publishEvent(new NewEvent().type("payment.processed").data(Map.of("amount", 12)), null, null);
        assertThat(event.getType()).isEqualTo("payment.processed");

        RatePolicy policy = workspaces.getRateLimit().getPolicies().get(0);
        assertThat(policy.getRemaining()).isLessThan(policy.getLimit());

        assertThatThrownBy(() -> resources.getResource("res_" + "0".repeat(26), null, null, null))
                .isInstanceOfSatisfying(ApiException.class, problem -> {
                    assertThat(problem.getCode()).isEqualTo(404);
                    assertThat(problem.getResponseBody()).contains("\"code\":\"not_found\"");
                });
    }
}
