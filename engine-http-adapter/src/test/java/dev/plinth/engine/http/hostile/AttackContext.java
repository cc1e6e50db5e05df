package dev.plinth.engine.http.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.http.RawReply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Holds what an attack finds: a server, an operator who makes workspaces, and an honest tenant. Thread-safe but for what the operator does. */
final class AttackContext implements AutoCloseable {
    static final String ADMIN_TOKEN = "operator-secret-of-an-arena";
    private static final int HOSTILE_HOST = 10;
    private static final int FAULTS_MAX = 10;
    private static final int CREATED = 201;
    private static final int REFUSAL = 400;
    /** A page of 1 MiB, and what is around it. */
    private static final int ANSWER_BYTES_MAX = 2 * 1024 * 1024;

    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final int port;
    private final AttackConnection operator;
    private final AnswerCounts answerCounts = new AnswerCounts();
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private @Nullable HonestProcess honest;
    private final List<String> hostileTenants = new ArrayList<>();
    private volatile long end = Long.MAX_VALUE;
    private volatile long last = Long.MAX_VALUE;
    private volatile Set<String> due = Set.of();

    /**
     * Makes the context of a server.
     *
     * @param operatorPort the port of the operator, who has no TLS
     */
    AttackContext(int port, int operatorPort) {
        this.port = port;
        this.operator = new AttackConnection(
                operatorPort, InetAddress.getLoopbackAddress(), AttackConnection.bearer(ADMIN_TOKEN));
    }

    int port() {
        return port;
    }

    /** Returns what the attacker was answered. */
    AnswerCounts told() {
        return answerCounts;
    }

    /** Returns what must not have happened. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    void fault(String what) {
        if (faults.size() < FAULTS_MAX) {
            faults.add(what);
        }
    }

    /** Names the honest tenant. From now on each workspace is an attacker's. */
    void besides(HonestProcess tenant) {
        honest = tenant;
        hostileTenants.clear();
    }

    /** The honest tenant. */
    HonestProcess honest() {
        return Objects.requireNonNull(honest);
    }

    /**
     * Begins the attack.
     *
     * @param seconds how long it lasts
     * @param longestSeconds how long it lasts if the attacker is not refused sooner
     */
    void begin(Attack attack, int seconds, int longestSeconds) {
        due = attack.refusals();
        end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        last = System.nanoTime() + TimeUnit.SECONDS.toNanos(longestSeconds);
    }

    /** Ends the attack: its workspaces go, and the next one has not begun. */
    void leave() throws IOException {
        for (String id : hostileTenants) {
            delete(id);
        }
        hostileTenants.clear();
        operator.close(); // The next call may come when the server has closed an idle connection.
        end = Long.MAX_VALUE;
        last = Long.MAX_VALUE;
    }

    /** Deletes a workspace. */
    void delete(String workspace) throws IOException {
        operator.close(); // The server may have closed it, because it was idle during a long preparation.
        RawReply reply = operator.call("DELETE", "/admin/v1/workspaces/" + workspace, "", "");
        if (reply.status() >= REFUSAL) {
            fault("the operator cannot delete a workspace: " + reply.text());
        }
    }

    /** Returns whether the attack has time left. On a slow machine it lasts longer, so that it is refused there too. */
    boolean goesOn() {
        long now = System.nanoTime();
        return now < end || now < last && !due.isEmpty() && !answerCounts.hasAny(due);
    }

    /** Makes a workspace with a key. */
    Tenant tenant(String plan) throws IOException {
        String id = String.valueOf(
                made(operator.post("/admin/v1/workspaces", "{\"name\":\"" + plan + "\",\"plan\":\"" + plan + "\"}"))
                        .get("id"));
        hostileTenants.add(id);
        Map<String, Object> key = made(operator.post("/admin/v1/workspaces/" + id + "/keys", "{\"name\":\"key\"}"));
        return new Tenant(id, String.valueOf(key.get("secret")));
    }

    /** Returns the members of an answer that must be 2xx. */
    static Map<String, Object> made(RawReply reply) {
        assertThat(reply.status()).as(reply.text()).isBetween(200, 299);
        return Json.of(reply.text()).asMap();
    }

    /** Returns an address from which an attacker comes; the honest tenant has another one. */
    static InetAddress address(int attacker) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (HOSTILE_HOST + attacker)});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("Expected an address of four bytes", e);
        }
    }

    /** Returns a connection of an attacker with a key. */
    AttackConnection as(Tenant tenant) {
        return as(tenant.key());
    }

    AttackConnection as(String key) {
        return new AttackConnection(port, address(0), AttackConnection.bearer(key));
    }

    /** Calls as the attacker, and counts the answer; what does not answer is counted too, with a status of 0. */
    RawReply attack(AttackConnection caller, String method, String path, String body) {
        return attack(caller, method, path, "", body);
    }

    RawReply attack(AttackConnection caller, String method, String path, String headers, String body) {
        try {
            RawReply reply = caller.call(method, path, headers, body);
            answerCounts.note(reply);
            return reply;
        } catch (SocketTimeoutException e) {
            answerCounts.note("no answer");
        } catch (IOException e) {
            answerCounts.note("closed");
        }
        return new RawReply(0, Map.of(), new byte[0]);
    }

    /** Makes a webhook endpoint of the attacker and returns its id; empty if it was refused. */
    String endpoint(AttackConnection caller, String url, String status) {
        RawReply made =
                attack(caller, "POST", "/v1/webhook-endpoints", "{\"url\":\"" + url + "\",\"ordering\":\"none\"}");
        if (made.status() != CREATED) {
            return "";
        }
        String id = String.valueOf(made(made).get("id"));
        if (!status.equals("enabled")) {
            attack(caller, "PATCH", "/v1/webhook-endpoints/" + id, "{\"status\":\"" + status + "\"}");
        }
        return id;
    }

    /** Lets the honest tenant be seen for so long without a call of the attacker, or until the attack is over. */
    void rest(int seconds) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < until && goesOn()) {
            LockSupport.parkNanos(REST_NANOS);
        }
    }

    /** Posts the same as often as the attack has time, with a rest behind each refusal. */
    void repeat(AttackConnection caller, String path, String body) {
        while (goesOn()) {
            if (attack(caller, "POST", path, body).status() >= REFUSAL) {
                LockSupport.parkNanos(REST_NANOS);
            }
        }
    }

    /** Calls as the honest tenant, who must not be refused. */
    RawReply honestly(String method, String path, String body) throws IOException {
        try (AttackConnection caller = new AttackConnection(
                port,
                InetAddress.getLoopbackAddress(),
                AttackConnection.bearer(honest().tenant().key()))) {
            RawReply reply = caller.call(method, path, "", body);
            if (reply.status() >= REFUSAL) {
                fault("the honest tenant was refused " + method + " " + path + ": " + reply.text());
            }
            return reply;
        }
    }

    /** Checks that an answer is no longer than a page may be. */
    void checkSize(RawReply reply) {
        if (reply.body().length > ANSWER_BYTES_MAX) {
            fault("an answer of " + reply.body().length + " bytes");
        }
    }

    /** A part of an attack. */
    interface Work {
        void run(int thread) throws Exception;
    }

    /** Does this on several threads, and waits for all of them. */
    void together(int threads, Work work) throws InterruptedException {
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            Thread thread = new Thread(() -> {
                try {
                    work.run(number);
                } catch (Exception | AssertionError e) {
                    fault("the attack itself broke off: " + e);
                }
            });
            running.add(thread);
            thread.start();
        }
        for (Thread thread : running) {
            thread.join();
        }
    }

    @Override
    public void close() {
        operator.close();
    }
}
