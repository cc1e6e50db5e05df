package dev.plinth.engine.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Bytes;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.MemoryDirectory;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever becomes of a job, and whenever the process dies, its pieces are those that its row speaks of: no piece is there without
 * a job, so nothing has to look for such pieces.
 */
@Timeout(300)
@Tag("scaled")
class JobPiecesTest {
    private static final Caller CALLER = Caller.engineFor(new Id(IdKind.WORKSPACE, 1, 1));
    private static final List<TableName<?>> TABLES = tables();
    private static final long YEAR_MILLIS = Duration.ofDays(365).toMillis();
    private static final int STEPS = 200;
    private static final int ITEMS = 220; // more than one step of the sweep takes
    private static final int MOMENTS = 20;

    private final long seed = TestScale.seed();

    @Test
    void cancel_ofItemsThatWentBackToTheQueue_showsWhatWasDone() {
        ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        try (Store store = new MemoryDirectory(TABLES, clock).open(Tables.HEAP)) {
            Life life = new Life(store, new Random(seed));
            JobDraft items = JobDraft.now("resize", Life.bytes("{}")).ofItems();
            Outcome.Done accepted = (Outcome.Done) life.run(context -> Jobs.accept(context, items));
            JsonValue.Obj json = (JsonValue.Obj) JsonReader.trusted(accepted.body());
            Id job = Id.parse(IdKind.JOB, ((JsonValue.Text) json.get("job_id")).value());
            life.run(JobSteps.begin(job, (rows, workspace) -> true));
            life.items(job, 2);
            life.run(JobSteps.giveBack(job, 1));

            Outcome.Done canceled = (Outcome.Done) life.run(Jobs.cancel(job, new HandledTypes(Set.of())));

            assertThat(new String(canceled.body(), StandardCharsets.UTF_8))
                    .contains("\"status\":\"canceled\"", "\"outcomes\":[{\"index\":0},{\"index\":1}]");
        }
    }

    @Test
    void pieces_afterEachRecordAndWhereverTheProcessDies_belongToAJob() {
        int deaths = 0;
        for (int round = 0; round < TestScale.count(20); round++) {
            Random random = new Random(seed + round);
            ManualClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
            MemoryDirectory saved = new MemoryDirectory(TABLES, clock);
            Queue<MemoryDirectory> moments = new ConcurrentLinkedQueue<>();
            Random moment = new Random(random.nextLong());
            saved.dieAtOneIn(100, moment, left -> {
                if (moments.size() < MOMENTS) {
                    moments.add(left);
                }
            });
            Rows rows = new Rows();
            try (Store store = saved.open(Tables.HEAP)) {
                store.onCommitted((sequence, writes) -> {
                    rows.check(rows.add(writes), "after record " + sequence + "; " + TestScale.repeatWith(seed));
                });
                Life life = new Life(store, random);
                for (int i = 0; i < STEPS; i++) {
                    life.step();
                }
                assertThat(rows.wrong).isEmpty();
            }
            deaths += moments.size();
            int number = 0;
            for (MemoryDirectory left : moments) {
                Rows found = new Rows();
                found.check(found.add(left.rows()), "left at moment " + number++ + "; " + TestScale.repeatWith(seed));
                assertThat(found.wrong).isEmpty();
            }
        }
        // Chance decides where a round dies: one in some thousand has no such moment, all of them together always have.
        assertThat(deaths).as("moments at which the process died").isPositive();
    }

    private static List<TableName<?>> tables() {
        List<TableName<?>> tables = new ArrayList<>(Jobs.tables());
        tables.addAll(Access.tables());
        tables.addAll(Events.tables());
        tables.addAll(Webhooks.tables());
        tables.add(DeletedWorkspaces.TABLE);
        tables.add(ImportedWorkspaces.TABLE);
        return tables;
    }

    /** Jobs and pieces as records have left them. */
    private static final class Rows {
        private final Map<String, JobRow> jobs = new HashMap<>();
        private final Map<String, TreeMap<Long, byte[]>> pieces = new HashMap<>();
        private final List<String> wrong = new ArrayList<>();

        /** Takes these writes, and gives the jobs that they concern. */
        Set<String> add(List<Changes.Write> writes) {
            Set<String> concerned = new TreeSet<>();
            for (Changes.Write write : writes) {
                byte[] row = write.row();
                if (write.isIn(JobTables.JOBS)) {
                    String job = text(write.key(), Id.BYTES);
                    concerned.add(job);
                    jobs.remove(job);
                    if (row != null) {
                        jobs.put(job, JobRow.read(row));
                    }
                } else if (write.isIn(JobPieces.PIECES)) {
                    String job = text(write.key(), 0);
                    concerned.add(job);
                    TreeMap<Long, byte[]> ofJob = pieces.computeIfAbsent(job, any -> new TreeMap<>());
                    long index = Bytes.getLong(write.key(), Id.BYTES);
                    ofJob.remove(index);
                    if (row != null) {
                        ofJob.put(index, row);
                    }
                }
            }
            return concerned;
        }

