package dev.plinth.engine.testkit;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.testkit.Histories.Operation;
import dev.plinth.engine.testkit.SharedMemoryConnection.Link;
import dev.plinth.engine.testkit.SharedMemoryLog.AppendFault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Three engines over one log, clients that call them at once on few resources, and a thread that makes faults. All
 * calls are recorded. The resources are children of one parent, because those may be deleted at any time.
 */
final class RecordedCluster implements AutoCloseable {
    private static final Plan WIDE =
            Plan.of("wide", 1_000_000, Duration.ofSeconds(1)).withQueuedJobsMax(Plan.UNLIMITED);
    private static final Duration LEASE = Duration.ofMillis(60);
    private static final int CLIENTS = 8;
    private static final int RESOURCES = 10;
    private static final int ATTEMPTS_MAX = 20;
    private static final int ANSWER_MILLIS = 150;
    private static final int GIVES_UP_ONE_IN = 3;
    private static final int FAULT_MILLIS = 10;
    private static final int CALLS_PER_FAULT = 80;
    private static final int ROUNDS_OF_A_FAULT = 15;
    private static final int LEADER_MILLIS = 10;

    private final Histories history = new Histories();
    private final ManualClock leases = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
    private final SharedMemoryLog log = new SharedMemoryLog(0, leases::nanoTime, LEASE);
    private final List<SharedMemoryConnection> connections = new ArrayList<>();
    private final List<Engine> engines = new ArrayList<>();
    private final Object roles = new Object();
    private final long seed;
    private final String key;
    private final String children;
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicLong numbers = new AtomicLong();
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final List<AtomicInteger> generations = new ArrayList<>();

    /** The id and the version of a resource, as the clients were told. */
    private record Known(String id, long version) {}

    /** @param broken makes of the connection of a node a broken one */
    RecordedCluster(long seed, Path keyFile, UnaryOperator<SharedLog> broken) {
        this.seed = seed;
        for (int i = 0; i < 3; i++) {
            SharedMemoryConnection connection = log.connect();
            connections.add(connection);
            engines.add(Engine.builder()
                    .log(broken.apply(connection))
                    .node(new Node("n" + i))
                    .secretKeyFile(keyFile)
                    .adminToken("recorded-cluster-admin-token")
                    .createDefaultWorkspace(false)
                    .plan(WIDE)
                    .open());
        }
        engines.forEach(engine -> engine.onRole(role -> roleChanged()));
        for (int i = 0; i < RESOURCES; i++) {
            generations.add(new AtomicInteger());
        }
        Engine first = engines.get(0);
        String workspace =
                first.admin().createWorkspace("acme", WIDE.name()).call().id();
        key = first.admin().createKey(workspace, "k").call().secret().orElseThrow();
        Reply parent = first.call(call("POST", "/v1/resources").withBody(Json.of("{\"name\":\"parent\"}")));
        children = "/v1/resources/" + member(parent, "/id") + "/children";
    }

