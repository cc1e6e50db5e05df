package dev.plinth.engine.internal.webhook;

import dev.plinth.engine.internal.base.OwnThread;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Answers the HTTP client's question for a host's addresses with checked ones only; the client asks it for literal
 * addresses too, so nothing is dialled that did not pass here.
 *
 * <p>One blocked answer among many refuses the name: a name server that mixes them is waiting for the client to pick.
 * Localhost is not looked up at all: it means loopback, and of that what the operator opened.
 *
 * <p>Look-ups run on threads of their own, because the system's resolver can be neither interrupted nor given a deadline;
 * one that hangs costs a daemon thread of a bounded number, not a sender. Thread-safe.
 */
final class GuardedResolver implements DnsResolver, AutoCloseable {
    private static final int IDLE_SECONDS = 10;

    private final AddressGuard guard;
    private final Resolver resolver;
    private final int lookUpMillis;
    private final ThreadPoolExecutor lookUps;

    GuardedResolver(AddressGuard guard, Resolver resolver, int lookUpMillis) {
        this.guard = guard;
        this.resolver = resolver;
        this.lookUpMillis = lookUpMillis;
        this.lookUps = new ThreadPoolExecutor(
                0,
                SendLimits.LOOK_UPS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                look -> new OwnThread(look, "plinth-webhook-lookup"));
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        if (AddressGuard.isLocalhost(host)) {
            return localhost(host);
        }
        InetAddress[] answers = lookUp(host);
        for (InetAddress answer : answers) {
            if (!guard.allows(answer)) {
                throw new ForbiddenAddressException(host + " at " + answer.getHostAddress());
            }
        }
        return answers;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    @Override
    public void close() {
        lookUps.shutdownNow();
    }

    private InetAddress[] localhost(String host) throws ForbiddenAddressException {
        List<InetAddress> allowed = guard.allowedLoopback();
        if (allowed.isEmpty()) {
            throw new ForbiddenAddressException(host + ", which always means this machine");
        }
        return allowed.toArray(InetAddress[]::new);
    }

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        Future<InetAddress[]> answer = submit(host);
        try {
            InetAddress[] addresses = answer.get(lookUpMillis, TimeUnit.MILLISECONDS);
            if (addresses.length == 0) {
                throw new UnknownHostException(host);
            }
            return addresses;
        } catch (ExecutionException failed) {
            throw unknown(host, String.valueOf(failed.getCause()), failed);
        } catch (TimeoutException slow) {
            throw unknown(host, "none came within " + lookUpMillis + " ms", slow);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw unknown(host, "the look-up was interrupted", stopped);
        } finally {
            answer.cancel(true);
        }
    }

    private Future<InetAddress[]> submit(String host) throws UnknownHostException {
        try {
            return lookUps.submit(() -> resolver.resolve(host));
        } catch (RejectedExecutionException full) {
            throw unknown(host, SendLimits.LOOK_UPS + " look-ups hang already", full);
        }
    }

    private static UnknownHostException unknown(String host, String reason, Exception cause) {
        UnknownHostException unknown = new UnknownHostException(
                "Expected addresses for " + host + ", but " + reason + "; check the name and the resolver.");
        unknown.initCause(cause);
        return unknown;
    }
}
