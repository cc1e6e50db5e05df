package dev.plinth.engine.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.api.WebhookEndpointChange;
import dev.plinth.engine.api.Workspace;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Changes things in the console that others change too, and loses the answers. */
@Tag("slow")
class ConsoleChangesIT extends ConsoleBrowsing {
    ConsoleChangesIT() throws IOException {}

    @Test
    void edit_keepsNumbersAsWritten_andTakesDeletedMembersAway() throws IOException {
        begin(WIDE, false);
        String id = idOf(Json.of("{\"big\":9007199254740993,\"one\":1.0,\"gone\":{\"a\":1}}"));
        signIn(world.secret());
        browser.visit("#/resources/" + id);
        browser.awaitText("9007199254740993");
        browser.awaitText("\"one\": 1.0");

        browser.click("Edit");
        browser.fill("Name", "Order 4712");
        browser.submit();
        awaitNoDialog();
        Resource renamed = world.client().resources().get(id).call();
        assertThat(renamed.name()).isEqualTo("Order 4712");
        assertThat(renamed.data().toString()).contains("9007199254740993", "1.0", "gone");

        browser.click("Edit");
        browser.fill("Data", "{\"big\": 9007199254740993, \"one\": 1.0, \"more\": 9007199254740995}");
        browser.fill("Metadata", "");
        browser.submit();
        awaitNoDialog();
        Resource edited = world.client().resources().get(id).call();
        assertThat(edited.data().toString())
                .contains("9007199254740993", "1.0", "9007199254740995")
                .doesNotContain("gone");
        assertThat(edited.metadata()).isEmpty();
    }

    @Test
    void edit_ofAnOlderVersion_offersTheNewest() throws IOException {
        begin(WIDE, false);
        String id = idOf(Json.EMPTY_OBJECT);
        signIn(world.secret());
        browser.visit("#/resources/" + id);
        browser.click("Edit");
        world.client()
                .resources()
                .update(id, ResourceChange.NONE.withName("Order 4713"))
                .call();
        browser.fill("Name", "Order 4712");
        browser.submit();
        browser.click("Drop this form and load the newest version");
        awaitNoDialog();
        browser.awaitText("Order 4713");

        browser.click("Edit");
        browser.fill("Name", "Order 4712");
        browser.submit();
        awaitNoDialog();

        assertThat(world.client().resources().get(id).call().name()).isEqualTo("Order 4712");
    }

    /** A form sends what its user has changed (decision 046), so what others have changed meanwhile stays. */
    @Test
    void edit_ofAnEndpoint_leavesWhatOthersHaveChanged() throws IOException {
        begin(WIDE, false);
        String id = world.client()
                .webhooks()
                .create(NewWebhookEndpoint.of(world.receiver().url(), "payment.*")
                        .withDescription("first\nsecond")
                        .withHeaders(Map.of("X-Token", "old")))
                .call()
                .id();
        signIn(world.secret());
        browser.visit("#/settings/webhooks/" + id);
        browser.click("Edit");
        browser.await("document.querySelector('dialog .picker')");
        world.client()
                .webhooks()
                .update(id, WebhookEndpointChange.NONE.withTypes("invoice.*").withHeaders(Map.of("X-Token", "new")))
                .call();
        browser.fill("Webhooks a second at most", "7");
        browser.submit();
        awaitNoDialog();

        assertThat(world.client().webhooks().get(id).call()).satisfies(endpoint -> {
            assertThat(endpoint.types()).containsExactly("invoice.*");
            assertThat(endpoint.headers()).containsEntry("X-Token", "new");
            assertThat(endpoint.description()).isEqualTo("first\nsecond");
            assertThat(endpoint.json().toString()).contains("\"maxPerSecond\":7");
        });
    }

    @Test
    void workspace_renamed_keepsThePlanThatItHasGotMeanwhile() throws IOException {
        begin(WIDE, false);
        signIn(ConsoleWorld.ADMIN_TOKEN);
        browser.visit("#/operator/workspaces/" + world.workspace());
        browser.click("Change name or plan");
        Workspace changed =
                world.engine().admin().changePlan(world.workspace(), "pro").call();
        browser.fill("Name", "Acme 2");
        browser.submit();
        awaitNoDialog();

        Workspace renamed = world.engine().admin().workspace(world.workspace()).call();
        assertThat(renamed.name()).isEqualTo("Acme 2");
        assertThat(renamed.plan()).isEqualTo(changed.plan());
    }

    @Test
    void change_whoseAnswerWasLost_isDoneOnceWhenSentAgain() throws IOException {
        begin(WIDE, false);
        signIn(world.secret());
        browser.visit("#/resources");
        interceptCalls(
                "const answer = await kept(url, init); if (init.method === 'POST' && !window.lost) { window.lost ="
                        + " true; throw new TypeError('cut'); } return answer;");
        browser.click("Create resource");
        browser.fill("Name", "Order 4711");
        browser.submit();
        browser.awaitText("The server does not answer");
        assertThat(world.client().resources().list().call().data()).hasSize(1);

        browser.submit();
        browser.await("location.hash.includes('res_')");

        assertThat(world.client().resources().list().call().data()).hasSize(1);
        browser.visit("#/resources");
        browser.click("Create resource");
        browser.fill("Name", "Order 4711");
        browser.submit();
        browser.await("location.hash.includes('res_')");
        assertThat(world.client().resources().list().call().data()).hasSize(2);
    }

    @Test
    void change_whoseAnswerWasLost_isANewOneOnceTheThingHasChanged() throws IOException {
        begin(WIDE, false);
        String id = idOf(Json.EMPTY_OBJECT);
        signIn(world.secret());
        browser.visit("#/resources/" + id);
        interceptCalls(
                "const answer = await kept(url, init); if (url.endsWith('/pause') && !window.lost) { window.lost ="
                        + " true; throw new TypeError('cut'); } return answer;");
        browser.click("Pause");
        browser.awaitText("The server does not answer");
        browser.visit("#/resources");
        browser.visit("#/resources/" + id);
        browser.click("Resume");
        browser.click("Pause");
        browser.awaitText("Resume");

        assertThat(world.client().resources().get(id).call().status()).isEqualTo(ResourceStatus.PAUSED);
    }
}
