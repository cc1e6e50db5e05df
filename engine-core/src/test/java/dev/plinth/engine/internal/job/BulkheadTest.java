package dev.plinth.engine.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import org.junit.jupiter.api.Test;

/** Tests how much work a workspace may have in flight while there are places, and once most of them are taken. */
final class BulkheadTest {
    private static final Id ONE = new Id(IdKind.WORKSPACE, 1, 1);
    private static final Id TWO = new Id(IdKind.WORKSPACE, 1, 2);
    private static final int PLACES = 40;

    /** Four fifths of the places, from which on a workspace may have a twentieth of them. */
    private static final int CROWDED = 32;

    private static final int FAIR = 2;

    private final Bulkhead bulkhead = new Bulkhead(PLACES);

    @Test
    void isFree_fewPlacesTaken_untilFourFifthsAre() {
        take(ONE, CROWDED - 1);
        assertThat(bulkhead.isFree(ONE, PLACES)).isTrue();

        take(ONE, 1);

        assertThat(bulkhead.isFree(ONE, PLACES)).isFalse();
        assertThat(bulkhead.isFree(TWO, PLACES)).isTrue();
    }

    @Test
    void isFree_crowded_untilTheWorkspaceHasATwentieth() {
        take(ONE, CROWDED);

        take(TWO, FAIR - 1);
        assertThat(bulkhead.isFree(TWO, PLACES)).isTrue();
        take(TWO, 1);
        assertThat(bulkhead.isFree(TWO, PLACES)).isFalse();
    }

    @Test
    void isFree_mostOfAWorkspace_isKeptHoweverManyPlacesAreFree() {
        take(ONE, 2);
        assertThat(bulkhead.isFree(ONE, 3)).isTrue();

        take(ONE, 1);

        assertThat(bulkhead.isFree(ONE, 3)).isFalse();
        assertThat(bulkhead.isFree(ONE, 4)).isTrue();
        assertThat(bulkhead.isFree(TWO, 0)).isFalse();
    }

    @Test
    void giveBack_work_freesItsPlace() {
        take(ONE, CROWDED);
        bulkhead.giveBack(ONE);
        assertThat(bulkhead.isFree(ONE, PLACES)).isTrue();

        for (int left = CROWDED - 1; left > 0; left--) {
            bulkhead.giveBack(ONE);
        }
        assertThat(bulkhead.isFree(ONE, 1)).isTrue();
        take(ONE, 1);
        assertThat(bulkhead.isFree(ONE, 1)).isFalse();
    }

    @Test
    void resize_whileWorkIsInFlight_countsThatWork() {
        take(ONE, 4);
        bulkhead.resize(5);
        assertThat(bulkhead.isFree(ONE, PLACES)).as("four of five").isFalse();
        assertThat(bulkhead.isFree(TWO, PLACES)).as("one at least").isTrue();

        bulkhead.resize(6);

        assertThat(bulkhead.isFree(ONE, PLACES)).isFalse();
        bulkhead.giveBack(ONE);
        assertThat(bulkhead.isFree(ONE, PLACES)).as("three of six").isTrue();
    }

    private void take(Id workspace, int times) {
        for (int i = 0; i < times; i++) {
            bulkhead.take(workspace);
        }
    }
}
