package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Workspace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Entity tags of a shared resource: what is shown of it has the role in it, so its tag has it too (RFC 9110 §8.8.3). */
final class SharedTagTest {
    private final Engine engine = Engine.inMemory();
    private String owner = "";
    private String grantee = "";
    private String resource = "";
    private String share = "";

    @BeforeEach
    void shareAResource() {
        Workspace one = engine.admin().createWorkspace("owner", "pro").call();
        Workspace other = engine.admin().createWorkspace("grantee", "pro").call();
        owner = engine.admin().createKey(one.id(), "k").call().secret().orElseThrow();
        grantee = engine.admin().createKey(other.id(), "k").call().secret().orElseThrow();
        resource = "/v1/resources/"
                + engine.client(owner).resources().create("shared").call().id();
        share = resource + "/shares/" + other.id();
        grant("reader");
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void get_nothingHasChanged_304WithTheSameTag() {
        String tag = get(null).header("ETag");

        Reply again = get(tag);

        assertThat(again.status()).isEqualTo(304);
        assertThat(again.header("ETag")).isEqualTo(tag);
    }

    @Test
    void get_roleHasChanged_200ShowsIt() {
        String tag = get(null).header("ETag");
        grant("editor");

        Reply changed = get(tag);

        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.text()).contains("\"role\":\"editor\"");
        assertThat(changed.header("ETag")).isNotEqualTo(tag);
    }

    @Test
    void get_byTheOwner_tagIsThatOfTheVersion() {
        assertThat(engine.call(Call.of("GET", resource).withKey(owner)).header("ETag"))
                .isEqualTo("\"v1\"");
    }

    @Test
    void ifMatch_tagAsShownOrOfTheVersion_fits() {
        grant("editor");
        Reply first = patch("a", get(null).header("ETag"));
        Reply second = patch("b", "\"v2\"");

        assertThat(first.status()).isEqualTo(200);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.header("ETag")).isEqualTo(get(null).header("ETag"));
    }

    @Test
    void ifMatch_tagOfAnotherRoleOrVersion_412() {
        String asReader = get(null).header("ETag");
        grant("editor");

        assertThat(patch("a", asReader).status()).isEqualTo(412);
        assertThat(patch("a", asReader.replace("v1", "v2")).status()).isEqualTo(412);
    }

    private Reply get(String ifNoneMatch) {
        Call call = Call.of("GET", resource).withKey(grantee);
        return engine.call(ifNoneMatch == null ? call : call.withHeader("If-None-Match", ifNoneMatch));
    }

    private Reply patch(String name, String ifMatch) {
        return engine.call(Call.of("PATCH", resource)
                .withKey(grantee)
                .withHeader("If-Match", ifMatch)
                .withBody(Json.of("{\"name\":\"" + name + "\"}")));
    }

    private void grant(String role) {
        engine.call(Call.of("PUT", share).withKey(owner).withBody(Json.of("{\"role\":\"" + role + "\"}")));
    }
}
