package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.JsonApi.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Rotates a key until the server is gone: afterwards the newest secret counts and none before it. One thread at a time. */
final class KeyRotator {
    private static final String NO_GRACE = "{\"graceSeconds\":0}";

    private final JsonApi api;
    private final String path;
    private final List<String> retired = new ArrayList<>();
    private String secret;
    private String open = "";
    private int rotations;

    /** Makes the key that it rotates. */
    KeyRotator(JsonApi api) throws IOException, InterruptedException {
        this.api = api;
        Map<String, Object> key =
                api.send("POST", "/v1/keys", "", "{\"name\":\"rotated\"}").json();
        path = "/v1/keys/" + key.get("id") + "/rotate";
        secret = String.valueOf(key.get("secret"));
    }

    /** Rotates until the server is gone. */
    void run() throws IOException, InterruptedException {
        while (true) {
            open = "rotation-" + rotations;
            Answer answer = api.send("POST", path, open, NO_GRACE);
            if (answer.isFailure()) {
                return;
            }
            note(answer);
        }
    }

    private void note(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        open = "";
        rotations++;
        retired.add(secret);
        secret = String.valueOf(answer.json().get("secret"));
    }

    /** Checks which secrets count, and completes what was open. */
    void check() throws IOException, InterruptedException {
        if (!open.isEmpty()) {
            note(api.send("POST", path, open, NO_GRACE));
        }
        assertThat(api.as(secret).get("/v1/workspace").status())
                .as("status for the newest secret")
                .isEqualTo(200);
        for (String old : retired) {
            assertThat(api.as(old).get("/v1/workspace").status())
                    .as("status for a secret before the newest")
                    .isEqualTo(401);
        }
        retired.clear();
    }

    String figures() {
        return rotations + " rotations";
    }
}
