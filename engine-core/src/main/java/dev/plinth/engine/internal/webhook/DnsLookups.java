package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.EngineThread;
import dev.plinth.engine.internal.base.Id;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of hosts, and answers with checked ones only. Literal addresses go through it too, so nothing is dialled that did not pass
 * here.
 *
 * <p>One blocked answer among many refuses the name: a name server that mixes them is waiting for the client to pick.
 * Localhost is not looked up at all: it means loopback, and of that what the operator opened.
 *
 * <p>Look-ups run on threads of their own, because the system's resolver can be neither interrupted nor given a deadline. Those that ask for one
 * host share a look-up once it runs. One that waits for the turn of its workspace is shared within the workspace only. Workspaces share the
 * threads, and take turns where they wait: names that hang hold up no other workspace. Thread-safe.
 */
final class DnsLookups implements AutoCloseable {
    private static final int IDLE_SECONDS = 10;

    private final AddressGuard guard;
    private final Resolver resolver;
    private final long limitNanos;
    private final ThreadPoolExecutor threads;
    /** The look-ups that new questions for a host may join. */
    private final Map<String, DnsLookup> open = new HashMap<>();

    private final Map<Id, Deque<DnsLookup>> waiting = new LinkedHashMap<>();
    private final FairShares<Id> fairShares = new FairShares<>(SendLimits.LOOK_UPS, SendLimits.LOOK_UPS);

    /** Hears what came of a look-up, on one of its threads or the caller's own. It must not block. */
    interface Answer {
        /** The addresses, at least one, all of them allowed. */
        void found(InetAddress[] addresses);

        /** There is none, or one that must not be reached. */
        void failed(IOException trouble);
    }

    /**
     * Look-ups by a resolver.
     *
     * @param limitMillis how long an answer is of use
     */
    DnsLookups(AddressGuard guard, Resolver resolver, int limitMillis) {
        this.guard = guard;
        this.resolver = resolver;
        this.limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMillis);
        this.threads = new ThreadPoolExecutor(
                0,
                SendLimits.LOOK_UPS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                look -> new EngineThread(look, "plinth-webhook-lookup"));
    }

    /** Asks for the addresses of a host. The answer may come after the limit, or never. */
    void find(Id workspace, String host, Answer answer) {
        if (AddressGuard.isLocalhost(host)) {
            List<InetAddress> allowed = guard.allowedLoopback();
            if (allowed.isEmpty()) {
                answer.failed(new ForbiddenAddressException(host + ", which always means this machine"));
            } else {
                answer.found(allowed.toArray(InetAddress[]::new));
            }
            return;
        }
        synchronized (this) {
            DnsLookup lookup = open.get(host);
            if (lookup == null || lookup.isLate() || !lookup.isRunning && !lookup.workspace.equals(workspace)) {
                lookup = new DnsLookup(workspace, host);
                open.put(host, lookup);
                waiting.computeIfAbsent(workspace, id -> new ArrayDeque<>()).add(lookup);
            }
            lookup.answers.add(answer);
        }
        startSome();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Starts what may start, of each workspace in turn. */
    private void startSome() {
        for (DnsLookup next = next(); next != null; next = next()) {
            DnsLookup lookup = next;
            try {
                threads.execute(() -> run(lookup));
            } catch (RejectedExecutionException | OutOfMemoryError noThread) {
                end(
                        lookup,
                        new InetAddress[0],
                        unknown(lookup.host, "no thread for the look-up is to be had", noThread));
            }
        }
    }

    private synchronized @Nullable DnsLookup next() {
        Iterator<Map.Entry<Id, Deque<DnsLookup>>> turns = waiting.entrySet().iterator();
        while (turns.hasNext()) {
            Map.Entry<Id, Deque<DnsLookup>> turn = turns.next();
            Id workspace = turn.getKey();
            Deque<DnsLookup> own = turn.getValue();
            while (!own.isEmpty() && own.element().isLate()) {
                open.remove(own.element().host, own.remove());
            }
            DnsLookup first = fairShares.isFree(workspace) ? own.poll() : null;
            if (own.isEmpty()) {
                turns.remove();
            } else if (first != null) {
                turns.remove();
                waiting.put(workspace, own); // its next turn comes behind the others
            }
            if (first != null) {
                fairShares.take(workspace, 1);
                first.isRunning = true;
                return first;
            }
        }
        return null;
    }

    private void run(DnsLookup lookup) {
        InetAddress[] found = new InetAddress[0];
        IOException trouble = null;
        try {
            found = lookUp(lookup.host);
        } catch (IOException failed) {
            trouble = failed;
        } catch (RuntimeException | Error unexpected) {
            trouble = unknown(lookup.host, String.valueOf(unexpected), unexpected);
        }
        try {
            end(lookup, found, trouble);
        } finally {
            startSome();
        }
    }

    private InetAddress[] lookUp(String host) throws IOException {
        InetAddress[] answers = resolver.resolve(host);
        if (answers.length == 0) {
            throw new UnknownHostException(host);
        }
        for (InetAddress answer : answers) {
            if (!guard.allows(answer)) {
                throw new ForbiddenAddressException(host + " at " + answer.getHostAddress());
            }
        }
        return answers;
    }

    private void end(DnsLookup lookup, InetAddress[] found, @Nullable IOException trouble) {
        List<Answer> answers;
        synchronized (this) {
            open.remove(lookup.host, lookup);
            fairShares.giveBack(lookup.workspace, 1);
            answers = List.copyOf(lookup.answers);
        }
        for (Answer answer : answers) {
            if (trouble == null) {
                answer.found(found);
            } else {
                answer.failed(trouble);
            }
        }
    }

    private static UnknownHostException unknown(String host, String reason, Throwable cause) {
        UnknownHostException unknown = new UnknownHostException(
                "Expected addresses for " + host + ", but " + reason + "; check the name and the resolver.");
        unknown.initCause(cause);
        return unknown;
    }

    /** A question to the resolver; guarded by the look-ups. */
    private final class DnsLookup {
        private final Id workspace;
        private final String host;
        private final List<Answer> answers = new ArrayList<>();
        private final long begunNanos = System.nanoTime();
        private boolean isRunning;

        DnsLookup(Id workspace, String host) {
            this.workspace = workspace;
            this.host = host;
        }

        /** Returns true if those that asked first wait no longer. */
        boolean isLate() {
            return System.nanoTime() - begunNanos > limitNanos;
        }
    }
}
