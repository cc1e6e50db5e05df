package dev.plinth.engine.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Holds the page {@code docs/http-api.md}, cut into headings, tables, blocks of code and lines of prose. Immutable. */
final class HttpApiPage {
    /** Stands in an example for text that differs from call to call. */
    static final String WILD = "…";

    private static final Pattern CELL_END = Pattern.compile("\\s*\\|\\s*");

    private final Path file;
    private final List<String> headings = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<Prose> prose = new ArrayList<>();

    private HttpApiPage(Path file) throws IOException {
        this.file = file;
        cut(Files.readAllLines(file));
    }

    /**
     * A table.
     *
     * @param section the heading above it
     * @param line the line of its header, from 1
     * @param rows the cells of each row below the header
     */
    record Table(String section, int line, List<String> header, List<List<String>> rows) {
        /** Returns the rows by the names between backticks in their first cells. */
        Map<String, List<String>> byName() {
            Map<String, List<String>> byName = new TreeMap<>();
            for (List<String> row : rows) {
                for (String name : words(row.get(0))) {
                    byName.put(name, row);
                }
            }
            return byName;
        }

        /** Returns the names between backticks in all first cells. */
        List<String> names() {
            return rows.stream().flatMap(row -> words(row.get(0)).stream()).toList();
        }
    }

    /**
     * A block of code.
     *
     * @param line the line of its fence, from 1
     */
    record Block(String section, int line, String language, String text) {
        String place() {
            return "docs/http-api.md:" + line + " (" + section + ")";
        }
    }

    /** Prose: a paragraph, an item of a list, or a cell of a table. */
    record Prose(int line, String text) {}

    static HttpApiPage read() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return new HttpApiPage(root.resolve("docs/http-api.md"));
    }

    Path file() {
        return file;
    }

    List<String> headings() {
        return List.copyOf(headings);
    }

    List<Block> blocks() {
        return List.copyOf(blocks);
    }

    List<Prose> prose() {
        return List.copyOf(prose);
    }

    /** Returns the tables whose first column has this header. */
    List<Table> tables(String firstColumn) {
        return tables.stream()
                .filter(table -> table.header().get(0).equals(firstColumn))
                .toList();
    }

    /** Returns the only table whose first column has this header. */
    Table table(String firstColumn) {
        List<Table> found = tables(firstColumn);
        if (found.size() != 1) {
            throw new AssertionError("Expected one table \"" + firstColumn + "\" on the page, but got " + found.size());
        }
        return found.get(0);
    }

    /** Returns the text of the only block in a language. */
    String block(String language) {
        List<Block> found = blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError("Expected one block in " + language + " on the page, but got " + found.size());
        }
        return found.get(0).text();
    }

    /** Returns the parts of a text that stand between backticks. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        String[] parts = text.split("`", -1);
        for (int i = 1; i < parts.length; i += 2) {
            words.add(parts[i]);
        }
        return words;
    }

    private void cut(List<String> lines) {
        String section = "";
        StringBuilder paragraph = new StringBuilder();
        int at = 0;
        while (at < lines.size()) {
            String line = lines.get(at);
            boolean isProse =
                    !line.isBlank() && !line.startsWith("#") && !line.startsWith("|") && !line.startsWith("`");
            if (!isProse || line.matches("(-|\\d+\\.) .*")) {
                end(paragraph, at);
            }
            if (line.startsWith("```")) {
                at = block(lines, at, section);
            } else if (line.startsWith("|")) {
                at = table(lines, at, section);
            } else {
                if (line.startsWith("#")) {
                    section = line.replaceFirst("^#+ ", "");
                    headings.add(section);
                } else if (isProse) {
                    paragraph.append(' ').append(line.strip());
                }
                at++;
            }
        }
        end(paragraph, at);
    }

    private void end(StringBuilder paragraph, int line) {
        if (!paragraph.isEmpty()) {
            prose.add(new Prose(line, paragraph.toString().strip().replaceFirst("^(-|\\d+\\.) ", "")));
            paragraph.setLength(0);
        }
    }

    private int block(List<String> lines, int from, String section) {
        int end = from + 1;
        while (!lines.get(end).equals("```")) {
            end++;
        }
        String text = String.join("\n", lines.subList(from + 1, end));
        blocks.add(new Block(section, from + 1, lines.get(from).substring(3), text));
        return end + 1;
    }

    private int table(List<String> lines, int from, String section) {
        int end = from;
        List<List<String>> rows = new ArrayList<>();
        while (end < lines.size() && lines.get(end).startsWith("|")) {
            List<String> cells = cells(lines.get(end));
            if (end != from + 1) {
                rows.add(cells);
                for (String cell : cells) {
                    prose.add(new Prose(end + 1, cell));
                }
            }
            end++;
        }
        for (List<String> row : rows) {
            if (row.size() != rows.get(0).size()) {
                throw new AssertionError("Expected " + rows.get(0).size() + " cells, but got " + row);
            }
        }
        tables.add(new Table(section, from + 1, rows.get(0), List.copyOf(rows.subList(1, rows.size()))));
        return end;
    }

    private static List<String> cells(String line) {
        String inside = line.strip().replaceFirst("^\\|\\s*", "");
        List<String> cells = new ArrayList<>(Arrays.asList(CELL_END.split(inside, -1)));
        cells.remove(cells.size() - 1);
        return List.copyOf(cells);
    }
}