    /** Runs the clients, each with so many operations, and returns what they have seen. */
    Histories run(int operationsPerClient) {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.add(threads.submit(() -> runClient(client, operationsPerClient)));
            }
            makeFaults(clients);
            for (Future<?> client : clients) {
                client.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("Expected the clients to end, but " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
        return history;
    }

    /** Makes a fault after so many calls, and ends it some milliseconds later. */
    private void makeFaults(List<Future<?>> clients) throws InterruptedException, ExecutionException {
        Random random = new Random(seed);
        int next = CALLS_PER_FAULT;
        long epoch = 0;
        int rounds = 0;
        while (!isDone(clients)) {
            rounds++;
            if (ended.get() >= next) {
                next = ended.get() + CALLS_PER_FAULT;
                epoch = epoch();
                rounds = 0;
                fault(random);
            } else if (epoch() > epoch + 1 || rounds > ROUNDS_OF_A_FAULT) {
                heal();
            } else if (epoch() > epoch) {
                epoch--; // another node leads: the earlier one is left as it is for another round
            }
        }
    }

    private long epoch() {
        return log.leader().map(Leader::epoch).orElse(0L);
    }

    private void heal() {
        log.resolve(true);
        connections.forEach(connection -> connection.link(Link.UP));
        if (engines.stream().noneMatch(engine -> engine.role() == NodeRole.LEADER)) {
            leases.advance(LEASE);
        }
    }

    /** Waits for the clients until it is time for the next fault. */
    private static boolean isDone(List<Future<?>> clients) throws InterruptedException, ExecutionException {
        for (Future<?> client : clients) {
            try {
                client.get(FAULT_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                return false;
            }
        }
        return true;
    }

    private void fault(Random random) {
        SharedMemoryConnection any = connections.get(random.nextInt(connections.size()));
        switch (random.nextInt(9)) {
            case 0 -> depose(leading(), Link.FROZEN);
            case 1 -> depose(leading(), Link.FROZEN_BACK);
            case 2 -> depose(leading(), Link.CUT);
            case 3 -> depose(any, Link.CUT_BACK);
            case 4, 5 -> {
                log.resolve(random.nextBoolean());
                log.failAppend(1 + random.nextInt(3), AppendFault.values()[random.nextInt(3)]);
            }
            case 6 -> log.keepFenced(random.nextBoolean());
            case 7 -> engines.forEach(Engine::resign);
            default -> leases.advance(LEASE);
        }
    }

    /** Lets another node take over from one that learns of it late. */
    private void depose(SharedMemoryConnection connection, Link link) {
        connection.link(link);
        leases.advance(LEASE);
    }

    /** Returns the connection of the node that the log names as the leader. */
    private SharedMemoryConnection leading() {
        int number = log.leader()
                .map(Leader::node)
                .map(node -> node.id().charAt(1) - '0')
                .filter(found -> found < connections.size() && found >= 0)
                .orElse(0);
        return connections.get(number);
    }

    private void runClient(int client, int operations) {
        Random random = new Random(seed * 31 + client);
        for (int i = 0; i < operations; i++) {
            ended.incrementAndGet();
            int slot = random.nextInt(RESOURCES);
            String resource = "r" + slot + "." + generations.get(slot).get();
            Known of = known.get(resource);
            int what = random.nextInt(100);
            if (of == null || what < 5) {
                create(client, random, resource);
            } else if (what < 50) {
                read(client, random, resource, of);
            } else if (what < 97) {
                update(client, random, resource, of);
            } else {
                delete(client, random, resource, of);
                generations.get(slot).incrementAndGet();
            }
        }
    }

    private void create(int client, Random random, String resource) {
        Operation create = history.create(client, resource, "first");
        Call call = call("POST", children)
                .withHeader("Idempotency-Key", "create-" + resource)
                .withBody(Json.of("{\"name\":\"" + resource + "\",\"data\":{\"v\":\"first\"}}"));
        end(create, insist(client, random, call), reply -> {
            create.created(reply.text());
            known.putIfAbsent(resource, new Known(member(reply, "/id"), 1));
        });
    }

    private void read(int client, Random random, String resource, Known of) {
        Operation read = history.read(client, resource);
        Optional<Reply> reply = insist(client, random, call("GET", children + "/" + of.id));
        if (reply.isEmpty() || reply.get().status() == 503) {
            read.notDone();
            return;
        }
        end(read, reply, found -> {
            long version = Long.parseLong(member(found, "/version"));
            read.found(version, member(found, "/data/v"));
            known.put(resource, new Known(of.id, version));
        });
    }

    private void update(int client, Random random, String resource, Known of) {
        String value = "v" + numbers.incrementAndGet();
        Operation update = history.update(client, resource, of.version, value);
        Call call = call("PATCH", children + "/" + of.id)
                .withHeader("Idempotency-Key", value)
                .withHeader("If-Match", "\"v" + of.version + "\"")
                .withBody(Json.of("{\"data\":{\"v\":\"" + value + "\"}}"));
        end(update, insist(client, random, call), reply -> {
            update.updated(Long.parseLong(member(reply, "/version")));
            known.put(resource, new Known(of.id, of.version + 1));
        });
    }

    private void delete(int client, Random random, String resource, Known of) {
        Operation delete = history.delete(client, resource);
        Call call =
                call("DELETE", children + "/" + of.id).withHeader("Idempotency-Key", "d" + numbers.incrementAndGet());
        end(delete, insist(client, random, call), reply -> delete.deleted());
    }

    /** Records an answer. Without one the outcome stays unknown. */
    private static void end(Operation operation, Optional<Reply> reply, Consumer<Reply> succeeded) {
        if (reply.isEmpty()) {
            return;
        }
        int status = reply.get().status();
        if (status == 200 || status == 201) {
            succeeded.accept(reply.get());
        } else if (status == 404) {
            operation.missing();
        } else if (status == 412) {
            operation.versionDiffers();
        } else if (status == 503 || status == 409) {
            operation.notDone();
        } else {
            throw new AssertionError("Expected no such answer: " + reply.get().text());
        }
    }

    /**
     * Repeats a call with its key, at one node after the other.
     *
     * @return the answer that stands, or a refusal if each attempt was certainly not done; empty if the outcome is unknown
     */
    private Optional<Reply> insist(int client, Random random, Call call) {
        boolean mayBeDone = false;
        boolean givesUp = random.nextInt(GIVES_UP_ONE_IN) == 0;
        Optional<Reply> refusal = Optional.empty();
        for (int i = 0; i < ATTEMPTS_MAX && !(mayBeDone && givesUp); i++) {
            try {
                Reply reply = pick(client, i).submit(call).get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
                boolean isBusy = reply.status() == 409 && reply.text().contains("idempotency_key_in_use");
                if (reply.status() != 503 && !isBusy) {
                    return Optional.of(reply);
                }
                mayBeDone |= reply.text().contains("\"outcome_unknown\"");
                refusal = Optional.of(reply);
                awaitRoles();
            } catch (TimeoutException e) {
                mayBeDone = true;
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError("Expected an answer", e);
            }
        }
        return mayBeDone ? Optional.empty() : refusal;
    }

    /** Returns a node that takes itself for the leader. Waits for one, but not long. */
    private Engine pick(int client, int attempt) throws InterruptedException {
        for (int i = 0; i < engines.size(); i++) {
            Engine engine = engines.get((client + attempt + i) % engines.size());
            if (engine.role() == NodeRole.LEADER) {
                return engine;
            }
        }
        awaitRoles();
        return engines.get(attempt % engines.size());
    }

    /** Waits until a node has another role, but not long. */
    @SuppressWarnings("WaitNotInLoop") // to wake early only means to look early
    private void awaitRoles() throws InterruptedException {
        synchronized (roles) {
            roles.wait(LEADER_MILLIS);
        }
    }

    private void roleChanged() {
        synchronized (roles) {
            roles.notifyAll();
        }
    }

    private Call call(String method, String path) {
        return Call.of(method, path).withKey(key);
    }

    private static String member(Reply reply, String pointer) {
        String text = Json.of(reply.text())
                .at(pointer)
                .map(Json::toString)
                .orElseThrow(() -> new AssertionError(reply.text()));
        return text.startsWith("\"") ? text.substring(1, text.length() - 1) : text;
    }

    @Override
    public void close() {
        connections.forEach(SharedMemoryConnection::close);
        engines.forEach(Engine::close);
    }
}