        void check(Set<String> concerned, String when) {
            for (String job : concerned) {
                JobRow row = jobs.get(job);
                Set<Long> there = pieces.getOrDefault(job, new TreeMap<>()).keySet();
                if (!there.equals(row == null ? Set.of() : expected(row))) {
                    wrong.add(there.size() + " pieces of job " + job + ", whose row is " + row + ", " + when);
                }
            }
        }

        private static Set<Long> expected(JobRow row) {
            Set<Long> expected = new TreeSet<>();
            add(expected, JobPieces.Kind.INPUT, row.facts().inputPieces());
            add(expected, JobPieces.Kind.RESULT, row.resultPieces());
            add(expected, JobPieces.Kind.OUTCOME, row.items().done());
            return expected;
        }

        private static void add(Set<Long> expected, JobPieces.Kind kind, int count) {
            for (long i = 0; i < count; i++) {
                expected.add((long) kind.ordinal() << 32 | i);
            }
        }

        private static String text(byte[] key, int from) {
            return Bytes.getLong(key, from) + " " + Bytes.getLong(key, from + 8);
        }
    }

    /** Random steps of jobs, in any order. */
    private static final class Life implements ItemJob {
        private static final int LATEST = 3; // so that a job gets far

        private final Commits commits;
        private final Store store;
        private final Random random;
        private final List<Id> jobs = new ArrayList<>();

        Life(Store store, Random random) {
            SeededIds ids = new SeededIds(random.nextLong());
            this.store = store;
            this.random = random;
            this.commits = new Commits(store, ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids));
        }

        void step() {
            int last = Math.min(LATEST, jobs.size());
            Id job = last == 0 ? new Id(IdKind.JOB, 0, 1) : jobs.get(jobs.size() - 1 - random.nextInt(last));
            switch (random.nextInt(11)) {
                case 0, 1 -> accept();
                case 2, 3 -> run(JobSteps.begin(job, (rows, workspace) -> true));
                case 4 -> items(job, 1 + random.nextInt(2 * ITEMS));
                case 5 -> run(JobSteps.succeed(job, 1, new byte[size(3 * Limits.PIECE_BYTES_MAX)]));
                case 6 -> run(JobSteps.fail(job, 1, new JobRules.Failure(bytes("{}"), random.nextBoolean(), 0)));
                case 9 -> run(JobSteps.snooze(job, 1, 1_000));
                case 7 ->
                    run(
                            random.nextBoolean()
                                    ? Jobs.cancel(job, new HandledTypes(Set.of()))
                                    : JobSteps.giveBack(job, 1));
                case 8 -> run(context -> Jobs.retry(context, job, new HandledTypes(Set.of())));
                default -> collect();
            }
        }

        private void accept() {
            // Now and then as large as a bulk call may be.
            byte[] input = new byte[random.nextInt(10) == 0 ? Limits.BULK_BODY_BYTES_MAX : size(Limits.BODY_BYTES_MAX)];
            JobDraft job = JobDraft.now("resize", input);
            if (run(context -> Jobs.accept(context, random.nextBoolean() ? job.ofItems() : job))
                    instanceof Outcome.Done done) {
                JsonValue.Obj json = (JsonValue.Obj) JsonReader.trusted(done.body());
                jobs.add(Id.parse(IdKind.JOB, ((JsonValue.Text) json.get("job_id")).value()));
            }
        }

        private void items(Id job, int count) {
            int next = store.readToAnswer(rows -> {
                byte[] row = rows.get(JobTables.JOBS, CALLER.workspace().keyOf(job));
                return row == null ? -1 : JobRow.read(row).items().done();
            });
            for (int i = 0; i < count && next >= 0 && next + i < ITEMS; i++) {
                run(JobSteps.item(job, 1, this, next + i, item(next + i), (rows, workspace) -> true));
            }
        }

        @Override
        public int count() {
            return ITEMS;
        }

        @Override
        public Command.Change item(int index) {
            boolean refused = random.nextInt(4) == 0;
            return context -> {
                if (refused) {
                    throw RefusedException.of(ProblemCode.NOT_FOUND, "No such thing.");
                }
                return Decision.nothing(Outcome.Done.ok(new byte[0]));
            };
        }

        @Override
        public byte[] render(int index, Outcome outcome) {
            return bytes("{\"index\":" + index + "}");
        }

        /** A step of the sweep, or of the deletion of a workspace; it ends early, so that jobs are left half swept. */
        private void collect() {
            boolean deletes = random.nextInt(4) == 0;
            for (int i = random.nextInt(4); i >= 0; i--) {
                run(context -> collected(context, deletes));
            }
        }

        private static Decision collected(Context context, boolean deletes) {
            SweepBatch batch = new SweepBatch();
            if (deletes) {
                Jobs.purge().collect(context, context.workspace(), batch);
            } else {
                Jobs.retentions().get(0).collect(context, context.now() + YEAR_MILLIS, batch);
            }
            return Decision.of(batch.changes(), Outcome.Done.ok(new byte[0]));
        }

        private int size(int most) {
            return random.nextInt(3) == 0 ? random.nextInt(most) : random.nextInt(100);
        }

        private Outcome run(Command.Change change) {
            return commits.commit(CALLER, change);
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
