package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.Workspace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A remembered answer stays as it was to the byte, whatever becomes of the resource that it shows (contract §5). */
final class ChangedSinceReplayTest {
    @TempDir
    private Path directory;

    @Test
    void replay_resourceChangedAndDeletedAndEngineOpenedAgain_givesTheSameBytes() {
        List<Call> calls = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        String secret;
        try (Engine engine = Engine.builder().directory(directory).open()) {
            Workspace workspace = engine.admin().createWorkspace("w", "pro").call();
            secret = engine.admin()
                    .createKey(workspace.id(), "k")
                    .call()
                    .secret()
                    .orElseThrow();
            Reply created = answer(
                    engine,
                    calls,
                    answers,
                    Call.of("POST", "/v1/resources").withBody(json("{\"name\":\"é\"}")),
                    secret);
            String path = created.header("Location");
            answer(engine, calls, answers, Call.of("PATCH", path).withBody(json("{\"data\":{\"a\":[1,2]}}")), secret);
            answer(engine, calls, answers, Call.of("POST", path + "/pause"), secret);
            answer(engine, calls, answers, Call.of("POST", path + "/resume"), secret);
            answer(engine, calls, answers, Call.of("POST", path + "/archive"), secret);
            assertReplayed(engine, calls, answers);
            answer(engine, calls, answers, Call.of("DELETE", path), secret);
            assertReplayed(engine, calls, answers);
        }
        try (Engine engine = Engine.builder().directory(directory).open()) {
            assertReplayed(engine, calls, answers);
        }
    }

    private static Reply answer(Engine engine, List<Call> calls, List<String> answers, Call call, String secret) {
        Call keyed = call.withKey(secret).withHeader("Idempotency-Key", "key-" + calls.size());
        Reply reply = engine.call(keyed);
        assertThat(reply.header("Idempotent-Replayed")).as(reply.text()).isNull();
        assertThat(reply.status()).as(reply.text()).isBetween(200, 201);
        calls.add(keyed);
        answers.add(shown(reply));
        return reply;
    }

    private static void assertReplayed(Engine engine, List<Call> calls, List<String> answers) {
        for (int i = 0; i < calls.size(); i++) {
            Reply reply = engine.call(calls.get(i));
            assertThat(reply.header("Idempotent-Replayed")).isEqualTo("true");
            assertThat(shown(reply)).isEqualTo(answers.get(i));
        }
    }

    private static String shown(Reply reply) {
        return reply.status() + " " + reply.header("ETag") + " " + reply.header("Location") + " " + reply.text();
    }

    private static Json json(String text) {
        return Json.of(text);
    }
}
