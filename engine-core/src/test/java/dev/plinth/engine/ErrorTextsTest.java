package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.ErrorText.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds every error text to the form of the house, and {@code docs/errors.md} to the code. */
final class ErrorTextsTest {
    private static final String PAGE = "docs/errors.md";
    private static final Pattern LIMIT = Pattern.compile("\\bmust\\b|\\bmay have\\b");

    private static List<ErrorText> texts = List.of();

    @BeforeAll
    static void read() throws IOException {
        texts = ErrorsPage.texts();
        assertThat(texts).hasSizeGreaterThan(400);
    }

    @Test
    void page_isMadeFromTheCode() throws IOException {
        String made = ErrorsPage.made();
        String written = SourceFile.all().stream()
                .filter(file -> file.path().equals(PAGE))
                .map(SourceFile::text)
                .findFirst()
                .orElse("");
        Path target = Path.of("target", "errors.md");
        Files.createDirectories(target.getParent());
        Files.write(target, made.getBytes(StandardCharsets.UTF_8));

        assertThat(written.lines())
                .as("Copy engine-core/" + target + " to " + PAGE + " if these texts are as they should be")
                .containsExactlyElementsOf(made.lines().toList());
    }

    @Test
    void problems_andParts_areNeitherChecksOfArgumentsNorSql() {
        assertThat(texts.stream().filter(text -> text.kind() == Kind.PROBLEM).map(ErrorText::text))
                .noneMatch(text -> text.endsWith(" must not be null."));
        assertThat(texts.stream().filter(text -> text.kind() == Kind.PART).map(ErrorText::text))
                .noneMatch(text -> text.matches("(?s)(?:select|insert into|update|delete from|with) .*"));
    }

    @Test
    void sentences_ofTheCode_allHaveAPlaceOnThePage() {
        assertThat(texts.stream().filter(text -> text.kind() == Kind.UNKNOWN))
                .as("Name the call in ErrorText, as one that makes an error text or as one that does not")
                .isEmpty();
    }

    @Test
    void codes_allHaveATextAtLeast() {
        assertThat(ErrorsPage.codesWithoutTexts(texts)).isEmpty();
    }

    @Test
    void texts_endAsSentences() {
        assertThat(checked(text -> !isState(text) && !text.text().matches("(?s).*\\.(?: <[^>]*>)?")))
                .isEmpty();
    }

    @Test
    void texts_sayTheNextStepOrTheLimit() {
        assertThat(checked(text -> !isState(text)
                        && text.step().isEmpty()
                        && !LIMIT.matcher(text.text()).find()))
                .as("Expected a second sentence that says what to do, or what the value must be")
                .isEmpty();
    }

    @Test
    void texts_expectSomething_onlyOfAState() {
        assertThat(checked(text -> !isState(text) && text.text().startsWith("Expected ")))
                .as("Say what the value must be, or what is wrong")
                .isEmpty();
    }

    @Test
    void texts_arePlain() {
        List<DocumentPage.Sentence> bad = checked(text -> true)
                .flatMap(text -> Stream.of(text.statement(), text.step())
                        .flatMap(part -> Stream.of(part.split("(?<=[.?]) (?=[A-Z0-9<])")))
                        .map(sentence -> new DocumentPage.Sentence(text.place(), sentence)))
                .filter(sentence -> sentence.isLong()
                        || sentence.hasSeveralParts()
                        || sentence.lacksAnActor()
                        || sentence.lacksANoun())
                .toList();
        assertThat(bad).isEmpty();
    }

    /** Returns true if a text tells of a state, and not of what its reader has passed. */
    private static boolean isState(ErrorText text) {
        return text.kind() == Kind.EXCEPTION && !text.under().endsWith(" IllegalArgumentException");
    }

    private static Stream<ErrorText> checked(Predicate<ErrorText> which) {
        return texts.stream()
                .filter(text -> text.kind() != Kind.PART && text.kind() != Kind.UNKNOWN)
                .filter(which);
    }
}
