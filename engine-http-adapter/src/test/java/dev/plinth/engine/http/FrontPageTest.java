package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /} (contract §11): JSON for programs, a page for browsers, and links that lead somewhere. */
class FrontPageTest {
    private static final String OF_A_BROWSER =
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
    private static final Pattern LINK = Pattern.compile("href=\"([^\"]*)\"");

    private final LiveServer server = LiveServer.start();

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*/*",
                "application/json",
                "application/json, text/html;q=0.9",
                "text/html;q=0",
                "text/html;q=0.000, */*",
                "text/htmlx",
                "application/xhtml+xml"
            })
    void root_forPrograms_isJson(String accept) throws IOException {
        RawReply reply = get(accept);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("application/json");
        Map<String, Object> json = Json.of(reply.text()).asMap();
        assertThat(json).containsEntry("name", "plinth").containsOnlyKeys("name", "version", "links");
        assertThat((String) json.get("version")).matches("\\d+\\.\\d+\\.\\d+");
        Map<?, ?> links = (Map<?, ?>) json.get("links");
        assertThat(links.keySet()).isEqualTo(Set.of("docs", "openapi", "health"));
        for (Object link : links.values()) {
            assertThat(server.send(WireRequest.get((String) link)).status())
                    .as("%s", link)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OF_A_BROWSER, "text/html", "TEXT/HTML ; q=0.5", "application/json;q=0.5, text/html;q=0.5"})
    void root_forBrowsers_isAPageThatRunsNothing(String accept) throws IOException {
        RawReply reply = get(accept);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(reply.header("content-security-policy")).startsWith("default-src 'none'");
        assertThat(reply.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(reply.header("cache-control")).isEqualTo("no-store");
        assertThat(reply.header("request-id")).startsWith("req_");
        assertThat(reply.text())
                .startsWith("<!DOCTYPE html>")
                .doesNotContainIgnoringCase("<script", "<style", "style=", " on", "<img", "http://", "https://", "%");
        List<String> links = new ArrayList<>();
        Matcher link = LINK.matcher(reply.text());
        while (link.find()) {
            links.add(link.group(1));
            assertThat(server.send(WireRequest.get(link.group(1))).status())
                    .as(link.group(1))
                    .isEqualTo(200);
        }
        assertThat(links).contains("/openapi.json", "/health/ready");
    }

    @Test
    void root_byHead_isAnsweredAsByGetWithoutABody() throws IOException {
        for (String accept : List.of("text/html", "application/json")) {
            RawReply get = get(accept);
            RawReply head = server.send(WireRequest.of("HEAD", "/").with("Accept", accept));

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo(get.header("content-type"));
            assertThat(head.header("content-length")).isEqualTo(Integer.toString(get.body().length));
        }
    }

    @Test
    void root_byAnotherMethodOrWithAQuery_isRefused() throws IOException {
        RawReply post = server.send(WireRequest.of("POST", "/").with("Accept", "text/html"));
        ProblemReply.of(post, 405, "method_not_allowed");
        assertThat(post.header("allow")).isEqualTo("GET, HEAD");
        ProblemReply.of(server.send(WireRequest.get("/?x=1").with("Accept", "text/html")), 400, "parameter_invalid");
    }

    /** A page is for {@code GET /} alone: an error is a problem document whatever the client would like. */
    @Test
    void errors_areProblemsForBrowsersToo() throws IOException {
        ProblemReply.of(server.send(WireRequest.get("/nowhere").with("Accept", "text/html")), 404, "route_not_found");
    }

    private RawReply get(String accept) throws IOException {
        WireRequest request = WireRequest.get("/");
        return server.send(accept.isEmpty() ? request : request.with("Accept", accept));
    }
}
