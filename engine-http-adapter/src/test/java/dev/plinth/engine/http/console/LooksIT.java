package dev.plinth.engine.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.Delivery;
import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Walks through every page of the console and every kind of page of the API reference, in each width and by day and night. */
@Tag("slow")
@Tag("scaled")
class LooksIT extends ConsoleBrowsing {
    LooksIT() throws IOException {}

    /** Widths, and whether it is dark: each of both in a short run, all pairs in the others. */
    static Stream<Arguments> looks() {
        Stream<Arguments> both = Stream.of(Arguments.of(WIDE, false), Arguments.of(NARROW, true));
        return TestScale.isShort()
                ? both
                : Stream.concat(both, Stream.of(Arguments.of(WIDE, true), Arguments.of(NARROW, false)));
    }

    @ParameterizedTest
    @MethodSource("looks")
    void workspace_everyPage_isInOrder(int width, boolean dark) throws IOException {
        begin(width, dark);
        ConsoleWorld.Things things = world.fill("Order 4711");
        String refused = world.refused(Json.of(Map.of("name", ""))).requestId();
        browser.open(world.address());
        browser.await("document.querySelector('h1')");
        look("sign-in");
        signIn(world.secret());
        if (width == NARROW) {
            browser.click("Menu");
            look("menu");
        }

        lookAt("resources", "#/resources");
        lookAtDialog("resource-create", "Create resource");
        for (String part : List.of("data", "children", "shares", "events", "jobs")) {
            lookAt("resource-" + part, "#/resources/" + things.resource() + "/" + part);
        }
        lookAtDialog("resource-edit", "Edit");
        lookAt("jobs", "#/jobs");
        lookAtDialog("job-start", "Start job");
        for (int i = 0; i < things.jobs().size(); i++) {
            lookAt("job-" + i, "#/jobs/" + things.jobs().get(i));
        }
        lookAt("events", "#/events");
        browser.await("document.querySelector('.tail-row')");
        browser.await("document.querySelector('[data-live=yes]')");
        browser.run("document.querySelector('.tail-row').click()");
        look("event-open");
        browser.click("All kept events");
        look("events-kept");
        lookAt("event", "#/events/" + things.event());
        lookAt("requests", "#/requests");
        lookAt("request", "#/requests/" + refused);
        settings(things);
        lookAt("nowhere", "#/nowhere");
    }

    private void settings(ConsoleWorld.Things things) throws IOException {
        lookAt("webhooks", "#/settings/webhooks");
        browser.click("Add endpoint");
        browser.click("Chosen events");
        look("webhook-add");
        browser.press("Escape");
        String endpoint = "#/settings/webhooks/" + things.endpoint();
        lookAt("webhook", endpoint);
        for (String dialog : List.of("Edit", "Rotate secret", "Recover", "Delete")) {
            lookAtDialog("webhook-" + dialog, dialog);
        }
        browser.click("Send test");
        browser.awaitText("The receiver answered 200");
        look("webhook-test");
        browser.click("Done");
        Delivery delivery = world.client()
                .webhooks()
                .deliveries(things.endpoint())
                .call()
                .data()
                .get(0);
        lookAt("delivery", endpoint + "/" + delivery.id());
        lookAt("keys", "#/settings/keys");
        for (String dialog : List.of("Edit console", "Rotate console", "Disable console", "Revoke console")) {
            lookAtDialog("key-" + dialog.replaceAll(" .*", ""), dialog);
        }
        browser.click("Create key");
        browser.click("Chosen scopes");
        look("key-create");
        browser.fill("Name", "reporting");
        browser.fill("Resources", "resources:read");
        browser.submit();
        browser.awaitText("is shown this once");
        look("key-shown");
        browser.click("I have stored the key");
        lookAt("plan", "#/settings/plan");
        lookAtDialog("workspace-edit", "Edit workspace");
    }

    @ParameterizedTest
    @MethodSource("looks")
    void operator_everyPage_isInOrder(int width, boolean dark) throws IOException {
        begin(width, dark);
        world.fill("Order 4711");
        signIn(ConsoleWorld.ADMIN_TOKEN);

        browser.visit("#/operator/health");
        browser.await("document.querySelectorAll('.plot canvas').length === 6");
        look("health");
        lookAt("plans", "#/operator/plans");
        browser.click("its workspaces (starter)");
        browser.awaitText("No workspace has this plan");
        look("workspaces-of-plan");
        lookAt("workspaces", "#/operator/workspaces");
        lookAtDialog("workspace-create", "Create workspace");
        lookAt("workspace", "#/operator/workspaces/" + world.workspace());
        for (String dialog : List.of("Create API key", "Change name or plan", "Suspend", "Delete")) {
            lookAtDialog("workspace-" + dialog, dialog);
        }
        browser.click("Suspend");
        browser.submit();
        browser.awaitText("This workspace is suspended");
        look("workspace-suspended");

        assertThat(world.engine().admin().workspace(world.workspace()).call().suspended())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("looks")
    void reference_everyKindOfPage_isInOrder(int width, boolean dark) throws IOException {
        begin(width, dark);
        openReference("");
        look("docs-first");
        for (String page : List.of(
                "operation/createResource",
                "operation/streamEvents",
                "webhook/resource.created",
                "schema/Delivery",
                "nowhere/at-all")) {
            browser.visit("#/" + page);
            browser.run("document.querySelectorAll('main summary').forEach((each) => each.click())");
            look("docs-" + page.replace('/', '-'));
        }
        if (width == NARROW) {
            browser.click("Menu");
            look("docs-menu");
        }
    }
}
