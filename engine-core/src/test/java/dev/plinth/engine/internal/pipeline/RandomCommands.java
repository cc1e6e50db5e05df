package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.access.LastUsedTimes;
import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.ScopeBits;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.command.JobCommands;
import dev.plinth.engine.internal.command.PublishEvent;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.job.HandledTypes;
import dev.plinth.engine.internal.job.JobDraft;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.resource.Children;
import dev.plinth.engine.internal.resource.Content;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.resource.Precondition;
import dev.plinth.engine.internal.resource.Resources;
import dev.plinth.engine.internal.resource.Shares;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.log.Journal;
import dev.plinth.engine.internal.timer.SweepBatch;
import dev.plinth.engine.internal.timer.SweepWork;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.internal.webhook.EndpointSettings;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.webhook.FanOut;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Random commands of all rooms, one after the other, the same for the same random numbers. */
final class RandomCommands {
    static final List<TableName<?>> TABLES = tables();
    private static final List<String> MOVES = List.of("pause", "resume", "archive", "unarchive");

    private static final int SWEEP_ONE_IN = 30;
    private static final long YEAR_MILLIS = Duration.ofDays(365).toMillis();

    private final List<SweepWork> retentions = retentions();
    private final LastUsedTimes lastUsed = new LastUsedTimes();
    private final Commits commits;
    private final Random random;
    private final Caller[] callers = {caller(1), caller(2)};
    private final List<Id> resources = new ArrayList<>();
    private final List<Id> children = new ArrayList<>();
    private final List<Id> jobs = new ArrayList<>();
    private final List<Id> keys = new ArrayList<>();
    private final List<Id> endpoints = new ArrayList<>();

