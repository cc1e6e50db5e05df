package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The versions of all that is stored: the constants of the engine's classes whose name is {@code VERSION} or {@code
 * FORMAT}, or ends in it.
 */
final class StoredVersions {
    private static final List<String> STORED = List.of("VERSION", "FORMAT");

    private StoredVersions() {}

    /** Returns a line for each constant of this build, sorted. */
    static String text() throws IOException {
        URI code = URI.create(
                Engine.class.getProtectionDomain().getCodeSource().getLocation().toString());
        return text(Path.of(code), StoredVersions.class.getClassLoader());
    }

    /** Returns the same of the program of any release. */
    static String ofProgram(Path jar) throws IOException {
        URL[] all = {jar.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(all, ClassLoader.getPlatformClassLoader())) {
            return text(jar, loader);
        }
    }

    private static String text(Path code, ClassLoader loader) throws IOException {
        Map<String, Object> versions = new TreeMap<>();
        if (Files.isDirectory(code)) {
            collect(code, loader, versions);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(code)) {
                collect(jar.getPath("/"), loader, versions);
            }
        }
        StringBuilder text = new StringBuilder();
        versions.forEach(
                (name, value) -> text.append(name).append(' ').append(value).append('\n'));
        return text.toString();
    }

    private static void collect(Path root, ClassLoader loader, Map<String, Object> versions) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("dev/plinth/engine/internal"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                String path = root.relativize(file).toString();
                collect(
                        type(
                                path.substring(0, path.length() - ".class".length())
                                        .replace('/', '.'),
                                loader),
                        versions);
            }
        }
    }

    private static Class<?> type(String name, ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("Expected the class " + name + " of the engine, but it is gone", e);
        }
    }

    private static void collect(Class<?> type, Map<String, Object> versions) {
        for (Field field : type.getDeclaredFields()) {
            boolean isVersion = STORED.stream()
                    .anyMatch(word ->
                            field.getName().equals(word) || field.getName().endsWith("_" + word));
            boolean isOffset = field.getName().endsWith("_TO_VERSION");
            boolean isNumber = !isOffset && (field.getType() == int.class || field.getType() == byte.class);
            if (isVersion && isNumber && Modifier.isStatic(field.getModifiers())) {
                try {
                    field.setAccessible(true);
                    versions.put(
                            type.getName().replace("dev.plinth.engine.internal.", "") + "." + field.getName(),
                            field.get(null));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException("Expected to read " + field, e);
                }
            }
        }
    }
}
