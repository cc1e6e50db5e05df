package dev.plinth.engine.internal.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.ResourceStatus;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A walk by pages through very many resources, beside whoever writes: each that stays is seen once, at the cost of its page. */
@Timeout(300)
@Tag("scaled")
class ResourceWalkTest {
    private static final List<ResourceStatus> ANY_STATUS = ResourceRow.STATUSES;
    private static final int MANY = Math.min(1_000_000, TestScale.count(1_000_000));
    private static final int FEW = 1_000;
    private static final int LIMIT = 50;

    /** The share, its resource, and whether the owner is deleted, or its import under way. */
    private static final int READS_PER_SHARE = 4;

    private final long seed = TestScale.seed();

    @Test
    void walk_insertsDeletesAndUpdatesGoOn_eachThatStaysIsSeenExactlyOnce() throws Exception {
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try (ManyResources resources = new ManyResources()) {
            resources.add(0, MANY);
            Churn churn = new Churn(resources, new Random(seed));
            CompletableFuture<Void> churning = CompletableFuture.runAsync(churn, writer);
            BitSet seen = new BitSet();
            String cursor = "";
            boolean hasMore = true;
            while (hasMore) {
                ManyResources.Page page = resources.page(cursor, LIMIT, Filters.ALL.filter);
                for (int place : page.places()) {
                    assertThat(seen.get(place))
                            .as("%d again; %s", place, TestScale.repeatWith(seed))
                            .isFalse();
                    seen.set(place);
                }
                hasMore = page.hasMore();
                cursor = page.nextCursor();
                assertThat(churn.deletes.await(60, TimeUnit.SECONDS)).isTrue();
            }
            churn.ended.set(true);
            churning.get(60, TimeUnit.SECONDS);

            BitSet missed = new BitSet();
            missed.set(0, MANY);
            missed.andNot(churn.deleted);
            missed.andNot(seen);
            assertThat(missed.cardinality())
                    .as("missed; %s", TestScale.repeatWith(seed))
                    .isZero();
            assertThat(churn.deleted.cardinality()).as("deleted meanwhile").isPositive();
        } finally {
            writer.shutdownNow();
        }
    }

    @Test
    void page_ofAListAThousandTimesAsLong_readsNoMoreRows() {
        try (ManyResources resources = new ManyResources()) {
            resources.add(0, FEW);
            Map<Filters, Cost> few = walkAll(resources, FEW);
            resources.add(FEW, MANY);
            Map<Filters, Cost> many = walkAll(resources, MANY);

            assertThat(many).isEqualTo(few);
            few.forEach((filters, cost) ->
                    assertThat(cost.read).as("%s", filters).isLessThanOrEqualTo(filters.readPerItem * LIMIT + 1));
        }
    }

    @Test
    void page_ofVeryManySharedResources_readsNoMoreThanABoundedPart() {
        try (ManyResources resources = new ManyResources()) {
            resources.add(0, FEW);
            resources.share(0, FEW);
            Map<SharedFilters, ManyResources.Page> few = firstPages(resources, FEW);
            resources.add(FEW, MANY);
            resources.share(FEW, MANY);
            Map<SharedFilters, ManyResources.Page> many = firstPages(resources, MANY);

            for (SharedFilters filters : SharedFilters.values()) {
                int examined = LIMIT * filters.examinedPerItem + 1;
                ManyResources.Page page = many.get(filters);
                assertThat(page.read())
                        .as("%s", filters)
                        .isEqualTo(few.get(filters).read());
                assertThat(page.read()).as("%s", filters).isLessThanOrEqualTo(READS_PER_SHARE * examined);
                assertThat(page.places()).as("%s", filters).hasSize(filters.shown);
                assertThat(page.hasMore()).as("%s", filters).isEqualTo(filters.hasMore);
            }
        }
    }

    private static Map<SharedFilters, ManyResources.Page> firstPages(ManyResources resources, int size) {
        Map<SharedFilters, ManyResources.Page> pages = new EnumMap<>(SharedFilters.class);
        for (SharedFilters filters : SharedFilters.values()) {
            pages.put(filters, resources.page("", LIMIT, filters.of(size)));
        }
        return pages;
    }

    private static Map<Filters, Cost> walkAll(ManyResources resources, int size) {
        Map<Filters, Cost> costs = new EnumMap<>(Filters.class);
        for (Filters filters : Filters.values()) {
            costs.put(filters, walk(resources, filters, size));
        }
        return costs;
    }