    RandomCommands(Store store, Random random) {
        SeededIds ids = new SeededIds(random.nextLong());
        this.random = random;
        this.commits = new Commits(store, ids, new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids));
    }

    static Store open(Tables kind, Journal journal, EngineClock clock) {
        return Store.open(new StoreSettings(kind, TABLES, 1000), journal, clock);
    }

    /** So many commits; some of them are refused and write nothing. */
    void live(int count) {
        for (int i = 0; i < count; i++) {
            Caller caller = callers[random.nextInt(10) == 0 ? 1 : 0];
            if (random.nextInt(SWEEP_ONE_IN) == 0) {
                sweep();
            }
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> add(resources, IdKind.RESOURCE, "id", caller, Resources.create(content()));
                case 3 ->
                    run(
                            caller,
                            Resources.patch(
                                    any(resources, IdKind.RESOURCE), patch(), Precondition.NONE, ContentTypes.NONE));
                case 4 ->
                    run(
                            caller,
                            Resources.move(
                                    any(resources, IdKind.RESOURCE),
                                    MOVES.get(random.nextInt(MOVES.size())),
                                    Precondition.NONE));
                case 5 ->
                    run(
                            caller,
                            Resources.delete(
                                    any(resources, IdKind.RESOURCE), Precondition.NONE, Jobs::cancelOn, FanOut::rows));
                case 6 -> child(caller);
                case 7 -> share(caller);
                case 8 -> job(caller);
                case 9 ->
                    run(
                            caller,
                            PublishEvent.of(
                                    "payment.processed",
                                    random.nextBoolean() ? any(resources, IdKind.RESOURCE) : null,
                                    bytes("{\"n\":" + random.nextInt(9) + "}")));
                case 10 -> key(caller);
                default -> endpoint(caller);
            }
        }
    }

    /** A step of the sweep over one kind of rows, as if all of them had expired. */
    private void sweep() {
        SweepWork retention = retentions.get(random.nextInt(retentions.size()));
        run(Caller.OPERATOR, context -> {
            SweepBatch batch = new SweepBatch();
            retention.collect(context, context.now() + YEAR_MILLIS, batch);
            return Decision.of(batch.changes(), Outcome.Done.ok(new byte[0]));
        });
    }

    private void child(Caller caller) {
        Id parent = any(resources, IdKind.RESOURCE);
        if (random.nextInt(3) > 0) {
            add(children, IdKind.CHILD, "id", caller, Children.create(parent, content()));
        } else {
            run(caller, Children.delete(parent, any(children, IdKind.CHILD), Precondition.NONE));
        }
    }

    private void share(Caller caller) {
        Id resource = any(resources, IdKind.RESOURCE);
        Id grantee = callers[1].workspace();
        if (random.nextInt(3) > 0) {
            run(
                    caller,
                    Shares.grant(resource, grantee, random.nextBoolean(), (rows, owner, id) -> true, Jobs::cancelOn));
        } else {
            run(caller, Shares.revoke(resource, grantee, Jobs::cancelOn));
        }
    }

    private void job(Caller caller) {
        if (random.nextInt(3) == 0) {
            run(caller, Jobs.cancel(any(jobs, IdKind.JOB), new HandledTypes(Set.of())));
            return;
        }
        // Some inputs are so large that they take several records.
        byte[] input = bytes("\"" + "x".repeat(random.nextInt(8) == 0 ? 700_000 : 10) + "\"");
        long runAt = random.nextBoolean() ? 0 : 1_800_000_000_000L + random.nextInt(3);
        String unique = random.nextBoolean() ? null : "u" + random.nextInt(3);
        Id resource = random.nextBoolean() ? null : any(resources, IdKind.RESOURCE);
        JobDraft job = new JobDraft("resize", input, resource, runAt, 1 + random.nextInt(4), unique, 5, false);
        add(jobs, IdKind.JOB, "job_id", caller, JobCommands.start(job));
    }

    private void key(Caller caller) {
        switch (random.nextInt(4)) {
            case 0 -> run(Caller.OPERATOR, Workspaces.create("w" + random.nextInt(99), "starter"));
            case 1 -> run(caller, Keys.revoke(any(keys, IdKind.KEY), lastUsed));
            case 2 -> run(caller, Keys.rotate(any(keys, IdKind.KEY), random.nextInt(2) * 60L, lastUsed));
            default ->
                add(keys, IdKind.KEY, "id", caller, Keys.create(new Keys.KeyDraft("k", true, ScopeBits.FULL, null)));
        }
    }

    private void endpoint(Caller caller) {
        if (random.nextInt(3) == 0) {
            run(caller, Endpoints.delete(any(endpoints, IdKind.ENDPOINT)));
            return;
        }
        EndpointSettings settings = new EndpointSettings(
                "https://hooks.example/" + random.nextInt(9),
                random.nextBoolean() ? List.of() : List.of("resource.*"),
                random.nextBoolean(),
                "",
                Content.EMPTY,
                random.nextInt(3) * 50);
        add(endpoints, IdKind.ENDPOINT, "id", caller, Endpoints.create(settings));
    }

    private Content content() {
        String metadata = random.nextBoolean() ? "{}" : "{\"colour\":\"c" + random.nextInt(2) + "\"}";
        return new Content("n" + random.nextInt(99), "t" + random.nextInt(3), Content.EMPTY, bytes(metadata));
    }

    private Content.Patch patch() {
        JsonValue colour = JsonReader.trusted(bytes("{\"colour\":\"c" + random.nextInt(2) + "\"}"));
        return new Content.Patch("n" + random.nextInt(99), null, random.nextBoolean() ? colour : null);
    }

    private void add(List<Id> made, IdKind kind, String member, Caller caller, Command.Change change) {
        if (run(caller, change) instanceof Outcome.Done done) {
            JsonValue.Obj json = (JsonValue.Obj) JsonReader.trusted(done.body());
            made.add(Id.parse(kind, ((JsonValue.Text) json.get(member)).value()));
        }
    }

    private Outcome run(Caller caller, Command.Change change) {
        return commits.commit(AdmittedCaller.trusted(caller), change, Commits.OutcomeMemory.NONE)
                .outcome();
    }

    private Id any(List<Id> made, IdKind kind) {
        return made.isEmpty() ? new Id(kind, 0, 1) : made.get(random.nextInt(made.size()));
    }

    private static Caller caller(long workspace) {
        return Caller.engineFor(new Id(IdKind.WORKSPACE, 1, workspace));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<SweepWork> retentions() {
        List<SweepWork> retentions = new ArrayList<>(Deliveries.retentions());
        retentions.add(Events.retention());
        retentions.addAll(Jobs.retentions());
        retentions.add(Jobs.cancellations());
        retentions.add(Endpoints.deletions());
        retentions.add(Endpoints.releases((rows, workspace) -> true));
        retentions.add(Resources.deletions(Jobs::cancelOn, FanOut::rows));
        return List.copyOf(retentions);
    }

    private static List<TableName<?>> tables() {
        List<TableName<?>> tables = new ArrayList<>();
        tables.addAll(Access.tables());
        tables.addAll(Resources.tables());
        tables.addAll(Jobs.tables());
        tables.addAll(Events.tables());
        tables.addAll(Webhooks.tables());
        tables.add(Idempotency.REMEMBERED);
        tables.add(DeletedWorkspaces.TABLE);
        tables.add(ImportedWorkspaces.TABLE);
        return List.copyOf(tables);
    }
}
