package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The members of a workspace (contract §10), as it and the operator change them. */
class WorkspaceMembersTest {
    private TestEngine store;
    private String owner;

    @BeforeEach
    void open() {
        store = TestEngine.inMemory();
        owner = store.newWorkspace("owner");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void sharesFrom_neverNamedThenNamedThenNobody_isShownAsItIs() {
        assertThat(store.text("/v1/workspace")).doesNotContain("sharesFrom");

        assertThat(patch("{\"sharesFrom\":[\"" + owner + "\"]}").text()).contains("\"sharesFrom\":[\"" + owner + "\"]");
        assertThat(store.text("/v1/workspace")).contains("\"sharesFrom\":[\"" + owner + "\"]");
        assertThat(patch("{\"sharesFrom\":[]}").text()).contains("\"sharesFrom\":[]");
    }

    @Test
    void share_workspaceThatNamesOthers_isRefusedUntilItNamesTheOwner() {
        String grantee = TestEngine.id(store.call("GET", "/v1/workspace"));
        String granteeKey = store.key();
        String ownerKey = store.newKey(owner);
        patch("{\"sharesFrom\":[]}");
        store.use(ownerKey);
        String shares = "/v1/resources/" + store.make("/v1/resources", "{\"name\":\"r\"}") + "/shares/" + grantee;
        String body = "{\"role\":\"reader\"}";
        assertThat(store.call("PUT", shares, body).text())
                .contains("No other workspace with this id accepts shares from this one.");

        store.use(granteeKey);
        patch("{\"sharesFrom\":[\"" + owner + "\"]}");
        store.use(ownerKey);

        assertThat(store.call("PUT", shares, body).status()).isLessThan(300);
    }

    @Test
    void plan_changed_hasAnEventAndOtherMembersHaveNone() {
        String workspace = TestEngine.id(store.call("GET", "/v1/workspace"));
        store.engine().admin().rename(workspace, "renamed").call();
        store.engine().admin().changePlan(workspace, "business").call();
        patch("{\"metadata\":{\"a\":\"b\"}}");
        assertThat(store.text("/v1/events")).doesNotContain("workspace.plan_changed");

        store.engine().admin().changePlan(workspace, "pro").call();

        assertThat(store.text("/v1/events")).containsOnlyOnce("\"workspace.plan_changed\"");
        assertThat(store.text("/v1/workspace"))
                .contains("\"name\":\"renamed\"", "\"plan\":\"pro\"", "\"metadata\":{\"a\":\"b\"}");
    }

    @Test
    void status_suspendedAndActivated_isShownToTheOperator() {
        assertThat(store.engine().admin().suspend(owner).call().json().toString())
                .contains("\"status\":\"suspended\"");
        assertThat(store.engine().admin().activate(owner).call().json().toString())
                .contains("\"status\":\"active\"");
    }

    private Reply patch(String body) {
        Reply reply = store.call("PATCH", "/v1/workspace", body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }
}
