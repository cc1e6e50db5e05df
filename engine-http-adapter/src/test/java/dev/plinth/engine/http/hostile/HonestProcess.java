package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.ServedProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The process of an {@link HonestTenant}, seen from the test. */
final class HonestProcess implements AutoCloseable {
    /** Longer than a call that is not answered and the wait for webhooks together. */
    private static final int REPORT_SECONDS = 240;

    private final Process process;
    private final BufferedReader lines;
    private final Tenant tenant;
    private final String endpoint;

    /**
     * Holds what the tenant has seen.
     *
     * @param alone calls in the turns without an attack
     * @param aloneRefused refusals in these turns; {} if there were none
     * @param beside calls in the turns beside an attack
     * @param refused refusals in these turns; {} if there were none
     * @param lost webhooks that did not come, or events that are not there
     * @param delay from an event beside the attack to its webhook
     */
    record Seen(Figures alone, String aloneRefused, Figures beside, String refused, long lost, Figures delay) {
        static Seen nothing() {
            Figures none = Figures.of(List.of());
            return new Seen(none, "{no report}", none, "{no report}", Long.MAX_VALUE, none);
        }
    }

    /**
     * Starts the process.
     *
     * @param certificates the file of those that it trusts, for a server with TLS
     */
    HonestProcess(int port, Tenant tenant, Tenant warming, Optional<Path> certificates) throws IOException {
        this.tenant = tenant;
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx128m",
                // Else the answer to a webhook comes in two parts, the second of which waits for 40 ms.
                "-Dsun.net.httpserver.nodelay=true",
                "-cp",
                System.getProperty("java.class.path"),
                HonestTenant.class.getName(),
                String.valueOf(port),
                tenant.key(),
                warming.key()));
        certificates.ifPresent(file -> arguments.add(file.toString()));
        process = ServedProcess.builder(arguments.toArray(String[]::new))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        lines = process.inputReader();
        endpoint = lines.readLine();
    }

    /** The tenant that it is. */
    Tenant tenant() {
        return tenant;
    }

    /** The id of its webhook endpoint. */
    String endpoint() {
        return endpoint;
    }

    /** Begins a phase. */
    void begin(HonestTenant.Phase phase) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((phase + "\n").getBytes(StandardCharsets.US_ASCII));
        input.flush();
    }

    /** Ends the last phase, and waits for the report. */
    Seen end() throws IOException {
        begin(HonestTenant.Phase.END);
        CompletableFuture<Void> patience = CompletableFuture.runAsync(
                process::destroyForcibly,
                CompletableFuture.delayedExecutor(REPORT_SECONDS, TimeUnit.SECONDS, Runnable::run));
        String alone = lines.readLine();
        String aloneRefused = lines.readLine();
        String beside = lines.readLine();
        String refused = lines.readLine();
        String lost = lines.readLine();
        String delay = lines.readLine();
        patience.cancel(false);
        return delay == null
                ? Seen.nothing()
                : new Seen(
                        Figures.read(alone),
                        aloneRefused,
                        Figures.read(beside),
                        refused,
                        Long.parseLong(lost),
                        Figures.read(delay));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
