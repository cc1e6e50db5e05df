package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.BatchOperation;
import dev.plinth.engine.api.BulkOperation;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.JobFailure;
import dev.plinth.engine.api.JobFigures;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.KeyChange;
import dev.plinth.engine.api.KeyMode;
import dev.plinth.engine.api.LeaseRequest;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.NewWebhookEndpoint;
import dev.plinth.engine.api.Page;
import dev.plinth.engine.api.Problem;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.Role;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.api.WebhookEndpointChange;
import dev.plinth.engine.api.WorkspaceChange;
import dev.plinth.engine.api.WorkspaceImport;
import dev.plinth.engine.client.Clients;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.handler.UnitOfWork;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.Position;
import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.BodyBuffer;
import dev.plinth.engine.server.ByteBudget;
import dev.plinth.engine.server.StreamPlaces;
import dev.plinth.engine.settings.EngineTextSetting;
import dev.plinth.engine.settings.GraceTimes;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Places;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.RetentionTimes;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.WireIdentity;
import dev.plinth.engine.testkit.SharedMemoryLog;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each public constructor and method of the packages for users refuses null, and names the parameter. Methods that a
 * host implements are left out: those without a body of the interfaces that no engine hands out.
 */
final class NullArgumentsTest {
    private static final Set<String> PACKAGES = Set.of(
            "dev.plinth.engine",
            "dev.plinth.engine.api",
            "dev.plinth.engine.client",
            "dev.plinth.engine.handler",
            "dev.plinth.engine.log",
            "dev.plinth.engine.server",
            "dev.plinth.engine.settings");

    /** A host has no wire to make clients of. A text setting names itself, as the builder does. */
    private static final Set<Class<?>> LEFT_OUT = Set.of(Clients.class, EngineTextSetting.class);

    private static final Problem PROBLEM = Problem.of(Json.of(
            "{\"type\":\"x\",\"title\":\"x\",\"status\":400,\"detail\":\"x\",\"code\":\"x\",\"requestId\":\"x\","
                    + "\"retryable\":false}"));

    private static final Map<Class<?>, Object> VALUES = Map.ofEntries(
            Map.entry(String.class, "x"),
            Map.entry(String[].class, new String[] {"x"}),
            Map.entry(byte[].class, new byte[0]),
            Map.entry(ByteBuffer.class, ByteBuffer.allocate(1)),
            Map.entry(InputStream.class, InputStream.nullInputStream()),
            Map.entry(OutputStream.class, OutputStream.nullOutputStream()),
            Map.entry(Throwable.class, new IllegalStateException("x")),
            Map.entry(URI.class, URI.create("x")),
            Map.entry(BulkOperation.class, BulkOperation.pause("x")),
            Map.entry(BodyBuffer.class, new BodyBuffer(1, 0, new ByteBudget("x", 1, 1, 0).share(() -> "x"))),
            Map.entry(OptionalInt.class, OptionalInt.empty()),
            Map.entry(Scope[].class, new Scope[0]),
            Map.entry(SeededIds.class, new SeededIds(1)),
            Map.entry(Record.class, new Position(1, 1)),
            Map.entry(Collection.class, List.of()),
            Map.entry(EngineBuilder.class, Engine.builder()),
            Map.entry(Json.class, Json.EMPTY_OBJECT),
            Map.entry(List.class, List.of()),
            Map.entry(Map.class, Map.of()),
            Map.entry(Set.class, Set.of()),
            Map.entry(Optional.class, Optional.empty()),
            Map.entry(Duration.class, Duration.ofSeconds(1)),
            Map.entry(Instant.class, Instant.EPOCH),
            Map.entry(Role.class, Role.READER),
            Map.entry(KeyMode.class, KeyMode.LIVE),
            Map.entry(NewResource.class, NewResource.of("x")),
            Map.entry(NewKey.class, NewKey.of("x")),
            Map.entry(JobFailure.class, new JobFailure("x", "y", true)),
            Map.entry(NewJob.class, NewJob.of("x")),
            Map.entry(NewEvent.class, NewEvent.of("x", Json.EMPTY_OBJECT)),
            Map.entry(NewWebhookEndpoint.class, NewWebhookEndpoint.of("x")),
            Map.entry(ResourceChange.class, ResourceChange.NONE.withName("x")),
            Map.entry(KeyChange.class, KeyChange.NONE.withName("x")),
            Map.entry(WebhookEndpointChange.class, WebhookEndpointChange.NONE),
            Map.entry(WorkspaceChange.class, WorkspaceChange.NONE.withName("x")),
            Map.entry(BatchOperation.class, BatchOperation.delete("x")),
            Map.entry(Path.class, Path.of("x")),
            Map.entry(WorkspaceImport.class, WorkspaceImport.of(Path.of("x"), Path.of("x"))),
            Map.entry(LeaseRequest.class, LeaseRequest.of("x")),
            Map.entry(ByteBudget.class, new ByteBudget("x", 1, 1, 0)),
            Map.entry(StreamPlaces.class, new StreamPlaces()),
            Map.entry(ByteBudget.Share.class, new ByteBudget("x", 1, 1, 0).share(() -> "x")),
            Map.entry(Call.class, Call.of("GET", "/x")),
            Map.entry(Class.class, WireIdentity.class),
            Map.entry(Plan.class, Plan.perMinute("x", 1)),
            Map.entry(RatePolicy.class, RatePolicy.of("x", 1, Duration.ofSeconds(1))),
            Map.entry(Reply.class, Reply.of(200, Map.of(), new byte[0])),
            Map.entry(Page.class, Page.of(List.of())),
            Map.entry(JobFigures.class, JobFigures.of(0)),
            Map.entry(TraceParent.class, TraceParent.of(1, 1, 1, true)),
            Map.entry(Problem.class, PROBLEM),
            Map.entry(Places.class, new Places(1, 1, 1)),
            Map.entry(Node.class, new Node("x", Optional.empty())),
            Map.entry(RetentionTimes.class, RetentionTimes.DEFAULT),
            Map.entry(GraceTimes.class, GraceTimes.DEFAULT),
            Map.entry(WireIdentity.class, WireIdentity.DEFAULT),
            Map.entry(ManualClock.class, ManualClock.startingAt(Instant.EPOCH)),
            Map.entry(int.class, 1),
            Map.entry(long.class, 1L),
            Map.entry(double.class, 1.0),
            Map.entry(boolean.class, true));

