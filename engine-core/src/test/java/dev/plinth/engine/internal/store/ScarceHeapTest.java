package dev.plinth.engine.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tables on the heap refuse before the heap is full, and refuse the workspace that has filled them. */
@Timeout(120)
final class ScarceHeapTest {
    @Test
    void tables_fillHalfOfASmallHeap_refuseOneWorkspaceAndTakeAnother() throws IOException, InterruptedException {
        String output = ChildJvm.run(ScarceHeap.class, List.of("-Xmx48m"));

        assertThat(output)
                .contains("plan_limit_reached", "bytes of memory that they may take, half of -Xmx", "--tables off-heap")
                .contains("taken of another: 20 of 20")
                .endsWith("exit 0");
    }
}
