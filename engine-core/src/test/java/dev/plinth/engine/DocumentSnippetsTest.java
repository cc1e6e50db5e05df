package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds each block of code in the documents to something that compiles or runs it. A block may stand in a source of Java or in a POM. It may belong
 * to a page with a test of its own, or be a call of {@code consumers/run}. Any other block is marked with a reason in the line above:
 * {@code <!-- not run: … -->}.
 */
final class DocumentSnippetsTest {
    /** Tests that read every block of a page of these languages, by page. */
    private static final Map<String, Held> HELD = Map.of(
            "docs/http-api.md", new Held("HttpApiExamplesTest", "sh|http|java|js|python|bash"),
            "docs/operations.md", new Held("OperationsPageTest", "sh"),
            "docs/tour.md", new Held("DemoIT", "sh"),
            "docs/proxy.md", new Held("ProxyIT", "nginx|caddy"),
            "docs/howto/add-an-operation.md", new Held("HowToAddAnOperationTest", "java"),
            "docs/configuration.md", new Held("ConfigurationPageTest", "yaml"));

    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)[^\n]*\n(.*?)^```$");
    private static final Pattern REASON = Pattern.compile("<!-- not run: \\S+ \\S+ \\S.* -->\n$");
    private static final Pattern CONSUMERS = Pattern.compile("(?:consumers/run [\\w.-]+\n)+");
    private static final Pattern CHOSEN_BY_THE_HOST = Pattern.compile("<(version|scope)>[^<]*</\\1>");
    private static final Pattern END_OF_BLOCKS = Pattern.compile("[};)]+$");

    private static List<SourceFile> files = List.of();
    private static List<Snippet> snippets = List.of();

    private record Held(String test, String languages) {}

    /** A block, with the text of the page above its fence. */
    private record Snippet(SourceFile page, String above, String language, String text) {
        @Override
        public String toString() {
            return page.path() + ":" + (above.lines().count() + 1) + " " + language;
        }
    }

    @BeforeAll
    static void read() throws IOException {
        files = SourceFile.all();
        List<Snippet> found = new ArrayList<>();
        for (SourceFile file : files) {
            Matcher fence = FENCE.matcher(file.path().endsWith(".md") ? file.text() : "");
            while (fence.find()) {
                found.add(new Snippet(file, file.text().substring(0, fence.start()), fence.group(1), fence.group(2)));
            }
        }
        snippets = List.copyOf(found);
        assertThat(snippets).hasSizeGreaterThan(200);
    }

    @Test
    void snippets_areCompiledOrRunOrMarked() {
        String java = together(file -> squeezed(file.text()), ".java");
        String poms = together(
                file -> squeezed(CHOSEN_BY_THE_HOST.matcher(file.text()).replaceAll("")), "pom.xml");
        assertThat(snippets.stream().filter(snippet -> !isHeld(snippet, java, poms)))
                .as("Expected a test that compiles or runs the block, or <!-- not run: reason --> in the line above")
                .isEmpty();
    }

    private static boolean isHeld(Snippet snippet, String java, String poms) {
        Held held = HELD.get(snippet.page().path());
        if (REASON.matcher(snippet.above()).find()
                || held != null && snippet.language().matches(held.languages())) {
            return true;
        }
        return switch (snippet.language()) {
            // A drawing, or the lines that a program prints.
            case "" -> true;
            case "java" ->
                java.contains(END_OF_BLOCKS.matcher(squeezed(snippet.text())).replaceAll(""));
            case "xml" ->
                poms.contains(
                        squeezed(CHOSEN_BY_THE_HOST.matcher(snippet.text()).replaceAll("")));
            case "sh" -> CONSUMERS.matcher(snippet.text()).matches() && namesConsumers(snippet.text());
            default -> false;
        };
    }

    private static boolean namesConsumers(String calls) {
        String run = files.stream()
                .filter(file -> file.path().equals("consumers/run"))
                .findFirst()
                .orElseThrow()
                .text();
        String all = run.substring(run.indexOf("\nall=("));
        return calls.lines().allMatch(call -> all.matches("(?s).*[\\s(]" + call.substring(14) + "[\\s)].*"));
    }

    @Test
    void pages_withATestOfTheirOwn_areReadByIt() {
        assertThat(HELD)
                .allSatisfy((page, held) -> assertThat(
                                files.stream().filter(file -> file.path().endsWith("/" + held.test() + ".java")))
                        .as(page)
                        .singleElement()
                        .satisfies(test -> assertThat(test.text())
                                .containsAnyOf(page.substring(page.lastIndexOf('/') + 1), "HttpApiPage.read()")));
    }

    private static String together(Function<SourceFile, String> text, String ending) {
        return files.stream()
                .filter(file -> file.path().endsWith(ending))
                .map(text)
                .collect(Collectors.joining("\n"));
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", "");
    }
}
