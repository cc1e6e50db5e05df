package dev.plinth.engine.http.program;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.client.PlinthClient;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Runs in a child JVM: a program whose jobs kill it. With a directory and the type of a job it accepts the job and ends; with the key and
 * the id that it printed then, it waits for the end of the job, which it may not live to see.
 */
public final class DyingProgram {
    public static final int DIED = 137;
    /** The longest that a call may wait, and how often it does: a slow machine takes its time with a job. */
    private static final Duration WAIT = Duration.ofSeconds(30);

    private static final int WAITS_MAX = 4;

    private DyingProgram() {}

    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        if (arguments.length == 2) {
            try (Engine engine = Engine.builder()
                    .directory(directory)
                    .createDefaultWorkspace(true)
                    .open()) {
                String key = engine.firstStart().orElseThrow().key();
                System.out.println(key);
                System.out.println(engine.client(key)
                        .startJob(arguments[1], Json.of("{}"))
                        .call()
                        .jobId());
            }
            return;
        }
        try (Engine engine = Engine.builder()
                .directory(directory)
                .jobHandler("poison", job -> die())
                .jobHandler("slow", job -> {
                    job.progress(1, 2, "one step further");
                    return die();
                })
                .open()) {
            PlinthClient client = engine.client(arguments[1]);
            int waits = 0;
            while (waits < WAITS_MAX
                    && !client.job(arguments[2], WAIT).call().status().isFinal()) {
                waits++;
            }
            System.out.println(
                    engine.call(Call.of("GET", "/v1/jobs/" + arguments[2]).withKey(arguments[1]))
                            .text());
            System.out.println(
                    engine.call(Call.of("GET", "/v1/events?type=job.failed").withKey(arguments[1]))
                            .text());
        }
    }

    private static Json die() {
        Runtime.getRuntime().halt(DIED);
        return Json.EMPTY_OBJECT;
    }
}
