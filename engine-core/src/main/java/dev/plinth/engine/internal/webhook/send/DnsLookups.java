package dev.plinth.engine.internal.webhook.send;

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
 * Finds the addresses of hosts, and answers with checked ones only. Literal addresses are checked here too, so no
 * connection is made to an address that was not.
 *
 * <p>One blocked address among many refuses the name, because a name server that mixes them hopes that the client picks
 * the blocked one. Localhost is not looked up: it means loopback, as far as the operator has opened it.
 *
 * <p>Look-ups run on threads of their own, because the system's resolver can neither be interrupted nor be given a
 * deadline. Requests for one host share a running look-up. A look-up that still waits for its workspace's turn is
 * shared within the workspace only. Workspaces share the threads and take turns, so names that hang hold up no other
 * workspace. Thread-safe.
 */
final class DnsLookups implements AutoCloseable {
    private static final int IDLE_SECONDS = 10;

    private final AddressFilter filter;
    private final Resolver resolver;
    private final long limitNanos;
    private final ThreadPoolExecutor threads;
    /** The look-ups that new requests for a host may join. */
    private final Map<String, DnsLookup> open = new HashMap<>();

    private final Map<Id, Deque<DnsLookup>> waiting = new LinkedHashMap<>();
    private final FairShares<Id> fairShares = new FairShares<>(SendLimits.LOOK_UPS, SendLimits.LOOK_UPS);

    /** Receives the result of a look-up, on one of its threads or the caller's own. It must not block. */
    interface Answer {
        /** Returns the addresses: at least one, and all of them allowed. */
        void found(InetAddress[] addresses);

        /** Tells that there is no address, or one that must not be reached. */
        void failed(IOException trouble);
    }

    /**
     * Makes look-ups by a resolver.
     *
     * @param limitMillis how long an answer is of use
     */
    DnsLookups(AddressFilter filter, Resolver resolver, int limitMillis) {
        this.filter = filter;
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

    /** Looks up the addresses of a host. The answer may come after the limit, or never. */
    void find(Id workspace, String host, Answer answer) {
        if (AddressFilter.isLocalhost(host)) {
            List<InetAddress> allowed = filter.allowedLoopback();
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

    /** Starts as many look-ups as may run, of each workspace in turn. */
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
                waiting.put(workspace, own); // its next turn comes after the others
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
            if (!filter.allows(answer)) {
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
                "The host " + host + " has no address: " + reason + ". Check the name and the resolver.");
        unknown.initCause(cause);
        return unknown;
    }

    /** A request to the resolver; guarded by the look-ups. */
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

        /** Returns true if the first callers wait no longer. */
        boolean isLate() {
            return System.nanoTime() - begunNanos > limitNanos;
        }
    }
}
