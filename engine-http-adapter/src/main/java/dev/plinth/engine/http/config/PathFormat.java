package dev.plinth.engine.http.config;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file or directory. An empty path, which would be the working directory, is refused. */
record PathFormat(Format<String> text) implements Format<Path> {
    PathFormat() {
        this(Formats.text("a path", Path::of));
    }

    @Override
    public @Nullable Path read(ConfigValue node, String name, FaultList faults) {
        String path = text.read(node, name, faults);
        return path == null ? null : Path.of(path);
    }

    @Override
    public Map<String, Object> schema() {
        return text.schema();
    }

    @Override
    public String range() {
        return text.range();
    }
}
