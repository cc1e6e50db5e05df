package dev.plinth.engine.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How often a page is rendered for readers in a loop. */
final class PacedPageTest {
    private static final int BURST = 20;

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // a clock of nanoseconds may overflow
    private final AtomicInteger rendered = new AtomicInteger();
    private final PacedPage paced = new PacedPage(() -> new byte[] {(byte) rendered.incrementAndGet()}, nanos::get);

    private void pass(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private int read() {
        return paced.page()[0];
    }

    @Test
    void page_fewReaders_eachGetsThePresentOne() {
        for (int i = 1; i <= 2 * BURST; i++) {
            assertThat(read()).isEqualTo(i);
            pass(100);
        }
    }

    @Test
    void page_readersInALoop_getTheLastOne_whichIsRenderedTenTimesASecond() {
        for (int i = 1; i <= BURST; i++) {
            assertThat(read()).isEqualTo(i);
        }
        for (int millis = 0; millis < 1_000; millis++) {
            assertThat(read()).isEqualTo(BURST + millis / 100);
            pass(1);
        }
        assertThat(rendered).hasValue(BURST + 9);
    }

    @Test
    void forgottenPage_isNotShownAgain() {
        for (int i = 1; i <= BURST; i++) {
            assertThat(read()).isEqualTo(i);
        }
        assertThat(read()).isEqualTo(BURST);

        paced.forget();

        assertThat(read()).isEqualTo(BURST + 1);
        assertThat(read()).isEqualTo(BURST + 1);
    }
}
