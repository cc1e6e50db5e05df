package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.http.connection.Deadlines;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A credential comes in as it is spelled, whatever came in before it on its connection: behind a proxy that is of many callers. */
class HeaderSpellingTest {
    @Test
    void credential_afterItsBeginningInOtherCase_arrivesAsSent() throws IOException {
        List<String> sent = List.of(
                "Bearer SK_LIVE_",
                "Bearer sk_live_x",
                "Bearer sk_live_Xabc",
                "Bearer sk_live_xabc",
                "bearer sk_live_XABC");
        FakeCallService calls = new FakeCallService();
        try (EngineServer server =
                        EngineServer.start((executor, audiences) -> calls, "127.0.0.1", 0, Deadlines.STANDARD);
                RawClient client = new RawClient(server.port())) {
            for (String credential : sent) {
                WireRequest request = WireRequest.get("/v1/resources").with("Authorization", credential);
                client.send(request.bytes()).read();
            }
        }

        assertThat(calls.calls)
                .extracting(call -> call.headers().get("authorization"))
                .isEqualTo(sent);
    }
}