    private final NullArguments arguments =
            new NullArguments(VALUES, method -> LEFT_OUT.contains(method.getDeclaringClass()));

    @Test
    void publicMethods_null_isNamed(@TempDir Path directory) throws Exception {
        try (Engine engine = Engine.inMemory();
                Engine node = Engine.builder()
                        .log(new SharedMemoryLog())
                        .secretKeyFile(directory.resolve("secret.key"))
                        .node(new Node("x", Optional.of(URI.create("http://localhost"))))
                        .open()) {
            addInstances(engine);
            arguments.add(node.forwarding().orElseThrow());
            arguments.checkTypes(Engine.class, PACKAGES);
        }
        arguments.end(400);
    }

    @Test
    void objectsForHandlers_null_isNamed() throws Exception {
        try (Engine engine = Engine.builder()
                .inMemory()
                .jobHandler("walk", job -> {
                    arguments.checkMethods(JobContext.class, job);
                    return Json.EMPTY_OBJECT;
                })
                .open()) {
            String workspace =
                    engine.admin().createWorkspace("acme", "pro").call().id();
            PlinthClient client = engine.workspace(workspace);
            Throwable unused = engine.transact(workspace, unit -> {
                arguments.checkMethods(UnitOfWork.class, unit);
                arguments.checkMethods(Effects.class, unit.effects());
                return null;
            });
            Admission admission = engine.door(Runnable::run).admit(Call.of("GET", "/x"));
            arguments.checkMethods(Admission.class, admission);
            String job = client.startJob("walk", Json.EMPTY_OBJECT).call().jobId();
            assertThat(client.awaitJob(job, Duration.ofSeconds(60)).status()).isEqualTo(JobStatus.SUCCEEDED);
        }
        arguments.end(31);
    }

    private void addInstances(Engine engine) {
        PlinthClient client = engine.workspace("ws_00000000000000000000000000");
        for (Object instance : List.of(
                engine,
                engine.admin(),
                engine.guard(),
                engine.settings(),
                engine.door(Runnable::run),
                client,
                client.resources(),
                client.resources().list(),
                client.resources().get("x"),
                client.children("x"),
                client.shares("x"),
                client.keys(),
                client.webhooks(),
                client.leases(),
                client.job("x"))) {
            arguments.add(instance);
        }
    }
}
