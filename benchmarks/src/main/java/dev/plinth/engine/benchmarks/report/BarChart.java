package dev.plinth.engine.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart of horizontal bars as SVG. Its axis is linear and begins at zero, however small the smallest bar is.
 *
 * @param file the name of its file
 * @param title its title
 * @param note a note that explains it
 * @param bars {@code label = name of a figure}; all figures have the same unit
 */
record BarChart(String file, String title, String note, List<String> bars) {
    private static final int WIDTH = 860;
    private static final int LABELS = 300;
    private static final int VALUES = 110;
    private static final int TOP = 66;
    private static final int BAR = 20;
    private static final int STEP = 28;
    private static final int AXIS = 44;
    private static final int TICKS = 5;
    private static final String OURS = "#1f6feb";
    private static final String THEIRS = "#8c959f";

    private record Bar(String label, ReportFigure figure) {}

    /** Returns the picture. Bars without a figure are left out. */
    String svg(Results results) {
        List<Bar> known = new ArrayList<>();
        for (String bar : bars) {
            String[] parts = bar.split(" = ", 2);
            ReportFigure figure = results.figure(parts[1]);
            if (figure != null && figure.value() > 0) {
                known.add(new Bar(parts[0], figure));
            }
        }
        int height = TOP + known.size() * STEP + AXIS;
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                .formatted(WIDTH, height, WIDTH, height));
        svg.append(" font-family=\"sans-serif\" font-size=\"13\">\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        text(svg, 16, 26, "start", "font-size=\"17\" font-weight=\"bold\"", title);
        text(svg, 16, 47, "start", "fill=\"#57606a\"", note);
        if (!known.isEmpty()) {
            draw(svg, known, TOP + known.size() * STEP);
        }
        return svg.append("</svg>\n").toString();
    }

    private void draw(StringBuilder svg, List<Bar> known, int bottom) {
        double largest =
                known.stream().mapToDouble(bar -> bar.figure.value()).max().orElse(1);
        List<Double> ticks = steps(largest);
        for (double tick : ticks) {
            double x = LABELS + length(tick, largest);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#d0d7de\"/>\n",
                    x,
                    x,
                    TOP - 6,
                    bottom));
            text(svg, x, bottom + 16, "middle", "fill=\"#57606a\"", Numbers.text(tick));
        }
        int y = TOP;
        for (Bar bar : known) {
            boolean ours = bar.label.startsWith("Plinth");
            text(svg, LABELS - 8, y + 15, "end", ours ? "font-weight=\"bold\"" : "", bar.label);
            double length = length(bar.figure.value(), largest);
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
                    LABELS,
                    y,
                    length,
                    BAR,
                    ours ? OURS : THEIRS));
            text(svg, LABELS + length + 6, y + 15, "start", "", Numbers.text(bar.figure.value()));
            y += STEP;
        }
        String unit = known.get(0).figure.unit();
        String axis = unit.equals("1/s") ? "a second" : unit;
        text(svg, LABELS + (WIDTH - LABELS - VALUES) / 2.0, bottom + 35, "middle", "fill=\"#57606a\"", axis);
    }

    private static double length(double value, double largest) {
        return value / largest * (WIDTH - LABELS - VALUES);
    }

    /** Returns ticks from zero on, in steps of 1, 2 or 5 and some zeros. */
    private static List<Double> steps(double largest) {
        double rough = largest / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
        List<Double> ticks = new ArrayList<>();
        for (double tick = 0; tick <= largest; tick += step) {
            ticks.add(tick);
        }
        return ticks;
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String more, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>\n",
                x,
                y,
                anchor,
                more,
                escaped));
    }
}
