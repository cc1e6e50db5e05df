package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.rows.Rows;
import dev.plinth.engine.internal.store.Store;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the words, the form and the links of the documents to the rules of the house. */
final class DocumentsTest {
    /** A test of the adapter holds its words, because it compares the page with the server. */
    private static final String HTTP_API = "docs/http-api.md";

    private static final String GLOSSARY = "docs/glossary.md";
    private static final String INDEX = "docs/README.md";
    private static final String DECISIONS = "docs/decisions/";
    private static final String DECISIONS_INDEX = DECISIONS + "README.md";
    private static final String UNUSED_WORDS = "Words that are not used";
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]*)\\)");
    private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|interface|enum) (\\w+)");
    private static final Pattern DECISION_TITLE = Pattern.compile("\\d{3} \\p{Lu}.*");
    private static final Pattern DECISION_HEAD = Pattern.compile(
            "# [^\n]*\n\nStatus: (?:accepted|replaced by \\[\\d{3}]\\([^)]*\\))\\.(?: [^\n]*)?\n\n## Context\n");
    private static final Pattern STATUS = Pattern.compile("\n\nStatus: ([^\n]*)\n");
    private static final Pattern DECISION_NUMBER = Pattern.compile("\\[(\\d{3})]");
    private static final Pattern DECISION_PARTS = Pattern.compile("Context, Decision, (?:Rejected, )?Consequences");

    private static final Pattern BUILD = Pattern.compile("\\./mvnw (?:\\\\\n|[^\n])*");
    private static final Pattern CONSTANT = Pattern.compile("\\b[A-Z]+(?:_[A-Z]+)+\\b");

    private static List<SourceFile> files = List.of();
    private static List<DocumentPage> pages = List.of();

    @BeforeAll
    static void read() throws IOException {
        files = SourceFile.all();
        pages = files.stream()
                .filter(file -> file.path().endsWith(".md"))
                .map(DocumentPage::new)
                .toList();
        assertThat(pages).hasSizeGreaterThan(50);
    }

    @Test
    void sentences_areShort() {
        assertThat(sentences(DocumentPage.Sentence::isLong))
                .as("Expected at most " + DocumentPage.Sentence.WORDS_MAX + " words")
                .isEmpty();
    }

    @Test
    void sentences_makeOneStatement() {
        assertThat(sentences(DocumentPage.Sentence::hasSeveralParts))
                .as("Expected at most one semicolon or colon")
                .isEmpty();
    }

    @Test
    void sentences_nameTheirActor() {
        assertThat(sentences(DocumentPage.Sentence::lacksAnActor))
                .as("Expected a class, a thread or a role")
                .isEmpty();
    }

    @Test
    void sentences_beginWithAVerbOrANoun() {
        assertThat(sentences(DocumentPage.Sentence::lacksANoun)).isEmpty();
    }

    private static List<DocumentPage.Sentence> sentences(Predicate<DocumentPage.Sentence> which) {
        return pages.stream()
                .filter(page -> !page.path().equals(HTTP_API))
                .flatMap(page -> page.sentences().stream())
                .filter(which)
                .toList();
    }

    /** The default build leaves slow tests out, so a command that names one would run nothing and say that all is well. */
    @Test
    void commands_thatNameASlowTest_haveAProfileThatRunsIt() {
        List<String> slow = files.stream()
                .filter(SourceFile::isJava)
                .filter(file -> file.text().contains("\n@Tag(\"slow\")"))
                .map(file -> file.path().replaceFirst(".*/(\\w+)\\.java", "$1"))
                .toList();
        List<String> commands = pages.stream()
                .flatMap(page -> BUILD.matcher(page.text()).results())
                .map(MatchResult::group)
                .filter(command -> slow.stream().anyMatch(name -> command.matches("(?s).*\\b" + name + "\\b.*")))
                .toList();
        assertThat(commands).isNotEmpty();
        assertThat(commands.stream().filter(command -> !command.contains("-Pci ") && !command.contains("-Plong ")))
                .isEmpty();
    }

    @Test
    void architecture_namesConstantsThatExist() {
        String code = files.stream()
                .filter(SourceFile::isJava)
                .filter(SourceFile::isMain)
                .map(SourceFile::code)
                .collect(Collectors.joining("\n"));
        List<String> names = pages.stream()
                .filter(page -> page.path().equals("docs/architecture.md"))
                .flatMap(page -> QUOTED.matcher(page.text()).results())
                .flatMap(quoted -> CONSTANT.matcher(quoted.group(1)).results())
                .map(MatchResult::group)
                .distinct()
                .toList();
        assertThat(names).hasSizeGreaterThan(20);
        assertThat(names.stream().filter(name -> !code.contains(name))).isEmpty();
    }

    @Test
    void glossary_hasEachWordOnce() {
        assertThat(glossary(false).map(row -> row.cells().get(0)))
                .hasSizeGreaterThan(50)
                .doesNotHaveDuplicates();
    }

    @Test
    void glossary_namesClassesThatExist() {
        Set<String> types = files.stream()
                .filter(SourceFile::isJava)
                .filter(SourceFile::isMain)
                .flatMap(file -> TYPE.matcher(file.code()).results())
                .map(type -> type.group(1))
                .collect(Collectors.toSet());
        List<String> names = glossary(false)
                .flatMap(row -> QUOTED.matcher(row.cells().get(2)).results())
                .flatMap(name -> Arrays.stream(name.group(1).split("\\.")))
                .toList();
        assertThat(names).hasSizeGreaterThan(50);
        assertThat(names.stream().filter(name -> !types.contains(name))).isEmpty();
    }

    /** A word that is replaced in one meaning only, which stands in brackets, is for reviewers. */
    @Test
    void words_thatAreReplaced_areInNoDocument() {
        List<String> words = glossary(true)
                .map(row -> row.cells().get(0))
                .filter(cell -> !cell.contains("("))
                .flatMap(cell -> Arrays.stream(cell.split(", ")))
                .toList();
        assertThat(words).hasSizeGreaterThan(5);
        Pattern any = Pattern.compile("\\b(?:" + String.join("|", words) + ")s?\\b", Pattern.CASE_INSENSITIVE);
        assertThat(sentences(sentence -> !sentence.place().startsWith(GLOSSARY)
                        && any.matcher(sentence.text()).find()))
                .isEmpty();
    }

    private static Stream<DocumentPage.Row> glossary(boolean unused) {
        return pages.stream()
                .filter(page -> page.path().equals(GLOSSARY))
                .flatMap(page -> page.rows().stream())
                .filter(row -> row.section().equals(UNUSED_WORDS) == unused)
                .filter(row -> !row.cells().get(0).equals("word")
                        && !row.cells().get(0).equals("instead of"));
    }

    @Test
    void decisions_haveOneForm() {
        assertThat(decisions()).hasSizeGreaterThan(40);
        assertThat(decisions().stream().filter(page -> !hasTheForm(page)).map(DocumentPage::path))
                .as("Expected a title, a status, and the headings Context, Decision, perhaps Rejected, Consequences")
                .isEmpty();
    }

    private static List<DocumentPage> decisions() {
        return pages.stream()
                .filter(page ->
                        page.path().startsWith(DECISIONS) && !page.path().equals(DECISIONS_INDEX))
                .toList();
    }

    @Test
    void decisions_areNamedOnceInTheirIndex() {
        assertThat(linked(DECISIONS_INDEX, DECISIONS))
                .as("Expected one line for each page in " + DECISIONS_INDEX + ", which says its decision")
                .containsExactlyInAnyOrderElementsOf(
                        decisions().stream().map(DocumentPage::path).toList());
    }

    /** A reader of the index alone has to learn that another page has replaced a decision, or a part of it. */
    @Test
    void decisions_whoseStatusNamesAnother_nameItInTheIndexToo() {
        Map<String, String> lines = page(DECISIONS_INDEX)
                .text()
                .lines()
                .filter(line -> line.startsWith("- ["))
                .collect(Collectors.toMap(line -> line.substring(3, 6), Function.identity(), String::concat));
        List<String> lacking = new ArrayList<>();
        for (DocumentPage decision : decisions()) {
            String number = decision.path().substring(DECISIONS.length(), DECISIONS.length() + 3);
            STATUS.matcher(decision.text())
                    .results()
                    .flatMap(status -> DECISION_NUMBER.matcher(status.group(1)).results())
                    .map(other -> other.group(1))
                    .filter(other -> !lines.getOrDefault(number, "").contains("Decision " + other))
                    .forEach(other -> lacking.add("the line of " + number + " lacks: Decision " + other));
        }
        assertThat(lacking).isEmpty();
    }

    @Test
    void pages_areNamedOnceInTheIndexOfTheDocuments() {
        List<String> expected = pages.stream()
                .map(DocumentPage::path)
                .filter(path -> path.startsWith("docs/") && !path.equals(INDEX))
                .filter(path -> !path.startsWith(DECISIONS) || path.equals(DECISIONS_INDEX))
                .toList();
        assertThat(linked(INDEX, "docs/"))
                .as("Expected one line for each page in " + INDEX)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void store_namesEachReadEachWriteAndEachKindOfCommand() {
        Stream<String> doors = Arrays.stream(Store.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && leadsToRows(method))
                .map(method -> "`Store." + method.getName() + "`");
        Stream<String> kinds = Arrays.stream(Command.class.getClasses())
                .filter(kind -> kind.isInterface() && kind != Command.LongPoll.class)
                .map(kind -> "`Command." + kind.getSimpleName() + "`");
        assertThat(page("docs/store.md").rows().stream()
                        .map(row -> row.cells().get(0))
                        .filter(cell -> cell.startsWith("`")))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(doors, kinds).toList());
    }

    private static boolean leadsToRows(Method method) {
        return Rows.class.isAssignableFrom(method.getReturnType())
                || Stream.of(method.getParameterTypes())
                        .anyMatch(Set.of(Function.class, ToLongFunction.class, BiConsumer.class)::contains);
    }

    private static DocumentPage page(String path) {
        return pages.stream()
                .filter(page -> page.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the pages below a folder to which a page links, once for each link. */
    private static List<String> linked(String from, String folder) {
        return LINK.matcher(page(from).text())
                .results()
                .map(link -> target(from, link.group(1).split("#", 2)[0]).toString())
                .map(path -> path.replace('\\', '/'))
                .filter(path -> path.startsWith(folder))
                .toList();
    }

    private static Path target(String from, String link) {
        return Path.of(from).resolveSibling(link).normalize();
    }

    private static boolean hasTheForm(DocumentPage decision) {
        List<String> headings = decision.headings();
        return DECISION_TITLE.matcher(headings.get(0)).matches()
                && DECISION_PARTS
                        .matcher(String.join(", ", headings.subList(1, headings.size())))
                        .matches()
                && DECISION_HEAD.matcher(decision.text()).lookingAt();
    }

    @Test
    void links_leadSomewhere() {
        Map<String, DocumentPage> byPath =
                pages.stream().collect(Collectors.toMap(DocumentPage::path, Function.identity()));
        List<String> broken = new ArrayList<>();
        for (DocumentPage page : pages) {
            Matcher link = LINK.matcher(page.text());
            while (link.find()) {
                String[] target = link.group(1).split("#", 2);
                Path path = target(page.path(), target[0]);
                DocumentPage other =
                        target[0].isEmpty() ? page : byPath.get(path.toString().replace('\\', '/'));
                boolean leads = target[0].startsWith("https://")
                        || (other != null || SourceFile.exists(path))
                                && (target.length == 1
                                        || other != null && other.anchors().contains(target[1]));
                if (!leads) {
                    broken.add(page.path() + ": " + link.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
    }
}
