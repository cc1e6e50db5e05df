package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.testkit.PlinthServer;
import dev.plinth.engine.testkit.WebhookSink;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Looks behind the testkit's extension, before which it is registered, whether what a test and a class had is gone. */
public final class CleanUp implements AfterEachCallback, AfterAllCallback {
    private static PlinthServer server;
    private static WebhookSink sink;
    private static int checked;

    /** Says what the running test has. */
    static void watch(PlinthServer ofTheTest, WebhookSink received) {
        server = ofTheTest;
        sink = received;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        assertThat(status()).as("the workspace of the test is suspended").isEqualTo(403);
        assertThat(isClosed(sink.uri())).as("the sink of the test is closed").isTrue();
        checked++;
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        assertThat(checked).as("tests that were looked behind").isPositive();
        assertThat(isClosed(server.uri())).as("the server of the class is closed").isTrue();
    }

    private static int status() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.uri() + "/v1/resources"))
                .header("Authorization", "Bearer " + server.apiKey())
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode();
    }

    private static boolean isClosed(URI address) throws IOException {
        try (Socket open = new Socket(address.getHost(), address.getPort())) {
            return !open.isConnected();
        } catch (ConnectException refused) {
            return true;
        }
    }
}
