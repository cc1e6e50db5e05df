package dev.plinth.engine.internal.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Patience;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Questions whether a reign goes on, asked by a thread that ends. */
final class ConfirmationsTest {
    @Test
    void ask_onceTheThreadHasEndedByAnError_isAnsweredWithFalse() throws Exception {
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Confirmations confirmations = new Confirmations(
                () -> {
                    asked.countDown();
                    Patience.until(() -> goOn.getCount() == 0);
                    return false;
                },
                () -> {
                    throw error;
                },
                (thread, e) -> told.complete(e));
        confirmations.start();
        CompletableFuture<Boolean> first = confirmations.ask();
        asked.await();
        CompletableFuture<Boolean> second = confirmations.ask(); // waits for the next question, which never comes
        goOn.countDown();

        assertThat(told.orTimeout(60, TimeUnit.SECONDS).join()).isSameAs(error);
        assertThat(first.orTimeout(60, TimeUnit.SECONDS).join()).isFalse();
        assertThat(second.orTimeout(60, TimeUnit.SECONDS).join()).isFalse();
        assertThat(confirmations.ask()).isCompletedWithValue(false);
        confirmations.close();
    }
}
