package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds circles of files: files of one package that all reach each other by the classes that they use. Three files may
 * be one thought; in a larger circle no file can be read before all the others.
 */
@AnalyzeClasses(packages = "dev.plinth", importOptions = ImportOption.DoNotIncludeTests.class)
final class FileCirclesTest {
    private static final int FILES_MAX = 3;

    @ArchTest
    static void files_ofOnePackage_formNoCircleOfMoreThanThree(JavaClasses classes) {
        Map<String, Set<String>> uses = uses(classes);
        assertThat(uses).hasSizeGreaterThan(FILES_MAX);

        assertThat(circles(uses)).as("circles of more than %d files", FILES_MAX).isEmpty();
    }

    /** Returns which other files of its package each file uses, by the names of their top-level classes. */
    private static Map<String, Set<String>> uses(JavaClasses classes) {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaClass type : classes) {
            Set<String> used = uses.computeIfAbsent(file(type), unused -> new TreeSet<>());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().equals(type.getPackageName())
                        && !file(target).equals(file(type))) {
                    used.add(file(target));
                }
            }
        }
        return uses;
    }

    private static String file(JavaClass type) {
        int nested = type.getName().indexOf('$');
        return nested < 0 ? type.getName() : type.getName().substring(0, nested);
    }

    private static List<Set<String>> circles(Map<String, Set<String>> uses) {
        Map<String, Set<String>> reached = new TreeMap<>();
        uses.keySet().forEach(file -> reached.put(file, reached(file, uses)));
        Set<String> done = new TreeSet<>();
        List<Set<String>> circles = new ArrayList<>();
        for (String file : uses.keySet()) {
            Set<String> circle = new TreeSet<>(reached.get(file));
            circle.removeIf(other -> !reached.getOrDefault(other, Set.of()).contains(file));
            if (circle.size() > FILES_MAX && done.addAll(circle)) {
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
