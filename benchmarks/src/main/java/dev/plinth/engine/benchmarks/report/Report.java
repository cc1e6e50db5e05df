package dev.plinth.engine.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the readable form of results: the tables of a Markdown document, each between {@code <!-- table NAME -->} and
 * {@code <!-- end -->}, and charts beside it. The rest of the document stays as it is.
 */
public final class Report {
    private static final Pattern TABLE =
            Pattern.compile("(<!-- table ([a-z-]+) -->\n).*?(<!-- end -->)", Pattern.DOTALL);

    private final Results results;

    /** Makes a report of these results. */
    public Report(Results results) {
        this.results = results;
    }

    /** Returns the document with its tables filled from the results. */
    public String document(String text) {
        return TABLE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(found.group(1) + table(found.group(2)) + found.group(3)));
    }

    /** Writes the charts into a directory. */
    public void charts(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (BarChart chart : Layout.CHARTS) {
            Files.writeString(directory.resolve(chart.file()), chart.svg(results));
        }
    }

    private String table(String name) {
        if (name.equals("ratios")) {
            return ratios();
        }
        if (name.equals("runs")) {
            return runs();
        }
        if (name.equals("chart")) {
            BarChart first = Layout.CHARTS.get(0);
            return "![" + first.title() + "](benchmarks/charts/" + first.file() + ")\n";
        }
        return Layout.GRIDS.stream()
                .filter(grid -> grid.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Expected a table that is known, but got " + name))
                .markdown(results);
    }

    private String ratios() {
        StringBuilder text = new StringBuilder("| what | against | ratio | aim | |\n|---|---|--:|--:|---|\n");
        for (Aim aim : Aims.ALL) {
            Aim.Ratio ratio = aim.of(results);
            Double value = ratio.ratio();
            Boolean met = ratio.met();
            text.append(Grid.line(List.of(
                    ratio.what(),
                    ratio.against(),
                    value == null ? "not measured" : Numbers.text(value),
                    ratio.aim(),
                    met == null ? "" : met ? "met" : "**missed**")));
        }
        return text.toString();
    }

    private String runs() {
        StringBuilder text = new StringBuilder("| suite | began | took | machine |\n|---|---|--:|---|\n");
        List<String> failed = new ArrayList<>();
        for (Map.Entry<String, Results.Suite> entry : results.suites().entrySet()) {
            Results.Suite suite = entry.getValue();
            text.append(Grid.line(List.of(
                    entry.getKey(),
                    suite.date(),
                    String.format(Locale.ROOT, "%d s", suite.seconds()),
                    String.join(", ", suite.machine().values()))));
            suite.failed().forEach((what, why) -> failed.add("- " + entry.getKey() + ", " + what + ": " + why + "\n"));
        }
        return failed.isEmpty() ? text.toString() : text + "\nNot measured:\n\n" + String.join("", failed);
    }
}
