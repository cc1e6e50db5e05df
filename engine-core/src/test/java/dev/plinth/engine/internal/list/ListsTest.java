package dev.plinth.engine.internal.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.TestScale;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.RandomIds;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("scaled")
class ListsTest {
    private static final String FILTER = "the list";
    private static final Cursors CURSORS = new Cursors(
            new SecretCipher(new byte[SecretCipher.KEY_BYTES], new RandomIds()),
            new Id(IdKind.WORKSPACE, 1, 1),
            FILTER);

    private final ListedRows rows = new ListedRows();

    @Test
    void page_emptyList_isEmptyAndTheLast() {
        assertThat(text(newest(20), number -> true)).isEqualTo("{\"data\":[],\"hasMore\":false,\"nextCursor\":null}");
    }

    @Test
    void page_asManyAsAreThere_isTheLast() {
        rows.add(1, 4);

        assertThat(text(newest(3), number -> true))
                .isEqualTo("{\"data\":[3,2,1],\"hasMore\":false,\"nextCursor\":null}");
    }

    @Test
    void page_oneMoreThanFits_hasMoreAndACursor() {
        rows.add(1, 5);

        assertThat(text(newest(3), number -> true))
                .isEqualTo("{\"data\":[4,3,2],\"hasMore\":true,\"nextCursor\":\"" + CURSORS.write(2) + "\"}");
    }

    @Test
    void page_oldestFirst_goesUpFromItsEdge() {
        rows.add(1, 100);

        assertThat(text(new PageRequest(2, 97, true, CURSORS), number -> true))
                .isEqualTo("{\"data\":[98,99],\"hasMore\":false,\"nextCursor\":null}");
    }

    @Test
    void page_walkWithEveryLimit_seesEachItemOnce() {
        rows.add(1, 301);
        List<Long> all = LongStream.rangeClosed(1, 300)
                .boxed()
                .sorted((a, b) -> Long.compare(b, a))
                .toList();

        for (int limit = 1; limit <= 100; limit += limit < 5 ? 1 : 19) {
            assertThat(walk(limit, number -> true, page -> {}))
                    .as("limit %d", limit)
                    .isEqualTo(all);
            assertThat(walk(limit, number -> number % 50 == 0, page -> {}))
                    .as("limit %d, filtered", limit)
                    .containsExactly(300L, 250L, 200L, 150L, 100L, 50L);
        }
    }

    @Test
    void page_insertsAndDeletesBetweenPages_eachSurvivorIsSeenExactlyOnce() {
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int round = 0; round < TestScale.count(100); round++) {
            ListedRows list = new ListedRows();
            long size = 50L + random.nextInt(200);
            list.add(1, size + 1);
            Set<Long> survivors =
                    new HashSet<>(LongStream.rangeClosed(1, size).boxed().toList());
            long[] next = {size + 1};

            List<Long> seen = walk(list, 1 + random.nextInt(20), number -> true, page -> {
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(next[0], next[0] + 1);
                    next[0]++;
                }
                for (int i = random.nextInt(6); i > 0; i--) {
                    long gone = 1 + (long) (random.nextDouble() * size);
                    if (survivors.remove(gone)) {
                        list.remove(gone);
                    }
                }
            });

