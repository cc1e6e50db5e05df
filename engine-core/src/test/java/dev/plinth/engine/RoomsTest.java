package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The size of the rooms, and the circles within them, in the main sources of the product. The benchmarks are left out.
 *
 * <p>It reads sources, because the compiler copies constants into the classes that use them. Class files do not tell where
 * they came from.
 */
final class RoomsTest {
    /** Three files may be one thought. In a larger circle no file can be read before all the others. */
    private static final int CIRCLE_FILES_MAX = 3;

    private static final int PACKAGE_FILES_MAX = 30;

    /** Packages that had more files when the rule came, with how many. They only become smaller. */
    private static final Map<String, Integer> CROWDED =
            Map.of("dev.plinth.engine.api", 68, "dev.plinth.engine.log.postgres", 31);

    private static final int RECORD_COMPONENTS_MAX = 8;

    /** Records that had more components when the rule came, with how many. They only become smaller. */
    private static final Map<String, Integer> LONG_RECORDS = Map.of(
            "LogStatus.CellStatus", 14,
            "EngineConfig", 34,
            "EngineEnd.Parts", 13,
            "EngineServerBuilder.Settings", 10,
            "JobRow.Facts", 12,
            "PipelineParts", 12,
            "PlinthProperties", 13,
            "Route", 19,
            "Webhooks.Parts", 12,
            "Wire.Parts", 20);

    private static final Pattern RECORD = Pattern.compile("\\brecord (\\w+)(?:<[^(]*>)?\\(");
    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);
    private static final Pattern IMPORT = Pattern.compile("^import (?:static )?([\\w.]+);", Pattern.MULTILINE);
    private static final Pattern TYPE = Pattern.compile("(?<![\\w.])[A-Z]\\w*");

    /** The files of each package, by the name of their type. */
    private static final Map<String, Map<String, String>> PACKAGES = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        for (SourceFile file : SourceFile.all()) {
            if (file.isJava() && file.isMain() && isOfTheProduct(file.path())) {
                Matcher stated = PACKAGE.matcher(file.text());
                assertThat(stated.find()).as(file.path()).isTrue();
                String type = file.path()
                        .substring(file.path().lastIndexOf('/') + 1, file.path().lastIndexOf('.'));
                PACKAGES.computeIfAbsent(stated.group(1), any -> new TreeMap<>())
                        .put(type, file.code());
            }
        }
        assertThat(PACKAGES).hasSizeGreaterThan(30);
    }

    private static boolean isOfTheProduct(String path) {
        return path.startsWith("engine-") || path.startsWith("libraries/") || path.startsWith("spring-boot-starter/");
    }

    @Test
    void packages_haveFewFiles() {
        Map<String, Integer> crowded = new TreeMap<>();
        PACKAGES.forEach((name, files) -> {
            if (files.size() > PACKAGE_FILES_MAX) {
                crowded.put(name, files.size());
            }
        });

        assertThat(crowded)
                .as(
                        "packages of more than %d files; one that has become smaller goes down in this list",
                        PACKAGE_FILES_MAX)
                .isEqualTo(CROWDED);
    }

    @Test
    void files_ofOnePackage_formNoCircleOfMoreThanThree() {
        List<Set<String>> circles = new ArrayList<>();
        PACKAGES.values().forEach(files -> circles.addAll(circles(uses(files))));

        assertThat(circles)
                .as("circles of more than %d files", CIRCLE_FILES_MAX)
                .isEmpty();
    }

    @Test
    void records_haveFewComponents() {
        Map<String, Integer> found = new TreeMap<>();
        PACKAGES.values()
                .forEach(files -> files.forEach((file, code) -> {
                    Matcher record = RECORD.matcher(code);
                    while (record.find()) {
                        int components = components(code, record.end());
                        if (components > RECORD_COMPONENTS_MAX) {
                            found.put(record.group(1).equals(file) ? file : file + "." + record.group(1), components);
                        }
                    }
                }));

        assertThat(found)
                .as(
                        "records of more than %d components; one that has become smaller goes down in this list",
                        RECORD_COMPONENTS_MAX)
                .isEqualTo(LONG_RECORDS);
    }

    /** Counts the components of a record, from right behind its parenthesis. */
    private static int components(String code, int start) {
        int open = 1;
        int commas = 0;
        int at = start;
        while (open > 0) {
            char next = code.charAt(at);
            open += next == '(' || next == '<' ? 1 : next == ')' || next == '>' ? -1 : 0;
            commas += next == ',' && open == 1 ? 1 : 0;
            at++;
        }
        return code.substring(start, at - 1).isBlank() ? 0 : commas + 1;
    }

    /** Returns which other files of its package each file names. */
    private static Map<String, Set<String>> uses(Map<String, String> files) {
        Map<String, Set<String>> uses = new TreeMap<>();
        files.forEach((name, code) -> {
            Set<String> named = found(TYPE, IMPORT.matcher(code).replaceAll(""));
            named.retainAll(files.keySet());
            named.remove(name);
            // Another package's type of the same name is imported.
            found(IMPORT, code).forEach(other -> named.remove(other.substring(other.lastIndexOf('.') + 1)));
            uses.put(name, named);
        });
        return uses;
    }

    private static Set<String> found(Pattern pattern, String code) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(code);
        while (matcher.find()) {
            found.add(matcher.group(matcher.groupCount()));
        }
        return found;
    }

    private static List<Set<String>> circles(Map<String, Set<String>> uses) {
        Map<String, Set<String>> reached = new TreeMap<>();
        uses.keySet().forEach(file -> reached.put(file, reached(file, uses)));
        Set<String> done = new TreeSet<>();
        List<Set<String>> circles = new ArrayList<>();
        for (String file : uses.keySet()) {
            Set<String> circle = new TreeSet<>(reached.get(file));
            circle.removeIf(other -> !reached.getOrDefault(other, Set.of()).contains(file));
            if (circle.size() > CIRCLE_FILES_MAX && done.addAll(circle)) {
                circles.add(circle);
            }
        }
        return circles;
    }

    private static Set<String> reached(String from, Map<String, Set<String>> uses) {
        Set<String> reached = new TreeSet<>();
        Deque<String> next = new ArrayDeque<>(List.of(from));
        while (!next.isEmpty()) {
            for (String used : uses.getOrDefault(next.pop(), Set.of())) {
                if (reached.add(used)) {
                    next.push(used);
                }
            }
        }
        return reached;
    }
}
