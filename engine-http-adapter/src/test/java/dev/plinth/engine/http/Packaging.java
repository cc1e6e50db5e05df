package dev.plinth.engine.http;

import dev.plinth.engine.api.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of {@code packaging}, as systemd and a container's builder read them. */
public final class Packaging {
    private Packaging() {}

    static Path folder() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return root.resolve("packaging");
    }

    public static Path unit() {
        return folder().resolve("systemd/plinth.service");
    }

    public static String dockerfile() throws IOException {
        return Files.readString(folder().resolve("container/Dockerfile")).replaceAll(" *\\\\\n *", " ");
    }

    /** The words of an instruction in its JSON form. */
    public static List<String> words(String instruction) throws IOException {
        Matcher matcher = Pattern.compile("(?m)^" + instruction + " (\\[.*])$").matcher(dockerfile());
        if (!matcher.find()) {
            throw new IOException("Expected an instruction " + instruction);
        }
        List<String> words = new ArrayList<>();
        Object all = Json.of("{\"words\":" + matcher.group(1) + "}").asMap().get("words");
        for (Object word : (List<?>) all) {
            words.add(String.valueOf(word));
        }
        return words;
    }

    /** The script that the container's health check runs in bash. */
    static String healthCheck() throws IOException {
        return words("HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD")
                .get(2);
    }
}