            String where = "round " + round + ", " + TestScale.repeatWith(seed);
            assertThat(seen).as(where).doesNotHaveDuplicates().containsAll(survivors);
            assertThat(seen).as("what came during the walk, %s", where).allMatch(number -> number <= size);
        }
    }

    @Test
    void page_rowAtTheCursorIsDeleted_goesOnBelowIt() {
        rows.add(1, 11);
        String first = text(newest(3), number -> true);
        rows.remove(8);

        long edge = CURSORS.read(cursor(first));

        assertThat(text(new PageRequest(3, edge, false, CURSORS), number -> true))
                .startsWith("{\"data\":[7,6,5],");
    }

    @Test
    void page_filterThatNothingPasses_examinesTenTimesTheLimitAndSaysThereIsMore() {
        rows.add(1, 1001);

        String page = text(newest(5), number -> false);

        assertThat(rows.takeRowsRead()).isEqualTo(50);
        assertThat(page).isEqualTo("{\"data\":[],\"hasMore\":true,\"nextCursor\":\"" + CURSORS.write(951) + "\"}");
    }

    @Test
    void page_filterThatFewPass_neverExaminesMoreThanTenTimesTheLimit() {
        rows.add(1, 2001);
        for (int limit : new int[] {1, 2, 7, 20, 100}) {
            for (int each : new int[] {2, 9, 10, 11, 300}) {
                List<Long> seen = walk(
                        limit,
                        number -> number % each == 0,
                        page -> assertThat(rows.takeRowsRead())
                                .as("limit %d, one of %d passes", limit, each)
                                .isLessThanOrEqualTo(10 * limit));
                assertThat(seen).hasSize(2000 / each);
            }
        }
    }

    @Test
    void page_listOfAThousandAndOfAHundredThousand_readsTheSame() {
        ListedRows large = new ListedRows();
        rows.add(1, 1_001);
        large.add(1, 100_001);
        rows.takeSetSteps();

        byte[] small = page(rows, newest(20), number -> true);
        byte[] top = page(large, newest(20), number -> true);
        byte[] middle = page(large, new PageRequest(20, 50_000, false, CURSORS), number -> true);

        int read = rows.takeRowsRead();
        int steps = rows.takeSetSteps();
        assertThat(read).isEqualTo(21);
        assertThat(large.takeRowsRead()).isEqualTo(2 * read);
        assertThat(large.takeSetSteps()).isEqualTo(2 * steps);
        assertThat(new String(small, StandardCharsets.UTF_8)).startsWith("{\"data\":[1000,999,");
        assertThat(new String(top, StandardCharsets.UTF_8)).startsWith("{\"data\":[100000,99999,");
        assertThat(new String(middle, StandardCharsets.UTF_8)).startsWith("{\"data\":[49999,49998,");
    }

    private List<Long> walk(int limit, LongPredicate filter, Between between) {
        return walk(rows, limit, filter, between);
    }

    /** All items from the newest to the oldest, page by page. */
    private static List<Long> walk(ListedRows rows, int limit, LongPredicate filter, Between between) {
        List<Long> seen = new ArrayList<>();
        PageRequest request = newest(limit);
        while (true) {
            String page = new String(page(rows, request, filter), StandardCharsets.UTF_8);
            JsonValue.Obj json = (JsonValue.Obj) JsonReader.trusted(page.getBytes(StandardCharsets.UTF_8));
            List<JsonValue> items = ((JsonValue.Arr) json.get("data")).items();
            assertThat(items).hasSizeLessThanOrEqualTo(limit);
            items.forEach(item -> seen.add(Long.parseLong(((JsonValue.Num) item).written())));
            between.pages(page);
            if (json.get("nextCursor") instanceof JsonValue.Null) {
                assertThat(json.get("hasMore")).isEqualTo(new JsonValue.Bool(false));
                return seen;
            }
            assertThat(json.get("hasMore")).isEqualTo(new JsonValue.Bool(true));
            request = new PageRequest(limit, CURSORS.read(cursor(page)), false, CURSORS);
        }
    }

    private String text(PageRequest request, LongPredicate filter) {
        return new String(page(rows, request, filter), StandardCharsets.UTF_8);
    }

    private static byte[] page(ListedRows rows, PageRequest request, LongPredicate filter) {
        return Lists.page(rows, ListedRows.TABLE, ListedRows.SET, request, row -> {
            long number = row.number();
            return filter.test(number) ? Long.toString(number).getBytes(StandardCharsets.US_ASCII) : null;
        });
    }

    private static PageRequest newest(int limit) {
        return new PageRequest(limit, Long.MAX_VALUE, false, CURSORS);
    }

    private static String cursor(String page) {
        JsonValue.Obj json = (JsonValue.Obj) JsonReader.trusted(page.getBytes(StandardCharsets.UTF_8));
        return ((JsonValue.Text) json.get("nextCursor")).value();
    }

    /** Tells what happens between two pages. */
    private interface Between {
        void pages(String page);
    }
}
