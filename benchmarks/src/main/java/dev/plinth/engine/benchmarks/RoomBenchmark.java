package dev.plinth.engine.benchmarks;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.access.Keys;
import dev.plinth.engine.internal.access.Workspaces;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Plans;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Decision;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.idempotency.Fingerprint;
import dev.plinth.engine.internal.idempotency.Idempotency;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.json.MalformedJsonException;
import dev.plinth.engine.internal.json.ProblemJson;
import dev.plinth.engine.internal.pipeline.Commits;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.webhook.Webhooks;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Measures what single rooms add to a call: access, the idempotency key, the body's JSON. Rows are on the heap. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class RoomBenchmark {
    private static final byte[] BODY = BenchedEngine.BODY.toString().getBytes(StandardCharsets.UTF_8);
    private static final Id REQUEST = new Id(IdKind.REQUEST, 1, 1);
    private static final String ANSWERED = "answered";

    private final EngineClock clock = EngineClock.system();
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], new RandomIds());
    private final Idempotency idempotency =
            new Idempotency(cipher, new ProblemJson("https://plinth.dev/problems/"), Events::data);
    private final Access access =
            new Access(new Plans(List.of(BenchedEngine.PLAN)), "in process", Access.digest("operator"));
    private final Store store = Store.open(new StoreSettings(Tables.HEAP, tables(), 1000), new MemoryJournal(), clock);

    @SuppressWarnings("NullAway.Init") // set up by JMH
    private JsonValue body;

    @SuppressWarnings("NullAway.Init") // set up by JMH
    private Id workspace;

    @SuppressWarnings("NullAway.Init") // set up by JMH
    private String authorization;

    private long number;

    private static List<TableName<?>> tables() {
        List<TableName<?>> tables = new ArrayList<>(Access.tables());
        tables.addAll(Events.tables());
        tables.addAll(Webhooks.tables());
        tables.add(DeletedWorkspaces.TABLE);
        tables.add(ImportedWorkspaces.TABLE);
        tables.add(Idempotency.REMEMBERED);
        return tables;
    }

    /** Creates a workspace with a key, and an answer that is remembered. */
    @Setup
    public void prepare() throws MalformedJsonException {
        body = JsonReader.read(BODY);
        Commits commits = new Commits(store, new RandomIds(), cipher);
        String id =
                member(commits.commit(Caller.OPERATOR, Workspaces.create("bench", BenchedEngine.PLAN.name())), "id");
        workspace = Objects.requireNonNull(Id.parse(IdKind.WORKSPACE, id));
        Keys.KeyDraft key = new Keys.KeyDraft("bench", true, Caller.OPERATOR.scopes(), null);
        authorization = "Bearer " + member(commits.commit(Caller.OPERATOR, Keys.createFor(workspace, key)), "secret");
        Idempotency.KeyClaim claim = (Idempotency.KeyClaim) begin(ANSWERED);
        Outcome.Done done = Outcome.Done.ok(BODY);
        Outcome unused = commits.commit(Caller.engineFor(workspace), context -> {
            Changes changes = new Changes();
            idempotency.remember(claim, changes, context, REQUEST, done);
            return Decision.of(changes, done);
        });
        idempotency.end(claim);
    }

    /** Closes the store. */
    @TearDown
    public void close() {
        store.close();
    }

    /** Finds the owner of a key. */
    @Benchmark
    public Access.CachedCredential authenticate() {
        return access.authenticate(authorization, store::viewToAnswer, clock.epochMillis());
    }

    /** Looks up a new key, claims it and releases it. */
    @Benchmark
    public Idempotency.ClaimResult freshKey() {
        Idempotency.KeyClaim claim = (Idempotency.KeyClaim) begin("key " + number++);
        idempotency.end(claim);
        return claim;
    }

    /** Looks up a key with a remembered answer, and compares fingerprints. */
    @Benchmark
    public Idempotency.Replay usedKey() {
        return (Idempotency.Replay) begin(ANSWERED);
    }

    /** Makes the canonical digest of a request whose body is parsed. */
    @Benchmark
    public int fingerprint() {
        return request().hashCode();
    }

    /** Parses a body. */
    @Benchmark
    public JsonValue parse() throws MalformedJsonException {
        return JsonReader.read(BODY);
    }

    /** Renders it again. */
    @Benchmark
    public byte[] render() {
        return JsonBytes.compact(body);
    }

    private Idempotency.ClaimResult begin(String key) {
        return idempotency.begin(store.viewToAnswer(), clock.epochMillis(), workspace, key, request());
    }

    private Fingerprint request() {
        return Fingerprint.of("POST", "/v1/resources", null, BODY, () -> body);
    }

    private static String member(Outcome outcome, String name) {
        String text = new String(((Outcome.Done) outcome).body(), StandardCharsets.UTF_8);
        return String.valueOf(Json.of(text).asMap().get(name));
    }
}
