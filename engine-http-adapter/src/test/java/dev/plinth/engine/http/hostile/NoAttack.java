package dev.plinth.engine.http.hostile;

import java.util.Set;

/** No attack at all: shows that the honest tenant is content on this machine, so that what it misses beside an attack is due to that. */
final class NoAttack implements Attack {
    @Override
    public void run(AttackContext context) {
        context.rest(Integer.MAX_VALUE);
    }

    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
