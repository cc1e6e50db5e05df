package dev.plinth.engine.internal.node;

import dev.plinth.engine.api.Figure;
import dev.plinth.engine.api.JobFigures;
import dev.plinth.engine.internal.base.Histogram;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.StoreFigures;
import dev.plinth.engine.internal.job.JobTimes;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.metrics.Exposition;
import dev.plinth.engine.internal.metrics.HealthHistory;
import dev.plinth.engine.internal.metrics.RequestMetrics;
import dev.plinth.engine.internal.quota.Quotas;
import dev.plinth.engine.internal.settings.EngineConfig;
import dev.plinth.engine.internal.settings.MasterKey;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.Sweep;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.internal.wire.Wire;
import dev.plinth.engine.internal.wire.route.NodeState;
import dev.plinth.engine.settings.EngineClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Reads the figures of every room, for {@code GET /metrics} and the host alike. They name no workspace. */
public final class EngineFigures implements Wire.Figures, AutoCloseable {
    private static final double MILLIS = 1_000;
    private static final int LARGEST = 3;

    private final Store store;
    private final RequestMetrics requests;
    private final Quotas quotas;
    private final Sweep sweep;
    private final Supplier<JobFigures> jobs;
    private final JobTimes jobTimes;
    private final Webhooks webhooks;
    private final SecretCipher cipher;
    private final Supplier<Optional<NodeState>> node;
    private final HealthSampler sampler;
    private final PacedPage page;

    /**
     * The rooms of work that runs by itself.
     *
     * @param executor takes the points of the last hour
     */
    record Work(
            Supplier<JobFigures> jobs, JobTimes jobTimes, Webhooks webhooks, SecretCipher cipher, Executor executor) {}

    /**
     * Reads the figures of these rooms.
     *
     * @param node tells the state of the node; empty without a shared log
     */
    EngineFigures(
            Store store,
            RequestMetrics requests,
            Quotas quotas,
            Sweep sweep,
            Work work,
            Supplier<Optional<NodeState>> node) {
        this.store = store;
        this.requests = requests;
        this.quotas = quotas;
        this.sweep = sweep;
        this.jobs = work.jobs();
        this.jobTimes = work.jobTimes();
        this.webhooks = work.webhooks();
        this.cipher = work.cipher();
        this.node = node;
        this.sampler = new HealthSampler(store, requests, work.executor());
        this.page = new PacedPage(() -> Exposition.page(read()), EngineClock.system()::nanoTime);
    }

    @Override
    public byte[] page() {
        return page.page();
    }

    /** Has the next reader get a new page, because a change was made that the last one does not show. */
    void forgetPage() {
        page.forget();
    }

    @Override
    public HealthHistory history() {
        return sampler.history();
    }

    /** Begins to keep the last hour. Does nothing if it has begun. */
    void start() {
        sampler.start();
    }

    @Override
    public void close() {
        sampler.close();
    }

    public List<Figure> read() {
        Exposition page = new Exposition();
        requests.show(page);
        page.counter(
                "plinth_rate_limit_shadow_refusals_total",
                "Requests that a rate limit in shadow mode would have refused, by plan and policy.");
        quotas.shadowRefusals().forEach((name, count) -> {
            int slash = name.indexOf('/');
            page.sample(count, "plan", name.substring(0, slash), "policy", name.substring(slash + 1));
        });
        work(page);
        times(page);
        tables(page);
        journal(page);
        writer(page);
        page.gauge(
                        "plinth_clock_lead_seconds",
                        "The clock of the machine less the engine's time: above 0 while a jump is not followed yet, below 0"
                                + " while the engine's time waits for the clock.")
                .sample(store.time().clockLeadMillis() / MILLIS);
        page.counter(
                        "plinth_taken_ids_total",
                        "Changes that were refused because the source of ids gave an id or a secret of another row.")
                .sample(store.takenIds());
        node.get().ifPresent(state -> state.show(page));
        build(page);
        return page.figures();
    }

    private static void build(Exposition page) {
        page.gauge("plinth_build_info", "1, with the versions of the engine and of Java.")
                .sample(
                        1,
                        "version",
                        EngineConfig.VERSION,
                        "java",
                        Runtime.version().toString());
    }

    /** Returns the figures of a node that does not lead. */
    static List<Figure> of(NodeState state) {
        Exposition page = new Exposition();
        state.show(page);
        build(page);
        return page.figures();
    }

    /**
     * Returns a figure for the host.
     *
     * @throws IllegalStateException if the engine is closed
     */
    public static <T> T ofOpen(Supplier<T> figure) {
        try {
            return figure.get();
        } catch (RefusedException closed) {
            throw new IllegalStateException(closed.getMessage(), closed);
        }
    }

    private void writer(Exposition page) {
        StoreFigures.WriterFigures writer = store.writerFigures();
        page.gauge(
                        "plinth_writer_hold_longest_seconds",
                        "The longest time for which one change, or one read that it kept out, has held the writer lock.")
                .sample(writer.longestNanos() / 1e9);
        page.counter("plinth_writer_hold_seconds_total", "Time for which the writer lock was held.")
                .sample(writer.nanos() / 1e9);
        page.counter("plinth_writer_holds_total", "Times that the writer lock was held.")
                .sample(writer.holds());
        page.counter(
                        "plinth_reads_inside_writer_total",
                        "Reads that took the writer lock, because writers were quicker.")
                .sample(writer.readsInside());
    }

