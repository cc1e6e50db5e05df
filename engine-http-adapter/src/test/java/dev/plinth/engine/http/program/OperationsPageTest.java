package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tests that what {@code docs/operations.md} tells an operator to type is what the program takes. */
class OperationsPageTest {
    private static final int LINES_MAX = 200;
    private static final Pattern CALL = Pattern.compile("plinth\\.jar ([^`|;&\n]*[^`|;&\n ])");

    private static Path root() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return root;
    }

    @Test
    void calls_onThePage_parse() throws IOException {
        // A value that the shell puts in is one argument.
        String page = (Files.readString(root().resolve("docs/operations.md"))
                        + Files.readString(root().resolve("docs/howto/upgrade-a-directory.md")))
                .replaceAll("\\$\\([^)]*\\)", "x");
        TreeSet<String> called = new TreeSet<>();
        Matcher call = CALL.matcher(page);
        while (call.find()) {
            List<String> arguments = List.of(call.group(1).split(" +"));
            called.add(arguments.get(0));
            if (StoreCommand.isMeant(arguments)) {
                assertThat(StoreCommand.read(arguments).getParseResult().errors())
                        .as(call.group())
                        .isEmpty();
            } else {
                assertThat(new CommandLineReader(Map.of())
                                .parse(arguments)
                                .getParseResult()
                                .errors())
                        .as(call.group())
                        .isEmpty();
            }
        }
        assertThat(called).contains("serve", "check-config").containsAll(StoreCommand.BY_NAME.keySet());
    }

    @Test
    void calls_onThePageOfAServer_parse() throws IOException {
        Matcher call =
                Pattern.compile("-jar plinth\\.jar (.+)").matcher(Files.readString(root().resolve("docs/server.md")));
        TreeSet<String> called = new TreeSet<>();
        while (call.find()) {
            List<String> arguments = List.of(call.group(1).split(" +"));
            called.add(arguments.get(0));
            var line = StoreCommand.isMeant(arguments)
                    ? StoreCommand.read(arguments)
                    : new CommandLineReader(Map.of()).parse(arguments);
            assertThat(line.getParseResult().errors()).as(call.group()).isEmpty();
        }
        assertThat(called).containsExactly("archive", "serve");
    }

    @Test
    void page_isShort() throws IOException {
        assertThat(Files.readAllLines(root().resolve("docs/operations.md"))).hasSizeLessThanOrEqualTo(LINES_MAX);
    }
}
