package dev.plinth.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of the repository for rules about its text.
 *
 * @param path where it stands below the root, with slashes
 * @param text all of it
 */
record SourceFile(String path, String text) {
    private static final Set<String> READ =
            Set.of("java", "md", "xml", "sh", "yml", "yaml", "config", "properties", "run");
    private static final Set<String> SKIPPED_FOLDERS = Set.of("target", ".git", ".idea", "node_modules");

    /** Returns the text files of all modules. */
    static List<SourceFile> all() throws IOException {
        Path root = root();
        List<SourceFile> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean skipped = SKIPPED_FOLDERS.contains(folder.getFileName().toString());
                return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = file.getFileName().toString();
                if (READ.contains(name.substring(name.lastIndexOf('.') + 1))) {
                    found.add(SourceFile.read(root, file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return List.copyOf(found);
    }

    /** Returns true if there is a file or folder of this path below the root of the repository. */
    static boolean exists(Path path) {
        return Files.exists(root().resolve(path));
    }

    private static Path root() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return root;
    }

    private static SourceFile read(Path root, Path file) {
        try {
            return new SourceFile(root.relativize(file).toString().replace('\\', '/'), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isJava() {
        return path.endsWith(".java");
    }

    boolean isMain() {
        return path.contains("/src/main/");
    }

    boolean isIn(String part) {
        return path.contains(part);
    }

    /** Returns where a pattern stands in some text of this file, as {@code path:line: what}. */
    List<String> places(Pattern pattern, String in) {
        List<String> places = new ArrayList<>();
        Matcher matcher = pattern.matcher(in);
        while (matcher.find()) {
            long line = in.substring(0, matcher.start()).lines().count()
                    + (matcher.start() == 0 || in.charAt(matcher.start() - 1) == '\n' ? 1 : 0);
            places.add(path + ":" + line + ": " + matcher.group().strip());
        }
        return places;
    }

    /** Returns the comments of Java code. Comments that begin with two slashes on lines that follow each other are one. */
    List<SourceComment> comments() {
        List<SourceComment> comments = new ArrayList<>();
        int lastEnd = 0;
        int at = 0;
        while (at < text.length()) {
            int end = endOfNoCode(at);
            if (end > at && text.charAt(at) == '/') {
                String comment = text.substring(at, end);
                int last = comments.size() - 1;
                if (last >= 0
                        && comment.startsWith("//")
                        && comments.get(last).text().startsWith("//")
                        && text.substring(lastEnd, at).matches(" *\\R *")) {
                    comments.set(last, comments.get(last).followedBy(comment));
                } else {
                    long line =
                            text.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
                    comments.add(new SourceComment(path + ":" + line, comment));
                }
                lastEnd = end;
            }
            at = Math.max(end, at + 1);
        }
        return comments;
    }

    /** The Java code without comments and without what stands in strings; the lines are the same. */
    String code() {
        StringBuilder code = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = endOfNoCode(at);
            if (end == at) {
                code.append(text.charAt(at++));
            } else {
                code.append(text.charAt(at) == '/' ? " " : "\"\"");
                text.substring(at, end).chars().filter(c -> c == '\n').forEach(c -> code.append('\n'));
                at = end;
            }
        }
        return code.toString();
    }

    /** Returns the end of the comment, string or character that begins here; the same place if none begins. */
    private int endOfNoCode(int at) {
        if (text.startsWith("//", at)) {
            return endOf("\n", at, at + 2) - 1;
        }
        if (text.startsWith("/*", at)) {
            return endOf("*/", at, at + 2);
        }
        if (text.startsWith("\"\"\"", at)) {
            return endOf("\"\"\"", at, at + 3);
        }
        char quote = text.charAt(at);
        if (quote != '"' && quote != '\'') {
            return at;
        }
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != quote) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(text.length(), end + 1);
    }

    private int endOf(String mark, int start, int from) {
        int found = text.indexOf(mark, from);
        return found < 0 ? Math.max(start + 1, text.length()) : found + mark.length();
    }
}
