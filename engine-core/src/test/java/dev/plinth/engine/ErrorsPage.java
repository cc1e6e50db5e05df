package dev.plinth.engine;

import dev.plinth.engine.internal.base.problem.ProblemCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes {@code docs/errors.md} of the code: every error text that the product has, under its code or its room. */
final class ErrorsPage {
    private static final String HEAD = """
            # Errors

            `ErrorTextsTest` makes this page from the code and fails when the two differ. A name in angle brackets stands for a value.
            The engine shortens and escapes the values of callers, and never repeats a secret.

            ## Problems

            A refused call is answered with a problem document (RFC 9457). Programs decide by `code`; people read `detail`. The table of
            each code has all its details. The last column says what to do next.

            """;
    private static final String INPUT = """
            ## Errors of the input

            These stand in the list `errors` of a problem, each with its place. A text without a next step says what the value must be.

            """;
    private static final String JOBS = """
            ## Failures of jobs

            The member `error` of a failed job has one of these, or what its handler said.

            """;
    private static final String PROGRAM = """
            ## The program

            `plinth.jar` writes these to standard error before it ends. It also shows messages of the next section.

            """;
    private static final String EXCEPTIONS = """
            ## Exceptions

            Code that builds or uses the engine in process gets these as the message of the exception. A program that cannot start shows
            the message as well. A message that only says what was expected tells of a fault of the engine: report it.

            """;
    private static final String PARTS = """
            ## Parts

            These stand for a name in angle brackets of another text.

            """;

    private final List<ErrorText> texts;
    private final String codes;

    private ErrorsPage(List<ErrorText> texts, String codes) {
        this.texts = texts;
        this.codes = codes;
    }

    /** Returns the error texts of all modules. */
    static List<ErrorText> texts() throws IOException {
        return ErrorTextScan.of(SourceFile.all().stream()
                        .filter(file -> file.isJava() && file.isMain() && file.isIn("/java/dev/plinth/"))
                        .filter(file -> file.path().startsWith("engine-"))
                        .toList())
                .stream()
                .flatMap(found -> ErrorText.of(found).stream())
                .filter(text -> text.kind() != ErrorText.Kind.NONE)
                .toList();
    }

    /** Returns the page as it has to be. */
    static String made() throws IOException {
        String codes = SourceFile.all().stream()
                .filter(file -> file.path().endsWith("/internal/base/problem/ProblemCode.java"))
                .map(SourceFile::text)
                .collect(Collectors.joining());
        return new ErrorsPage(texts(), codes).page();
    }

    /** Returns the codes of problems that no text goes with. */
    static Set<String> codesWithoutTexts(List<ErrorText> texts) {
        Set<String> used = texts.stream()
                .filter(text -> text.kind() == ErrorText.Kind.PROBLEM)
                .map(ErrorText::under)
                .collect(Collectors.toSet());
        return Arrays.stream(ProblemCode.values())
                .map(ProblemCode::wireName)
                .filter(code -> !used.contains(code))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String page() {
        StringBuilder page = new StringBuilder(HEAD);
        for (ProblemCode code : ProblemCode.values()) {
            page.append("### `").append(code.wireName()).append("`\n\n");
            page.append("Status ").append(code.status()).append(code.retryable() ? ", retryable. " : ". ");
            page.append(comment(code)).append("\n\n");
            table(page, List.of("Detail", "Next step"), rows(ErrorText.Kind.PROBLEM, code.wireName()));
        }
        page.append(INPUT);
        table(page, List.of("Code", "Detail", "Next step"), rows(ErrorText.Kind.INPUT));
        page.append(JOBS);
        table(page, List.of("Code", "Detail", "Next step"), rows(ErrorText.Kind.JOB));
        page.append(PROGRAM);
        table(page, List.of("Package", "Line", "Next step"), rows(ErrorText.Kind.PROGRAM));
        page.append(EXCEPTIONS);
        table(page, List.of("Package and exception", "Message", "Next step"), rows(ErrorText.Kind.EXCEPTION));
        page.append(PARTS);
        table(page, List.of("Package", "Part", "Next step"), rows(ErrorText.Kind.PART));
        return page.toString().strip() + "\n";
    }

    private String comment(ProblemCode code) {
        Matcher comment =
                Pattern.compile("/\\*\\* (.*) \\*/\\s+" + code.name() + "\\(").matcher(codes);
        if (!comment.find()) {
            throw new IllegalStateException("Expected a comment in one line at " + code + ", but there is none");
        }
        return comment.group(1);
    }

    private TreeSet<String> rows(ErrorText.Kind kind, String under) {
        return texts.stream()
                .filter(text -> text.kind() == kind && text.under().equals(under))
                .map(text -> row(List.of(code(text.statement()), code(text.step()))))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private TreeSet<String> rows(ErrorText.Kind kind) {
        return texts.stream()
                .filter(text -> text.kind() == kind)
                .map(text -> row(List.of(code(text.under()), code(text.statement()), code(text.step()))))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String code(String text) {
        return text.isBlank() ? "" : "`" + text.strip().replace("|", "\\|") + "`";
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |")).replace("|  |", "| |");
    }

    private static void table(StringBuilder page, List<String> head, TreeSet<String> rows) {
        if (rows.isEmpty()) {
            return;
        }
        page.append(row(head)).append('\n');
        page.append("|").append("---|".repeat(head.size())).append('\n');
        rows.forEach(row -> page.append(row).append('\n'));
        page.append('\n');
    }
}
