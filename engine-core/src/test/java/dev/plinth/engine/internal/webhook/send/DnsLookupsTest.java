package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shows that the look-ups of one workspace hold up no other, and that each answer comes once. */
@Timeout(60)
class DnsLookupsTest {
    private static final Id GREEDY = Senders.WORKSPACE;
    private static final Id OTHER = new Id(IdKind.WORKSPACE, 1, 2);
    private static final int LIMIT_MILLIS = 60_000;

    @Test
    void find_hostThatWaitsForAnotherWorkspacesTurn_isFoundAtOnce() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Resolver resolver = host -> {
            if (host.startsWith("hanging")) {
                await(over);
            }
            return Senders.addresses("127.0.0.1");
        };
        try (DnsLookups lookups = new DnsLookups(Senders.ONLY_127_0_0_1, resolver, LIMIT_MILLIS)) {
            for (int i = 0; i < SendLimits.LOOK_UPS; i++) {
                lookups.find(GREEDY, "hanging" + i + ".test", new Found());
            }
            Found queued = new Found();
            lookups.find(GREEDY, "hook.test", queued);
            Found found = new Found();

            lookups.find(OTHER, "hook.test", found);

            assertThat(found.addresses.get(30, TimeUnit.SECONDS)).containsExactly(Senders.address("127.0.0.1"));
            assertThat(queued.addresses).isNotDone();
        } finally {
            over.countDown();
        }
    }

    @Test
    void find_hostThatIsLookedUpNow_joinsOtherWorkspaces() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Resolver resolver = host -> {
            asked.incrementAndGet();
            await(over);
            return Senders.addresses("127.0.0.1");
        };
        try (DnsLookups lookups = new DnsLookups(Senders.ONLY_127_0_0_1, resolver, LIMIT_MILLIS)) {
            Found first = new Found();
            Found second = new Found();

            lookups.find(GREEDY, "hook.test", first);
            lookups.find(OTHER, "hook.test", second);
            over.countDown();

            first.addresses.get(30, TimeUnit.SECONDS);
            second.addresses.get(30, TimeUnit.SECONDS);
            assertThat(asked).hasValue(1);
        } finally {
            over.countDown();
        }
    }

    @Test
    void find_answerThatThrows_isToldOnceAndLetsTheNextLookUpRun() throws Exception {
        AtomicInteger told = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(1);
        try (DnsLookups lookups =
                new DnsLookups(Senders.ONLY_127_0_0_1, host -> Senders.addresses("127.0.0.1"), LIMIT_MILLIS)) {
            lookups.find(GREEDY, "hook.test", new DnsLookups.Answer() {
                @Override
                public void found(InetAddress[] addresses) {
                    told.incrementAndGet();
                    Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> ended.countDown());
                    throw new OutOfMemoryError("on purpose");
                }

                @Override
                public void failed(IOException trouble) {
                    told.incrementAndGet();
                    ended.countDown();
                }
            });
            assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();

            Found next = new Found();
            lookups.find(GREEDY, "hook.test", next);

            next.addresses.get(30, TimeUnit.SECONDS);
            assertThat(told).hasValue(1);
        }
    }

    /** Waits as the system's resolver does: it cannot be interrupted. */
    private static void await(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                continue;
            }
        }
    }

    private static final class Found implements DnsLookups.Answer {
        private final CompletableFuture<InetAddress[]> addresses = new CompletableFuture<>();

        @Override
        public void found(InetAddress[] found) {
            addresses.complete(found);
        }

        @Override
        public void failed(IOException trouble) {
            addresses.completeExceptionally(trouble);
        }
    }
}
