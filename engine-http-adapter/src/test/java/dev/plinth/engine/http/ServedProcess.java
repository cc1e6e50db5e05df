package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program that serves an engine in a JVM of its own, from its start until it is killed. */
public final class ServedProcess implements AutoCloseable {
    private static final Pattern KEY = Pattern.compile("sk_live_[0-9A-Za-z]{36}");
    private static final Pattern ADMIN = Pattern.compile("plinth: admin on (\\S+)");
    private static final Pattern LISTENING = Pattern.compile("plinth: listening on (\\S+)");
    /** A bit for each signal, of which SIGHUP has the lowest. */
    private static final Pattern IGNORED_SIGNALS = Pattern.compile("(?m)^SigIgn:\\s+([0-9a-f]+)$");

    private static final Pattern SHARED_FLAG = Pattern.compile("-XX:(TieredStopAtLevel=.*|\\+Use\\w+GC)");

    /** A time that no start and no stop takes, however slow the machine is: then it hangs. */
    private static final long PATIENCE_SECONDS = 300;

    private final Process process;
    private final Path err;
    private final long startMillis;
    private String key = "";
    private String base = "";
    private String adminBase = "";

    /**
     * Starts a program and waits until it serves.
     *
     * @param err where its standard error goes
     * @param arguments of the JVM
     */
    public ServedProcess(Path err, String... arguments) throws IOException {
        this(err, builder(arguments));
    }

    /**
     * Starts a program likewise, under a limit of the shell.
     *
     * @param limit as the command of the shell takes it, such as {@code -n 256}
     */
    static ServedProcess limited(Path err, String limit, String... arguments) throws IOException {
        ProcessBuilder program = builder(arguments);
        program.command().addAll(0, List.of("sh", "-c", "ulimit " + limit + "; exec \"$0\" \"$@\""));
        return new ServedProcess(err, program);
    }

    private ServedProcess(Path err, ProcessBuilder program) throws IOException {
        long began = System.nanoTime();
        this.err = err;
        this.process = program.redirectError(err.toFile()).start();
        CompletableFuture<Void> patience = CompletableFuture.runAsync(
                process::destroyForcibly,
                CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS, Runnable::run));
        BufferedReader lines = process.inputReader();
        while (base.isEmpty()) {
            String line = lines.readLine();
            if (line == null) {
                throw new AssertionError("Expected a program that serves within " + PATIENCE_SECONDS
                        + " s, but it ended, or was ended then: " + said());
            }
            Matcher shown = KEY.matcher(line);
            if (key.isEmpty() && shown.find()) {
                key = shown.group();
            }
            Matcher admin = ADMIN.matcher(line);
            if (admin.matches()) {
                adminBase = admin.group(1);
            }
            Matcher listening = LISTENING.matcher(line);
            if (listening.matches()) {
                base = listening.group(1);
            }
        }
        patience.cancel(false);
        startMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    /** Returns the command that starts a JVM with the compiler and the collector of this one, which spare its processors. */
    public static ProcessBuilder builder(String... arguments) {
        List<String> all = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        all.removeIf(flag -> !SHARED_FLAG.matcher(flag).matches());
        all.addAll(Arrays.asList(arguments));
        return builderOfDefaults(all.toArray(String[]::new));
    }

    /** Returns the command that starts a JVM of this release with the compilers and the collector that it chooses. */
    static ProcessBuilder builderOfDefaults(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("PLINTH_") || name.equals("JAVA_TOOL_OPTIONS"));
        return builder;
    }

    /** The key that it printed; empty if it printed none. */
    String key() {
        return key;
    }

    /** Returns the address on which it listens. */
    public String base() {
        return base;
    }

    /** Returns the operator's address, which may be the same. */
    public String adminBase() {
        return adminBase.isEmpty() ? base : adminBase;
    }

    /** From its start until it served. */
    public long startMillis() {
        return startMillis;
    }

    /** Returns what it wrote on standard error. */
    public String said() throws IOException {
        return Files.readString(err);
    }

    /** The number of its process. */
    public long pid() {
        return process.pid();
    }

    /** Whether its process is there still. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Has a program that listens for orders write a snapshot now. */
    void orderSnapshot() throws IOException {
        order("");
    }

    /** Gives a program that listens for orders one of them. */
    void order(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    /** Sends SIGHUP. */
    public void hangUp() throws IOException, InterruptedException {
        hangUp(process);
    }

    /**
     * Sends SIGHUP to a JVM. It cannot take it if the tests were begun with it ignored, as {@code nohup} does; then the test
     * is skipped.
     */
    public static void hangUp(Process process) throws IOException, InterruptedException {
        assumeThat(ignoresHangUp(process.pid()))
                .as("whether the program ignores SIGHUP; run the tests without nohup to test the reload by signal")
                .isFalse();
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Whether the kernel says so; false where there is no such file to ask. */
    private static boolean ignoresHangUp(long pid) throws IOException {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        Matcher ignored = IGNORED_SIGNALS.matcher(Files.exists(status) ? Files.readString(status) : "");
        return ignored.find() && (Long.parseUnsignedLong(ignored.group(1), 16) & 1) != 0;
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM; gives the exit code. */
    public int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("Expected the program to end, but it still ran after " + PATIENCE_SECONDS + " s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