    private void work(Exposition page) {
        page.gauge("plinth_jobs", "Jobs that are kept, by status.");
        Jobs.countsByStatus().forEach((status, count) -> page.sample(store.look(count), "status", status));
        JobFigures waiting = jobs.get();
        page.gauge(
                        "plinth_jobs_unhandled",
                        "Queued jobs whose type neither a handler in this JVM nor a lease within the last hour handles.")
                .sample(waiting.unhandled());
        page.gauge(
                        "plinth_jobs_unhandled_oldest_seconds",
                        "How long the oldest of these has waited; 0 if there is none.")
                .sample(seconds(waiting.oldestUnhandled()));
        page.gauge(
                        "plinth_jobs_queued_oldest_seconds",
                        "How long the oldest queued job has waited; 0 if there is none.")
                .sample(seconds(waiting.oldestQueued()));
        page.gauge("plinth_deliveries", "Webhook deliveries that are kept, by status.");
        Deliveries.countsByStatus().forEach((status, count) -> page.sample(store.look(count), "status", status));
        long oldest = store.look(Deliveries::oldestOpenMillis);
        page.gauge(
                        "plinth_deliveries_oldest_seconds",
                        "Age of the oldest event with a delivery that is still to be sent; 0 if there is none.")
                .sample(oldest == Long.MAX_VALUE ? 0 : Math.max(0, store.nowMillis() - oldest) / MILLIS);
        page.gauge("plinth_workspaces_being_deleted", "Deleted workspaces that have rows left.")
                .sample(store.look(DeletedWorkspaces::withRows));
        page.gauge("plinth_unfinished", "Deletions, releases and cancellations that the sweep carries on, by kind.");
        sweep.unfinished().forEach((kind, count) -> page.sample(count, "kind", kind));
        page.gauge(
                        "plinth_secrets_of_other_keys",
                        "Rows with secrets that another key has sealed than the present one, and 1 until the store needs no other key. The"
                                + " sweep seals them again.")
                .sample(MasterKey.left(store, cipher));
        page.counter("plinth_swept_rows_total", "Rows that the sweep took out, ended or released, by kind.");
        sweep.collected().forEach((kind, rows) -> page.sample(rows, "kind", kind));
    }

    /** Shows the times of jobs and deliveries. Tenants name types of jobs, so their number is bounded. */
    private void times(Exposition page) {
        Map<String, JobTimes.Times> types = jobTimes.byType();
        page.histogram(
                "plinth_job_wait_seconds", "Time from the queue to the begin of the first attempt, by type of job.");
        types.forEach((type, times) -> page.sample(times.waits(), "type", type));
        page.histogram("plinth_job_run_seconds", "Time from the begin of an attempt to its end, by type of job.");
        types.forEach((type, times) -> page.sample(times.runs(), "type", type));
        page.histogram("plinth_delivery_attempt_seconds", "Real time of an attempt at a delivery, by result.");
        webhooks.times().attempts().forEach((result, times) -> page.sample(times, "result", result));
        page.histogram("plinth_delivery_seconds", "Time from an event to the success of its delivery.")
                .sample(webhooks.times().deliveries());
    }

    private static double seconds(Optional<Duration> duration) {
        return duration.orElse(Duration.ZERO).toMillis() / MILLIS;
    }

    private void tables(Exposition page) {
        List<StoreFigures.TableFigures> tables = store.figures();
        page.gauge("plinth_table_rows", "Rows of a table.");
        tables.forEach(table -> page.sample(table.rows(), "table", table.name()));
        page.gauge("plinth_table_bytes", "Bytes of keys and rows of a table.");
        tables.forEach(table -> page.sample(table.bytes(), "table", table.name()));
        page.gauge("plinth_table_capacity_rows", "Rows that a table is laid out for.");
        tables.stream()
                .filter(table -> table.capacityRows() > 0)
                .forEach(table -> page.sample(table.capacityRows(), "table", table.name()));
        page.gauge(
                "plinth_table_largest_workspace_rows",
                "Rows of the workspaces that have the most rows in a table, by their rank; GET /admin/v1/tables names them.");
        for (StoreFigures.TableUse use : store.uses(LARGEST)) {
            List<StoreFigures.Holder> largest = use.largest();
            for (int i = 0; i < largest.size(); i++) {
                page.sample(largest.get(i).rows(), "table", use.table().name(), "rank", String.valueOf(i + 1));
            }
        }
    }

    private void journal(Exposition page) {
        StoreFigures.JournalFigures journal = store.journalFigures();
        page.gauge("plinth_journal_writable", "1 while changes are taken, 0 once the journal has failed.")
                .sample(store.isWritable() ? 1 : 0);
        page.gauge("plinth_journal_sequence", "Sequence of the last record that was appended.")
                .sample(journal.appended());
        page.gauge("plinth_journal_lag_records", "Records that were appended and are not durable yet.")
                .sample(Math.max(0, journal.appended() - journal.durable()));
        page.gauge("plinth_journal_segments", "Files of the journal.").sample(journal.segments());
        page.gauge("plinth_snapshot_lag_records", "Records behind the newest snapshot: what a recovery replays.")
                .sample(Math.max(0, journal.durable() - journal.snapshotSequence()));
        page.gauge(
                "plinth_snapshot_age_seconds", "Age of the newest snapshot that was made since the engine was opened.");
        if (journal.snapshotMillis() > 0) {
            page.sample(Math.max(0, store.nowMillis() - journal.snapshotMillis()) / MILLIS);
        }
        Histogram syncs = store.syncTimes();
        page.histogram("plinth_journal_sync_seconds", "Real time of a sync of the journal to the disk.");
        if (syncs != null) {
            page.sample(syncs);
        }
        page.gauge("plinth_recovery_seconds", "Real time that opening the store took to read it back.")
                .sample(journal.recoveryNanos() / 1e9);
        page.gauge(
                        "plinth_journal_records_behind_limit",
                        "Records that this start has found in the journal and not counted, because another process had"
                                + " opened the directory before they were written.")
                .sample(journal.recordsBehindLimit());
    }
}
