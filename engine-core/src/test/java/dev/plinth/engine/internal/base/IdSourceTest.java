package dev.plinth.engine.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.settings.IdSource;
import dev.plinth.engine.settings.SeededIds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("scaled")
class IdSourceTest {
    private static final long NOW = 1_767_225_600_000L;

    @Test
    void random_idsInTheSameAndInLaterMillis_ascend() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        RandomIds ids = new RandomIds();
        long millis = NOW;
        IdSource.Bits last = ids.next("res", millis);
        for (int i = 0; i < TestScale.count(500_000); i++) {
            // Sometimes later, sometimes earlier, mostly the same.
            int step = random.nextInt(20);
            millis += step == 0 ? 1 : step == 1 ? -1 : 0;
            IdSource.Bits next = ids.next(i % 2 == 0 ? "res" : "evt", millis);
            assertThat(compare(last, next)).as(TestScale.repeatWith(seed)).isNegative();
            last = next;
        }
    }

    @Test
    void random_id_startsWithItsTime() {
        assertThat(new RandomIds().next("res", NOW).high() >>> 16).isEqualTo(NOW);
        assertThat(new RandomIds().next("req", NOW).high() >>> 16).isEqualTo(NOW);
    }

    @Test
    void random_manyThreads_noIdTwice() throws Exception {
        int threads = 4;
        int each = TestScale.count(100_000);
        RandomIds ids = new RandomIds();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<List<IdSource.Bits>>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(pool.submit(() -> {
                List<IdSource.Bits> mine = new ArrayList<>();
                for (int n = 0; n < each; n++) {
                    mine.add(ids.next("res", NOW));
                    mine.add(ids.next("req", NOW));
                }
                return mine;
            }));
        }
        Set<IdSource.Bits> all = new HashSet<>();
        for (Future<List<IdSource.Bits>> mine : running) {
            all.addAll(mine.get());
        }
        pool.shutdown();

        assertThat(all).hasSize(2 * threads * each);
    }

    @Test
    void seeded_sameSeed_givesTheSameTwice() {
        assertThat(life(new SeededIds(7))).isEqualTo(life(new SeededIds(7))).isNotEqualTo(life(new SeededIds(8)));
    }

    @Test
    void seeded_idsOfOneKind_ascendAndDoNotDependOnOtherKinds() {
        SeededIds alone = new SeededIds(7);
        SeededIds mixed = new SeededIds(7);
        IdSource.Bits last = new IdSource.Bits(0, 0);
        for (int i = 0; i < 1000; i++) {
            mixed.next("evt", NOW);
            IdSource.Bits next = alone.next("res", NOW + i / 100);
            assertThat(mixed.next("res", NOW + i / 100)).isEqualTo(next);
            assertThat(compare(last, next)).isNegative();
            last = next;
        }
    }

    private static List<Object> life(IdSource ids) {
        List<Object> life = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            life.add(ids.next("res", NOW + i));
            life.add(ids.next("evt", NOW));
            byte[] secret = new byte[8];
            ids.fillSecret(secret);
            life.add(Bytes.getLong(secret, 0));
        }
        assertThat(life).doesNotHaveDuplicates();
        return life;
    }

    private static int compare(IdSource.Bits first, IdSource.Bits second) {
        int high = Long.compareUnsigned(first.high(), second.high());
        return high != 0 ? high : Long.compareUnsigned(first.low(), second.low());
    }
}
