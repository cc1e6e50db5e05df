package dev.plinth.engine.internal.quota;

import dev.plinth.engine.RaceWindow;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.settings.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** Units of a workspace whose clock stands still: the real ones, and some that are broken on purpose. */
interface QuotaUnderTest {
    int UNITS = 5;
    int UNITS_OF_THE_OTHER = 4;

    boolean take(int units);

    void refund(int units);

    long left();

    /** The units of the engine. */
    static QuotaUnderTest real(Plan plan) {
        EngineClock clock = ManualClock.startingAt(Instant.parse("2026-01-01T00:00:00Z"));
        Quotas quotas = new Quotas(clock);
        Caller caller = Callers.of(new Id(IdKind.WORKSPACE, 1, 1), plan);
        return new QuotaUnderTest() {
            @Override
            public boolean take(int units) {
                return quotas.take(caller, units).allowed();
            }

            @Override
            public void refund(int units) {
                quotas.refund(caller, new Quota(plan, true, 0, 0, 0), units);
            }

            @Override
            public long left() {
                Quota quota = quotas.inspect(caller);
                long left = quota.remaining();
                for (PolicyQuota other : quota.others()) {
                    left = Math.min(left, other.remaining());
                }
                return left;
            }
        };
    }

    /** A plan of five units. */
    static Plan plan() {
        return Plan.perMinute("five", UNITS);
    }

    /** A plan of five units with a policy of four. */
    static Plan planWithPolicy() {
        return plan().withPolicy(RatePolicy.of("four", UNITS_OF_THE_OTHER, Duration.ofSeconds(60)));
    }

    /** Doors with a race. */
    enum Broken {
        TAKE_LOOKS_AND_THEN_WRITES {
            @Override
            QuotaUnderTest open() {
                return new Counted(UNITS) {
                    @Override
                    public boolean take(int units) {
                        window.pass();
                        int seen = used.get();
                        window.open();
                        if (seen + units > UNITS) {
                            return false;
                        }
                        used.addAndGet(units);
                        return true;
                    }
                };
            }
        },
        TAKE_FORGETS_WHAT_CAME_BETWEEN {
            @Override
            QuotaUnderTest open() {
                return new Counted(UNITS) {
                    @Override
                    public boolean take(int units) {
                        window.pass();
                        int seen = used.get();
                        if (seen + units > UNITS) {
                            return false;
                        }
                        window.open();
                        used.set(seen + units);
                        return true;
                    }
                };
            }
        },
        REFUND_FORGETS_WHAT_CAME_BETWEEN {
            @Override
            QuotaUnderTest open() {
                return new Counted(UNITS) {
                    @Override
                    public void refund(int units) {
                        window.pass();
                        int seen = used.get();
                        window.open();
                        used.set(Math.max(0, seen - units));
                    }
                };
            }
        },
        POLICIES_ARE_TAKEN_ONE_AFTER_THE_OTHER {
            @Override
            QuotaUnderTest open() {
                Counted other = new Counted(UNITS_OF_THE_OTHER);
                return new Counted(UNITS) {
                    @Override
                    public boolean take(int units) {
                        if (!super.take(units)) {
                            return false;
                        }
                        window.open();
                        if (other.take(units)) {
                            return true;
                        }
                        super.refund(units);
                        return false;
                    }

                    @Override
                    public void refund(int units) {
                        super.refund(units);
                        other.refund(units);
                    }

                    @Override
                    public long left() {
                        return Math.min(super.left(), other.left());
                    }
                };
            }

            @Override
            int units() {
                return UNITS_OF_THE_OTHER;
            }
        };

        abstract QuotaUnderTest open();

        /** The units that it should have. */
        int units() {
            return UNITS;
        }
    }

    /** Counts as it should. */
    class Counted implements QuotaUnderTest {
        final AtomicInteger used = new AtomicInteger();
        final RaceWindow window = new RaceWindow();
        private final int most;

        Counted(int most) {
            this.most = most;
        }

        @Override
        public boolean take(int units) {
            window.pass();
            int before = used.getAndUpdate(old -> old + units > most ? old : old + units);
            return before + units <= most;
        }

        @Override
        public void refund(int units) {
            window.pass();
            used.updateAndGet(old -> Math.max(0, old - units));
        }

        @Override
        public long left() {
            window.pass();
            return (long) most - used.get();
        }
    }
}
