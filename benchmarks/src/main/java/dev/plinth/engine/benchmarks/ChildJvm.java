package dev.plinth.engine.benchmarks;

import dev.plinth.engine.benchmarks.report.ReportFigure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JVM of its own for one question, with the flags of this one and some more. */
final class ChildJvm {
    private static final int KILLED_ITSELF = 9;

    private ChildJvm() {}

    /** Returns its command line. {@link Run} takes the arguments. */
    static List<String> command(List<String> flags, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(flags);
        command.add("-D" + Figures.QUICK_PROPERTY + "=" + Figures.QUICK);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Run.class.getName(), Run.CHILD));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs it to its end, copies its output, and returns the figures in it. */
    static Map<String, ReportFigure> run(List<String> flags, String... arguments)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(flags, arguments))
                .redirectErrorStream(true)
                .start();
        Map<String, ReportFigure> figures = new LinkedHashMap<>();
        String last = "";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(line);
                ReportFigure figure = Figures.read(line);
                if (figure != null) {
                    figures.put(figure.name(), figure);
                } else if (line.contains("Exception: ")) {
                    last = line;
                }
            }
        }
        int status = process.waitFor();
        if (figures.isEmpty() || status != 0 && status != KILLED_ITSELF) {
            throw new IOException("Expected figures of " + Arrays.toString(arguments) + ", but it exited with " + status
                    + (last.isEmpty() ? "" : ": " + last));
        }
        return figures;
    }
}
