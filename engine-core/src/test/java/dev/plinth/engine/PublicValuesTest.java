package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Values of the public API can grow. It reads the sources of all published modules: the packages that
 * {@code docs/versions.md} names. What is marked as experimental promises nothing and is left out.
 */
final class PublicValuesTest {
    private static final int PARAMETERS_MAX = 4;
    private static final Pattern STATED = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);
    private static final Pattern EXCLUDED =
            Pattern.compile("<plinth\\.javadoc\\.excluded>([^<]+)</plinth\\.javadoc\\.excluded>");
    private static final Pattern PACKAGE = Pattern.compile("`(dev\\.plinth\\.engine[\\w.]*)`");

    @Test
    void publicValues_haveNoLongConstructor_andTakeNoOptional() throws IOException {
        Set<String> packages = published();
        List<String> wrong = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (SourceFile file : SourceFile.all()) {
            Matcher stated = STATED.matcher(file.text());
            boolean isOfTheProduct = file.isJava() && file.isMain() && !file.isIn("benchmarks/");
            if (isOfTheProduct && stated.find() && packages.contains(stated.group(1))) {
                seen.add(stated.group(1));
                wrong.addAll(wrongs(parse(file.path(), file.text())));
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(seen).isEqualTo(packages);
    }

    @Test
    void wrongs_ofBrokenValues_areFound() throws IOException {
        assertThat(wrongs("public record R(int a, int b, int c, int d, int e) {}"))
                .containsExactly("R has 5 components");
        assertThat(wrongs("public record R(Optional<String> a) {}")).containsExactly("R takes an Optional");
        assertThat(wrongs("public final class C { public C(int a, int b, int c, int d, int e) {} }"))
                .containsExactly("C has a constructor of 5 parameters");
        assertThat(wrongs("public interface I { record R(int a, int b, int c, int d, int e) {} }"))
                .containsExactly("R has 5 components");
        assertThat(wrongs("public interface I { void m(Optional<String> a); }"))
                .containsExactly("I.m takes an Optional");
        assertThat(wrongs("public final class C { public void m(OptionalInt a) {} }"))
                .containsExactly("C.m takes an Optional");
        assertThat(wrongs("@Experimental public record R(Optional<String> a) {}"))
                .isEmpty();
        assertThat(wrongs("record R(Optional<String> a) {}")).isEmpty();
        assertThat(wrongs("public final class C { private record R(Optional<String> a) {} C(Optional<String> a) {} }"))
                .isEmpty();
    }

    @Test
    void packages_thatAreNeitherInternalNorLeftOut_areInThePage() throws IOException {
        String build = text("pom.xml");
        Matcher excluded = EXCLUDED.matcher(build);
        assertThat(excluded.find()).isTrue();
        Set<String> leftOut = Set.of(excluded.group(1).split(":"));
        Set<String> open = new TreeSet<>();
        for (SourceFile file : SourceFile.all()) {
            Matcher stated = STATED.matcher(file.text());
            if (file.isJava() && file.isMain() && file.isIn("package-info") && stated.find()) {
                open.add(stated.group(1));
            }
        }
        open.removeIf(name -> !name.startsWith("dev.plinth.engine")
                || name.contains(".internal")
                || name.contains(".benchmarks")
                || leftOut.contains(name));

        assertThat(open).isEqualTo(named());
    }

    /** Returns the packages of the public API without those that are experimental as a whole. */
    private static Set<String> published() throws IOException {
        Set<String> packages = named();
        packages.removeAll(Set.of("dev.plinth.engine.log", "dev.plinth.engine.log.postgres"));
        assertThat(packages).hasSizeGreaterThan(8);
        return packages;
    }

    private static Set<String> named() throws IOException {
        Set<String> packages = new TreeSet<>();
        Matcher named = PACKAGE.matcher(text("docs/versions.md"));
        while (named.find()) {
            packages.add(named.group(1));
        }
        packages.removeIf(name -> !name.equals(name.toLowerCase(Locale.ROOT)));
        return packages;
    }

    private static String text(String path) throws IOException {
        return SourceFile.all().stream()
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow()
                .text();
    }

    private static List<String> wrongs(String type) throws IOException {
        return wrongs(parse("T.java", "package p;\n" + type));
    }

    private static List<String> wrongs(CompilationUnitTree unit) {
        List<String> wrong = new ArrayList<>();
        for (Tree type : unit.getTypeDecls()) {
            if (type instanceof ClassTree declared) {
                look(declared, false, wrong);
            }
        }
        return wrong;
    }

    private static void look(ClassTree type, boolean isInInterface, List<String> wrong) {
        if (!isPublic(type.getModifiers(), isInInterface) || isExperimental(type.getModifiers())) {
            return;
        }
        boolean isInterface = type.getKind() == Tree.Kind.INTERFACE;
        if (type.getKind() == Tree.Kind.RECORD) {
            lookAtComponents(type, wrong);
        }
        for (Tree member : type.getMembers()) {
            if (member instanceof ClassTree inner) {
                look(inner, isInterface, wrong);
            } else if (member instanceof MethodTree method
                    && type.getKind() != Tree.Kind.RECORD
                    && isPublic(method.getModifiers(), isInterface)
                    && !isExperimental(method.getModifiers())) {
                lookAt(type, method, wrong);
            }
        }
    }

    private static void lookAtComponents(ClassTree type, List<String> wrong) {
        List<VariableTree> components = type.getMembers().stream()
                .filter(VariableTree.class::isInstance)
                .map(VariableTree.class::cast)
                .filter(field -> !field.getModifiers().getFlags().contains(Modifier.STATIC))
                .toList();
        if (components.size() > PARAMETERS_MAX) {
            wrong.add(type.getSimpleName() + " has " + components.size() + " components");
        }
        if (components.stream().anyMatch(PublicValuesTest::isOptional)) {
            wrong.add(type.getSimpleName() + " takes an Optional");
        }
    }

    private static void lookAt(ClassTree type, MethodTree method, List<String> wrong) {
        boolean isConstructor = method.getReturnType() == null;
        String name = type.getSimpleName() + (isConstructor ? "" : "." + method.getName());
        if (isConstructor && method.getParameters().size() > PARAMETERS_MAX) {
            wrong.add(name + " has a constructor of " + method.getParameters().size() + " parameters");
        }
        if (method.getParameters().stream().anyMatch(PublicValuesTest::isOptional)) {
            wrong.add(name + " takes an Optional");
        }
    }

    private static boolean isOptional(VariableTree variable) {
        return String.valueOf(variable.getType()).matches("Optional(Int|Long|Double)?(<.*)?");
    }

    private static boolean isPublic(ModifiersTree modifiers, boolean isInInterface) {
        return modifiers.getFlags().contains(Modifier.PUBLIC)
                || isInInterface && !modifiers.getFlags().contains(Modifier.PRIVATE);
    }

    private static boolean isExperimental(ModifiersTree modifiers) {
        for (AnnotationTree annotation : modifiers.getAnnotations()) {
            if (String.valueOf(annotation.getAnnotationType()).equals("Experimental")) {
                return true;
            }
        }
        return false;
    }

    private static CompilationUnitTree parse(String path, String text) throws IOException {
        JavaFileObject source = new SimpleJavaFileObject(URI.create("string:///" + path), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, List.of("-proc:none"), null, List.of(source));
        return task.parse().iterator().next();
    }
}
