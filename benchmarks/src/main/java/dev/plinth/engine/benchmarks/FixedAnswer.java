package dev.plinth.engine.benchmarks;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The engine's answers to a create and a get in files, as HTTP would show them, for servers that send the same bytes.
 */
final class FixedAnswer {
    private static final String END_OF_HEAD = "\n\n";

    private FixedAnswer() {}

    /**
     * Asks an engine and writes both answers. Returns the header {@code Authorization}, which is the same for every
     * such engine.
     */
    static String writeBoth(Path directory) throws IOException {
        try (BenchedEngine engine = new BenchedEngine(Engine.builder().inMemory())) {
            Call create = engine.create(0);
            Reply created = engine.call(create, 201);
            write(directory, "create", created);
            write(directory, "get", engine.call(engine.get(0, BenchedEngine.id(created)), 200));
            return Objects.requireNonNull(create.headers().get("authorization"));
        }
    }

    private static void write(Path directory, String name, Reply reply) throws IOException {
        StringBuilder text = new StringBuilder().append(reply.status());
        reply.headers()
                .forEach((header, value) ->
                        text.append('\n').append(header).append(": ").append(value));
        Files.writeString(directory.resolve(name), text + END_OF_HEAD + reply.text());
    }

    static Reply read(Path directory, String name) throws IOException {
        String text = Files.readString(directory.resolve(name));
        int end = text.indexOf(END_OF_HEAD);
        String[] head = text.substring(0, end).split("\n");
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 1; i < head.length; i++) {
            String[] parts = head[i].split(": ", 2);
            headers.put(parts[0], parts[1]);
        }
        byte[] body = text.substring(end + END_OF_HEAD.length()).getBytes(StandardCharsets.UTF_8);
        return Reply.of(Integer.parseInt(head[0]), headers, body);
    }
}
