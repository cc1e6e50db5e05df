package dev.plinth.engine.http.hostile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Measures what is left on the heap of a JVM after a full collection, from outside. */
final class LiveHeap {
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    private static final int PATIENCE_SECONDS = 120;
    private static final int MEGABYTE = 1024 * 1024;

    private LiveHeap() {}

    /** Returns MiB, or nothing if the JVM does not answer. */
    static OptionalInt megabytes(long pid) throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(jcmd, String.valueOf(pid), "GC.class_histogram")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        CompletableFuture<Void> patience = CompletableFuture.runAsync(
                process::destroyForcibly,
                CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS, Runnable::run));
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        patience.cancel(false);
        Matcher total = TOTAL.matcher(said);
        return total.find() ? OptionalInt.of((int) (Long.parseLong(total.group(1)) / MEGABYTE)) : OptionalInt.empty();
    }
}
