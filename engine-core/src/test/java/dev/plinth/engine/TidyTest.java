package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house that a compiler does not know: it reads the files of all modules. */
final class TidyTest {
    private static final int CODE_LINES_MAX = 500;
    private static final int README_LINES_MAX = 150;
    private static final Pattern TYPE_AND_MEMBER = Pattern.compile("`([A-Z]\\w*[a-z]\\w*)\\.(\\w+)(?=[`(])");

    /** Projects of hosts, who mark their packages as they like. */
    private static final List<String> HOSTS = List.of("consumers/", "examples/");

    private static List<SourceFile> files = List.of();

    @BeforeAll
    static void read() throws IOException {
        files = SourceFile.all();
        assertThat(files).hasSizeGreaterThan(100);
    }

    @Test
    void tests_noneIsSkipped() {
        assertThat(inCode("@(?:Disabled|Ignore)\\w*\\b", SourceFile::isJava)).isEmpty();
    }

    /** The build of this module names the packages whose tests it compiles, beside files of the testkit. */
    @Test
    void tests_ofThisModule_areAllCompiled() {
        String folder = "engine-core/src/test/java";
        assertThat(files.stream().map(SourceFile::path).filter(path -> path.startsWith(folder)))
                .hasSizeGreaterThan(100)
                .allSatisfy(path -> assertThat(path.substring(folder.length()).replace(".java", ".class"))
                        .matches(name -> TidyTest.class.getResource(name) != null));
    }

    @Test
    void code_neverSleeps() {
        assertThat(inCode("\\b(?:Thread|TimeUnit(?:\\.\\w+)?|[A-Z]+S)\\.sleep\\b", TidyTest::isOfTheProduct))
                .as("Expected a settable clock, a latch or a condition, but it sleeps")
                .isEmpty();
    }

    /** The thread of the JVM's timer never ends, and it keeps the class loader of the code that used it first. */
    @Test
    void main_neverUsesTheTimerOfTheJvm() {
        assertThat(inCode(
                        "\\b(?:orTimeout|completeOnTimeout|delayedExecutor)\\b|\\bjava\\.util\\.Timer\\b",
                        file -> isOfTheProduct(file) && file.isMain()))
                .as("Expected EngineTimer, or an executor that its owner closes")
                .isEmpty();
    }

    /** A loop without an end of its own hangs the build, and no timeout of JUnit ends it. */
    @Test
    void tests_spinNoLongerThanPatience() {
        String ends = "nanoTime|currentTimeMillis|interrupted\\(|System\\.in\\b";
        assertThat(inCode(
                        "while \\((?:(?!" + ends + ")[^{])*\\) \\{\\s*Thread\\.(?:onSpinWait|yield)\\(\\);\\s*}",
                        file -> isOfTheProduct(file) && !file.isMain()))
                .as("Expected Patience.until, which gives up")
                .isEmpty();
    }

    @Test
    void code_neverPrintsAStackTrace() {
        assertThat(inCode("\\.printStackTrace\\(", SourceFile::isJava)).isEmpty();
    }

    @Test
    void main_prints_onTheConsoleOfTheJarOnly() {
        assertThat(inCode(
                        "\\bSystem\\.(?:out|err)\\b",
                        file -> isOfTheProduct(file) && file.isMain() && !file.isIn("/http/program/Main.java")))
                .isEmpty();
    }

    @Test
    void remarks_ofWorkLeftOver_haveAReason() {
        // Written in two halves, so that the rule does not find itself.
        Pattern withoutReason = Pattern.compile("\\b(?:TO" + "DO|FIX" + "ME)\\b(?!: \\S+ \\S+ \\S+).*");
        List<String> places = new ArrayList<>();
        for (SourceFile file : files) {
            places.addAll(file.places(withoutReason, file.text()));
        }
        assertThat(places).as("Expected a colon and a reason after it").isEmpty();
    }

    @Test
    void handlers_ofEveryException_areNeverEmpty() {
        assertThat(inCode(
                        "catch\\s*\\([^)]*\\b(?:Exception|RuntimeException|Error|Throwable)\\s+\\w+\\s*\\)\\s*\\{\\s*}",
                        SourceFile::isJava))
                .isEmpty();
    }

    @Test
    void limits_allHaveAJavadoc() {
        SourceFile limits = only(file -> file.path().endsWith("/internal/base/Limits.java"));
        assertThat(limits.places(Pattern.compile("(?<!\\*/)\n    public static final .*"), limits.text()))
                .isEmpty();
        assertThat(limits.places(Pattern.compile("public static final"), limits.text()))
                .hasSizeGreaterThan(20);
    }

    @Test
    void packages_ofMain_areAllNullMarked() {
        TreeMap<String, Boolean> marked = new TreeMap<>();
        for (SourceFile file : files) {
            if (file.isJava() && file.isMain() && file.isIn("/java/dev/plinth/") && !isOfAHost(file)) {
                String folder = file.path().substring(0, file.path().lastIndexOf('/'));
                boolean marks = file.path().endsWith("/package-info.java")
                        && file.code().contains("@NullMarked")
                        && file.text().startsWith("/**");
                marked.merge(folder, marks, Boolean::logicalOr);
            }
        }
        assertThat(marked).hasSizeGreaterThan(15).doesNotContainValue(false);
    }

    /** An import would decide which of two things a reader sees. */
    @Test
    void types_ofMain_haveANameOfTheirOwn() {
        Map<String, List<String>> byName = new TreeMap<>();
        files.stream()
                .map(SourceFile::path)
                .filter(path ->
                        path.contains("src/main/java/") && !HOSTS.stream().anyMatch(path::startsWith))
                .filter(path -> path.endsWith(".java") && !path.endsWith("package-info.java"))
                .forEach(path -> byName.computeIfAbsent(
                                path.substring(path.lastIndexOf('/') + 1), name -> new ArrayList<>())
                        .add(path));
        assertThat(byName).hasSizeGreaterThan(500);
        assertThat(byName.values()).allSatisfy(paths -> assertThat(paths).hasSize(1));
    }

