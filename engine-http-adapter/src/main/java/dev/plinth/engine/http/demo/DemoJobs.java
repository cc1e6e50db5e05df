package dev.plinth.engine.http.demo;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.handler.JobContext;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The jobs of the demonstration: reports, whose pages take their time, and exports, which fail as their input says. Thread-safe. */
final class DemoJobs {
    /** A job with progress. Its input has the {@code pages}. */
    static final String REPORT = "report.monthly";

    /** A job that fails in its first attempts. Its input has how many of them: {@code failures}. */
    static final String EXPORT = "invoice.export";

    /** A job without a handler or worker. */
    static final String UNHANDLED = "video.transcode";

    private static final long PAGE_MILLIS = 900;
    private static final long PAGES_MAX = 1_000;

    private final CountDownLatch closed = new CountDownLatch(1);

    void addTo(EngineBuilder builder) {
        builder.jobHandler(REPORT, this::report).jobHandler(EXPORT, this::export);
    }

    private Json report(JobContext job) throws JobFailure, InterruptedException {
        long pages = Math.min(PAGES_MAX, number(job, "pages"));
        for (long page = 1; page <= pages && !job.isCancelRequested(); page++) {
            job.progress(page, pages, "page " + page);
            if (closed.await(PAGE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new JobFailure("demo_ended", "The demonstration has ended.", true);
            }
        }
        return Json.of(Map.<String, Object>of("pages", pages, "file", "report-" + job.jobId() + ".pdf"));
    }

    private Json export(JobContext job) throws JobFailure {
        if (job.attempt() <= number(job, "failures")) {
            throw new JobFailure("ledger_locked", "The ledger is locked by another export.", true);
        }
        return Json.of(Map.<String, Object>of("invoices", 17));
    }

    private static long number(JobContext job, String member) {
        return job.input().asMap().get(member) instanceof Number number ? number.longValue() : 1;
    }

    /** Ends the attempts in flight. */
    void close() {
        closed.countDown();
    }
}
