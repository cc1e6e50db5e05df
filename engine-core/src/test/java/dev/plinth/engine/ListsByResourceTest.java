package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Lists filtered by a resource show what is the caller's own, and nothing of what others have on it, not even that there is any. */
final class ListsByResourceTest {
    /** More than a page of one item examines. */
    private static final int ROWS = 12;

    @Test
    void lists_ofAForeignResource_areThoseOfOneThatNothingHas() {
        try (TestEngine store = TestEngine.inMemory()) {
            String foreign = busyResource(store);
            store.use(store.newKey(store.newWorkspace("stranger")));

            for (String list : new String[] {"jobs", "events"}) {
                assertThat(store.text("/v1/" + list + "?limit=1&resourceId=" + foreign))
                        .isEqualTo(store.text("/v1/" + list + "?limit=1&resourceId=res_" + "0".repeat(26)))
                        .isEqualTo("{\"data\":[],\"hasMore\":false,\"nextCursor\":null}");
            }
        }
    }

    @Test
    void lists_ofASharedResource_showEachSideItsOwn() {
        try (TestEngine store = TestEngine.inMemory()) {
            String owner = store.key();
            String resource = busyResource(store);
            String grantee = store.newWorkspace("grantee");
            store.call("PUT", "/v1/resources/" + resource + "/shares/" + grantee, "{\"role\":\"editor\"}");
            store.use(store.newKey(grantee));
            String job = store.make("/v1/jobs", jobOn(resource));
            store.call("POST", "/v1/jobs/" + job + "/cancel");

            String jobs = "/v1/jobs?limit=100&resourceId=" + resource;
            String events = "/v1/events?limit=100&resourceId=" + resource;
            assertThat(store.text(jobs).split("\"id\"", -1)).hasSize(2);
            assertThat(store.text(jobs)).contains(job);
            assertThat(store.text(events).split("\"type\":\"job.canceled\"", -1))
                    .hasSize(2);
            assertThat(store.text(events)).doesNotContain("resource.created");

            store.use(owner);
            assertThat(store.text(jobs).split("\"id\":\"job_", -1)).hasSize(ROWS + 1);
            assertThat(store.text(jobs)).doesNotContain(job);
            assertThat(store.text(events))
                    .contains("resource.created", "child.created")
                    .doesNotContain("job.canceled");
        }
    }

    private static String busyResource(TestEngine store) {
        String resource = store.make("/v1/resources", "{\"name\":\"r\"}");
        for (int i = 0; i < ROWS; i++) {
            store.make("/v1/jobs", jobOn(resource));
            store.make("/v1/resources/" + resource + "/children", "{\"name\":\"c\"}");
        }
        return resource;
    }

    private static String jobOn(String resource) {
        return "{\"type\":\"t\",\"input\":{},\"resourceId\":\"" + resource + "\"}";
    }
}
