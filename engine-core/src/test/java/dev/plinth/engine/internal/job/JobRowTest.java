package dev.plinth.engine.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Jobs as they are stored. */
class JobRowTest {
    private static final Id JOB = new Id(IdKind.JOB, 1, 2);
    private static final Id WORKSPACE = new Id(IdKind.WORKSPACE, 3, 4);

    @Test
    void read_leasedRow_hasItsLeaseAndLapses() {
        JobRow.Facts facts = new JobRow.Facts(JOB, WORKSPACE, 5, "send", null, 3, 5, null, 0, 6, 1, null);
        JobRow.Lease lease = JobRow.Lease.of(new Id(IdKind.LEASE, 8, 9), 60, 10_000);
        JobRow leased = JobRow.create(facts, 6, false).leased(lease, 7).lapsed().leased(lease, 8);

        JobRow read = JobRow.read(leased.row());

        assertThat(read).isEqualTo(leased);
        assertThat(read.lease()).isEqualTo(lease);
        assertThat(read.attempts().lapses()).isOne();
        assertThat(read.attempt()).isOne();
    }

    @Test
    void read_rowWithAnExtendedLease_knowsSinceWhenAndOnlyItHasBytesForThat() {
        TraceParent trace = TraceParent.of("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);
        JobRow.Lease lease = JobRow.Lease.of(new Id(IdKind.LEASE, 8, 9), 60, 10_000);
        for (TraceParent each : Arrays.asList(null, trace)) {
            JobRow leased = JobRow.create(
                            new JobRow.Facts(JOB, WORKSPACE, 5, "send", null, 3, 5, null, 0, 6, 1, each), 6, false)
                    .leased(lease, 7);
            JobRow extended = leased.extended(lease.from(20_000, 3_600));

            assertThat(JobRow.read(extended.row())).isEqualTo(extended);
            assertThat(JobRow.read(leased.row())).isEqualTo(leased);
            assertThat(extended.row()).hasSize(leased.row().length + 9);
            assertThat(leased.extended(lease.from(20_000, 60)).row()).hasSameSizeAs(leased.row());
        }
    }

    @Test
    void read_tracedRow_hasItsTraceAndAnUntracedOneHasNoByteForIt() {
        TraceParent trace = TraceParent.of("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);
        JobRow plain =
                JobRow.create(new JobRow.Facts(JOB, WORKSPACE, 5, "send", null, 3, 5, null, 0, 6, 1, null), 6, false);
        JobRow traced =
                JobRow.create(new JobRow.Facts(JOB, WORKSPACE, 5, "send", null, 3, 5, null, 0, 6, 1, trace), 6, false);

        assertThat(JobRow.read(traced.row())).isEqualTo(traced);
        assertThat(JobRow.read(traced.row()).facts().trace()).isEqualTo(trace);
        assertThat(JobRow.read(plain.row())).isEqualTo(plain);
        assertThat(traced.row()).hasSize(plain.row().length + 25);
        assertThat(traced.shrunk(0, 0, 0).facts().trace()).isEqualTo(trace);
    }

    @Test
    void read_rowOfATraceWithState_hasItWithAnyLease() {
        TraceParent trace = TraceParent.of("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true)
                .withState("foo=1,bar=2");
        JobRow.Lease lease = JobRow.Lease.of(new Id(IdKind.LEASE, 8, 9), 60, 10_000);
        JobRow queued =
                JobRow.create(new JobRow.Facts(JOB, WORKSPACE, 5, "send", null, 3, 5, null, 0, 6, 1, trace), 6, false);
        JobRow leased = queued.leased(lease, 7);
        for (JobRow each : Arrays.asList(queued, leased, leased.extended(lease.from(20_000, 3_600)))) {
            assertThat(JobRow.read(each.row())).isEqualTo(each);
            assertThat(JobRow.read(each.row()).facts().trace().state()).isEqualTo("foo=1,bar=2");
        }
    }
}
