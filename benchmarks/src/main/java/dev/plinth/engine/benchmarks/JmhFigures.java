package dev.plinth.engine.benchmarks;

import java.util.Collection;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;

/** Runs JMH and prints the mean, the percentiles of timed operations, and the allocated bytes. */
final class JmhFigures {
    private static final double[] PERCENTILES = {50, 99, 99.9};

    private JmhFigures() {}

    /** Runs the benchmarks that match the pattern, with so many threads. */
    static void run(String pattern, int threads) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\.(" + pattern + ")\\.")
                .threads(threads)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
        if (Figures.QUICK) {
            options.warmupIterations(1)
                    .measurementIterations(1)
                    .warmupTime(TimeValue.milliseconds(200))
                    .measurementTime(TimeValue.milliseconds(200));
        }
        Collection<RunResult> results = new Runner(options.build()).run();
        results.forEach(result -> print(result, threads));
    }

    private static void print(RunResult run, int threads) {
        String[] path = run.getParams().getBenchmark().split("\\.");
        StringBuilder name = new StringBuilder(path[path.length - 2] + "." + path[path.length - 1]);
        for (String parameter : run.getParams().getParamsKeys()) {
            name.append(' ').append(run.getParams().getParam(parameter));
        }
        if (threads > 1) {
            name.append(", ").append(threads).append(" threads");
        }
        Result<?> primary = run.getPrimaryResult();
        String unit = primary.getScoreUnit().replace("us/op", "µs").replace("/op", "");
        Figures.print(name.toString(), primary.getScore(), unit);
        Statistics each = primary.getStatistics();
        for (double percentile : PERCENTILES) {
            String which = " p" + (percentile % 1 == 0 ? String.valueOf((int) percentile) : percentile);
            if (run.getParams().getMode().equals(Mode.SampleTime)) {
                Figures.print(name + which, each.getPercentile(percentile), unit);
            }
        }
        run.getSecondaryResults().forEach((what, result) -> {
            if (what.endsWith("gc.alloc.rate.norm")) {
                Figures.print(name + " allocated", result.getScore(), "bytes");
            }
        });
    }
}