    @Test
    void files_nameNoPathOfOneMachine() {
        List<String> places = new ArrayList<>();
        for (SourceFile file : files) {
            places.addAll(file.places(Pattern.compile("(?<![\\w.}/-])/(?:root|work|home|Users)/\\S*"), file.text()));
        }
        assertThat(places).isEmpty();
    }

    @Test
    void files_areNotTooLong() {
        List<String> tooLong = new ArrayList<>();
        for (SourceFile file : files) {
            long lines = file.isJava()
                    ? file.code().lines().filter(line -> !line.isBlank()).count()
                    : 0;
            if (lines > CODE_LINES_MAX) {
                tooLong.add(file.path() + " has " + lines + " lines of code");
            }
        }
        assertThat(tooLong).as("Expected at most " + CODE_LINES_MAX).isEmpty();
    }

    @Test
    void readme_isShort() {
        assertThat(only(file -> file.path().equals("README.md")).text().lines().count())
                .as("lines of README.md")
                .isLessThanOrEqualTo(README_LINES_MAX);
    }

    @Test
    void decisions_areNumberedWithoutGap() {
        List<String> decisions = new ArrayList<>();
        for (SourceFile file : files) {
            if (file.path().startsWith("docs/decisions/") && !file.path().endsWith("/README.md")) {
                decisions.add(file.path().substring("docs/decisions/".length()));
                assertThat(file.text())
                        .as(file.path())
                        .startsWith("# " + decisions.get(decisions.size() - 1).substring(0, 3) + " ");
            }
        }
        decisions.sort(null);
        assertThat(decisions).isNotEmpty();
        for (int i = 0; i < decisions.size(); i++) {
            assertThat(decisions.get(i)).matches(String.format("%03d-[a-z0-9-]+\\.md", i + 1));
        }
    }

    /** A document that speaks of {@code Type.member} speaks of something that is there. */
    @Test
    void documents_nameTypesAndMembersThatExist() {
        Map<String, String> sources = new HashMap<>();
        for (SourceFile file : files) {
            if (file.isJava()) {
                sources.merge(file.path().replaceAll(".*/|\\.java", ""), file.code(), String::concat);
            }
        }
        List<String> unknown = new ArrayList<>();
        for (SourceFile file : files) {
            Matcher name = TYPE_AND_MEMBER.matcher(file.path().endsWith(".md") ? file.text() : "");
            while (name.find()) {
                String code = sources.getOrDefault(name.group(1), "");
                if (!Pattern.compile("\\b" + name.group(2) + "\\b")
                        .matcher(code)
                        .find()) {
                    unknown.add(file.path() + ": " + name.group());
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void names_ofOtherPackages_areImported() {
        assertThat(inCode(
                        "(?m)^(?!import |package"
                                + " ).*\\b(?:java|javax|dev|org|com|net|io)(?:\\.[a-z_][a-z0-9_]*)+\\.[A-Z]\\w*",
                        file -> file.isJava() && file.isIn("/java/dev/plinth/")))
                .isEmpty();
    }

    @Test
    void comments_alsoOfTests_beginWithAVerbOrANoun() {
        List<DocumentPage.Sentence> first = comments(file -> true)
                .flatMap(comment -> comment.sentences().stream().limit(1))
                .toList();
        assertThat(first).hasSizeGreaterThan(4_000);
        assertThat(first.stream().filter(DocumentPage.Sentence::lacksANoun))
                .as("Expected a verb in the third person, or the noun that it names")
                .isEmpty();
    }

    @Test
    void comments_nameTheirActor() {
        assertThat(sentences().filter(DocumentPage.Sentence::lacksAnActor))
                .as("Expected a class, a thread or a role")
                .isEmpty();
    }

    @Test
    void comments_haveShortSentences() {
        assertThat(sentences().filter(DocumentPage.Sentence::isLong))
                .as("Expected at most " + DocumentPage.Sentence.WORDS_MAX + " words")
                .isEmpty();
    }

    @Test
    void comments_makeOneStatementASentence() {
        assertThat(sentences().filter(DocumentPage.Sentence::hasSeveralParts))
                .as("Expected at most one semicolon or colon")
                .isEmpty();
    }

    private static Stream<DocumentPage.Sentence> sentences() {
        return comments(SourceFile::isMain).flatMap(comment -> comment.sentences().stream());
    }

    private static Stream<SourceComment> comments(Predicate<SourceFile> which) {
        return files.stream()
                .filter(which)
                .filter(file -> file.isJava() && file.isIn("/java/dev/plinth/"))
                .filter(file -> !isOfAHost(file))
                .flatMap(file -> file.comments().stream());
    }

    private static boolean isOfTheProduct(SourceFile file) {
        return file.isJava()
                && (file.path().startsWith("engine-") || file.path().startsWith("spring-boot-starter/"));
    }

    private static boolean isOfAHost(SourceFile file) {
        return HOSTS.stream().anyMatch(file.path()::startsWith);
    }

    private static List<String> inCode(String regex, Predicate<SourceFile> which) {
        Pattern pattern = Pattern.compile(regex);
        List<String> places = new ArrayList<>();
        for (SourceFile file : files) {
            if (which.test(file)) {
                places.addAll(file.places(pattern, file.code()));
            }
        }
        return places;
    }

    private static SourceFile only(Predicate<SourceFile> which) {
        List<SourceFile> found = files.stream().filter(which).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
