package dev.plinth.engine.testkit;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A door that keeps everything that went through it, to be compared with what went through another. */
final class RecordingDoor implements Door {
    /** Tells what the socket adds to an answer; everything else is the engine's. */
    private static final Set<String> FRAMING = Set.of("date", "content-length", "vary", "x-content-type-options");

    private final Door door;
    private final List<Exchange> exchanges = new ArrayList<>();

    RecordingDoor(Door door) {
        this.door = door;
    }

    @Override
    public Reply send(Call call) {
        Reply reply = door.send(call);
        Map<String, String> headers = new TreeMap<>();
        reply.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        headers.keySet().removeAll(FRAMING);
        exchanges.add(new Exchange(call.method() + " " + call.path(), reply.status(), headers, reply.text()));
        return reply;
    }

    List<Exchange> exchanges() {
        return List.copyOf(exchanges);
    }

    /** A call and its answer. */
    record Exchange(String call, int status, Map<String, String> headers, String body) {}
}
