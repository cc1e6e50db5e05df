package dev.plinth.engine.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what is written of figures: the file, the tables, the charts. */
final class ReportTest {
    private static final String GET = "plinth MEMORY get 1";
    private static final String PEER_GET = "H2 memory get 1";
    private static final BarChart CHART =
            new BarChart("c.svg", "Gets", "one & all", List.of("Plinth = " + GET, "H2 = " + PEER_GET, "none = x"));

    @TempDir
    private Path directory;

    @Test
    void results_writtenAndRead_areTheSame() throws IOException {
        Results results = results(800_000, 100_000);
        Path file = directory.resolve("results.json");

        results.write(file);

        assertThat(Results.read(file).suites()).isEqualTo(results.suites());
        assertThat(Files.readString(file))
                .contains("\"against\" : \"H2 in memory, the same work\"", "\"ratio\" : 8.0", "\"met\" : true");
    }

    @Test
    void aim_atLeast_isMetFromItsBoundOn() throws IOException {
        Aim aim = new Aim("gets", "H2", GET, PEER_GET, Aim.Sense.AT_LEAST, 8);

        assertThat(aim.of(results(800_000, 100_000)).met()).isTrue();
        assertThat(aim.of(results(799_000, 100_000)).met()).isFalse();
    }

    @Test
    void aim_atMost_isMetUpToItsBound() throws IOException {
        Aim aim = new Aim("gets", "H2", GET, PEER_GET, Aim.Sense.AT_MOST, 2.5);

        assertThat(aim.of(results(250, 100)).met()).isTrue();
        assertThat(aim.of(results(251, 100)).met()).isFalse();
    }

    @Test
    void aim_figureMissing_isNotJudged() throws IOException {
        Aim.Ratio ratio = new Aim("gets", "nobody", GET, "nobody", Aim.Sense.AT_LEAST, 8).of(results(1, 1));

        assertThat(ratio.ratio()).isNull();
        assertThat(ratio.met()).isNull();
    }

    @Test
    void document_tables_areReplacedAndAllElseIsKept() throws IOException {
        String text = "before\n<!-- table ratios -->\nwhat stood there\n<!-- end -->\nafter <!-- end -->\n";

        String written = new Report(results(400_000, 100_000)).document(text);

        assertThat(written)
                .startsWith("before\n<!-- table ratios -->\n| what |")
                .contains(
                        "| get by id, key check and limit, 2,000 rows | H2 in memory, the same work | 4 | ≥ 4.50 | **missed** |")
                .endsWith("<!-- end -->\nafter <!-- end -->\n")
                .doesNotContain("what stood there");
        assertThat(new Report(results(400_000, 100_000)).document(written)).isEqualTo(written);
    }

    @Test
    void document_everyTableOfTheReadme_isKnown() throws IOException {
        String readme = Files.readString(Path.of("README.md"));

        String written = new Report(results(1, 1)).document(readme);

        for (Grid grid : Layout.GRIDS) {
            assertThat(written).contains("<!-- table " + grid.name() + " -->");
            for (Grid.Row row : grid.rows()) {
                assertThat(row.figures()).hasSize(grid.heads().size() - 1);
            }
        }
    }

    @Test
    void document_unknownTable_isRefused() throws IOException {
        Report report = new Report(results(1, 1));

        assertThatThrownBy(() -> report.document("<!-- table other -->\n<!-- end -->"))
                .hasMessage("Expected a table that is known, but got other");
    }

    @Test
    void runs_failedPeer_isTold() throws IOException {
        String written = new Report(results(1, 1)).document("<!-- table runs -->\n<!-- end -->");

        assertThat(written)
                .contains("| stack | 2026-01-01T00:00:00Z | 9 s | 2 × a processor |", "- stack, Redis: not there");
    }

    @Test
    void chart_barsAreAsLongAsTheirValues() throws IOException {
        String svg = CHART.svg(results(1_000_000, 250_000));

        assertThat(svg).contains("width=\"450.0\"", "width=\"112.5\"", ">1,000,000<", ">one &amp; all<");
        assertThat(svg).doesNotContain(">none<");
    }

    private Results results(double ours, double theirs) throws IOException {
        Results results = Results.read(directory.resolve("none"));
        Map<String, ReportFigure> figures =
                Map.of(GET, new ReportFigure(GET, ours, "1/s"), PEER_GET, new ReportFigure(PEER_GET, theirs, "1/s"));
        results.put(
                "stack",
                new Results.Suite(
                        Map.of("processors", "2 × a processor"),
                        "2026-01-01T00:00:00Z",
                        9,
                        figures,
                        Map.of("Redis", "not there")));
        return results;
    }
}