    /** Walks all pages, checks what they show, and gives what the dearest of the full ones cost. */
    private static Cost walk(ManyResources resources, Filters filters, int size) {
        int[] expected = IntStream.range(0, size)
                .filter(filters.shows)
                .map(place -> -place)
                .sorted()
                .map(place -> -place)
                .toArray();
        int at = 0;
        int read = 0;
        int steps = 0;
        String cursor = "";
        boolean hasMore = true;
        while (hasMore) {
            ManyResources.Page page = resources.page(cursor, LIMIT, filters.filter);
            if (page.hasMore() && filters.readPerItem == 1) {
                assertThat(page.places()).as("%s", filters).hasSize(LIMIT);
            }
            int halvings = cursor.isEmpty() && filters.filter.createdBefore() <= size ? halvings(size) : 0;
            for (int place : page.places()) {
                if (place != expected[at++]) {
                    throw new AssertionError("expected " + expected[at - 1] + ", but got " + place);
                }
            }
            read = Math.max(read, page.read() - halvings);
            steps = Math.max(steps, page.steps() - halvings * filters.sets());
            hasMore = page.hasMore();
            cursor = page.nextCursor();
        }
        assertThat(at).isEqualTo(expected.length);
        return new Cost(read, steps);
    }

    /** Returns what the first page may read more to find the youngest that is old enough: the logarithm of the list, and the ends of it. */
    private static int halvings(int size) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(size) + 2;
    }

    /** Filters of a list; with two of them a page examines rows that it does not show. */
    enum Filters {
        ALL(ANY_STATUS, null, null, place -> true, 1),
        CURRENT(List.of(ResourceStatus.ACTIVE, ResourceStatus.PAUSED), null, null, place -> place % 10 != 4, 1),
        STATUS(List.of(ResourceStatus.PAUSED), null, null, place -> place % 10 == 3, 1),
        TYPE(ANY_STATUS, "large", null, place -> place % 5 == 1, 1),
        METADATA(ANY_STATUS, null, "colour", place -> place % 5 == 2, 1),
        STATUS_AND_TYPE(
                List.of(ResourceStatus.ACTIVE),
                "small",
                null,
                place -> place % 5 != 1 && place % 10 != 3 && place % 10 != 4,
                10),
        BEFORE(ANY_STATUS, null, null, place -> place < 300, 1, Long.MIN_VALUE, 300),
        TYPE_BETWEEN(ANY_STATUS, "large", null, place -> place > 200 && place < 700 && place % 5 == 1, 1, 200, 700);

        private final ResourceFilter filter;
        private final IntPredicate shows;
        private final int readPerItem;

        Filters(List<ResourceStatus> statuses, String type, String metadataKey, IntPredicate shows, int readPerItem) {
            this(statuses, type, metadataKey, shows, readPerItem, Long.MIN_VALUE, Long.MAX_VALUE);
        }

        Filters(
                List<ResourceStatus> statuses,
                String type,
                String metadataKey,
                IntPredicate shows,
                int readPerItem,
                long after,
                long before) {
            this.filter = new ResourceFilter(statuses, type, metadataKey, "red", after, before, false);
            this.shows = shows;
            this.readPerItem = readPerItem;
        }

        /** Returns how many sets the list is read from: that of the narrowest filter, or one for each status. */
        int sets() {
            boolean isNarrow = filter.type() != null || filter.metadataKey() != null;
            return isNarrow ? 1 : filter.statuses().size();
        }
    }

    /** Filters of what is shared. No filter of the time of creation finds its way through shares, which have an order of their own. */
    enum SharedFilters {
        ALL(1, LIMIT, true),
        /** The ten youngest: the first that is too old ends the list. */
        AFTER(1, 10, false),
        /** The oldest only: a short page, and there is more. */
        BEFORE(10, 0, true);

        private final int examinedPerItem;
        private final int shown;
        private final boolean hasMore;

        SharedFilters(int examinedPerItem, int shown, boolean hasMore) {
            this.examinedPerItem = examinedPerItem;
            this.shown = shown;
            this.hasMore = hasMore;
        }

        ResourceFilter of(int size) {
            long after = this == AFTER ? size - 11 : Long.MIN_VALUE;
            long before = this == BEFORE ? 100 : Long.MAX_VALUE;
            return new ResourceFilter(ANY_STATUS, null, null, "", after, before, true);
        }
    }

    /** Returns what the dearest page read. */
    private record Cost(int read, int steps) {}

    /** Deletes some of the first resources, renames others and adds new ones until it is told to end. */
    private static final class Churn implements Runnable {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final BitSet deleted = new BitSet();
        private final CountDownLatch deletes = new CountDownLatch(1);
        private final ManyResources resources;
        private final Random random;

        Churn(ManyResources resources, Random random) {
            this.resources = resources;
            this.random = random;
        }

        @Override
        public void run() {
            int next = MANY;
            do {
                int place = random.nextInt(MANY);
                switch (random.nextInt(3)) {
                    case 0 -> resources.add(next, ++next);
                    case 1 -> resources.rename(place, random);
                    default -> {
                        resources.delete(place);
                        deleted.set(place);
                        deletes.countDown();
                    }
                }
            } while (!ended.get());
        }
    }
}
