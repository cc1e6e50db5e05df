package dev.plinth.engine.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table of figures. A row is a label with the names of its figures.
 *
 * @param name its place in a document
 * @param heads the heads of the columns, the first of which is that of the labels
 */
record Grid(String name, List<String> heads, List<Row> rows) {
    private static final String NOT_MEASURED = "–";

    record Row(String label, List<String> figures) {}

    /**
     * Makes a table whose figures are named by their row and column.
     *
     * @param rows {@code label = beginning of the names}, or one text for both
     * @param ends the ends of the names, one for each column
     */
    static Grid of(String name, List<String> heads, List<String> rows, String... ends) {
        List<Row> all = new ArrayList<>();
        for (String row : rows) {
            String[] parts = row.split(" = ", 2);
            String begin = parts[parts.length - 1];
            all.add(new Row(
                    parts[0], Arrays.stream(ends).map(end -> begin + end).toList()));
        }
        return new Grid(name, heads, all);
    }

    String markdown(Results results) {
        StringBuilder text = new StringBuilder(line(heads)).append("|---|");
        text.append("--:|".repeat(heads.size() - 1)).append('\n');
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.label));
            for (String name : row.figures) {
                ReportFigure figure = results.figure(name);
                cells.add(figure == null ? NOT_MEASURED : Numbers.text(figure));
            }
            text.append(line(cells));
        }
        return text.toString();
    }

    static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
