package dev.plinth.engine.internal.idempotency;

import dev.plinth.engine.RaceWindow;
import java.util.concurrent.ConcurrentHashMap;

/** An idempotency key: begun, remembered and ended. The key of the engine, and some that are broken on purpose. */
interface KeyUnderTest {
    String FRESH = "fresh";
    String IN_USE = "in use";
    String MISMATCH = "mismatch";

    /** Tells what a request is told; a replay is told what was remembered. */
    String begin(String request);

    /** Remembers the answer of a request that was told it is fresh; false if it cannot. */
    boolean remember(String request, String answer);

    /** Ends a request that was told it is fresh. */
    void end(String request);

    /** Something from outside that makes it forget, if it {@link #forgets}. */
    default void disturb() {}

    /** True if a disturbance makes it forget what it remembers. */
    default boolean forgets() {
        return false;
    }

    /** True if it remembers nothing any more after a disturbance. */
    default boolean losesForGood() {
        return false;
    }

    /** Ends it. */
    default void close() {}

    /** Keys with a race. */
    enum Broken {
        ROW_IS_LOOKED_UP_BEFORE_THE_CLAIM {
            @Override
            KeyUnderTest open() {
                return new Kept() {
                    @Override
                    public String begin(String request) {
                        window.pass();
                        String[] row = row();
                        window.open();
                        String other = claims.putIfAbsent(KEY, request);
                        if (other != null) {
                            return running(other, request);
                        }
                        if (row != null) {
                            claims.remove(KEY);
                            return answered(row, request);
                        }
                        return FRESH;
                    }
                };
            }
        },
        CLAIM_LOOKS_AND_THEN_WRITES {
            @Override
            KeyUnderTest open() {
                return new Kept() {
                    @Override
                    String claim(String request) {
                        String other = claims.get(KEY);
                        window.open();
                        if (other == null) {
                            claims.put(KEY, request);
                        }
                        return other;
                    }
                };
            }
        },
        KEY_IS_FREED_BEFORE_THE_ANSWER_IS_REMEMBERED {
            @Override
            KeyUnderTest open() {
                return new Kept() {
                    @Override
                    public boolean remember(String request, String answer) {
                        claims.remove(KEY);
                        window.open();
                        return super.remember(request, answer);
                    }
                };
            }
        },
        REQUESTS_ARE_COMPARED_OUTSIDE_THE_CLAIM {
            private static final String UNKNOWN = "";

            @Override
            KeyUnderTest open() {
                return new Kept() {
                    @Override
                    String claim(String request) {
                        String other = claims.putIfAbsent(KEY, UNKNOWN);
                        window.open();
                        if (other == null) {
                            claims.put(KEY, request);
                        }
                        return UNKNOWN.equals(other) ? request : other;
                    }
                };
            }
        },
        WHO_IS_REFUSED_FREES_THE_KEY {
            @Override
            KeyUnderTest open() {
                return new Kept() {
                    @Override
                    public String begin(String request) {
                        String told = super.begin(request);
                        if (told.equals(MISMATCH)) {
                            claims.remove(KEY);
                        }
                        return told;
                    }
                };
            }
        };

        abstract KeyUnderTest open();
    }

    /** Keeps one key as it should. */
    class Kept implements KeyUnderTest {
        static final String KEY = "key";
        final ConcurrentHashMap<String, String> claims = new ConcurrentHashMap<>();
        final RaceWindow window = new RaceWindow();
        private volatile String[] row;

        String[] row() {
            return row;
        }

        /** The request that holds the key; null if this one does from now on. */
        String claim(String request) {
            return claims.putIfAbsent(KEY, request);
        }

        @Override
        public String begin(String request) {
            window.pass();
            String other = claim(request);
            if (other != null) {
                return running(other, request);
            }
            if (row != null) {
                claims.remove(KEY);
                return answered(row, request);
            }
            return FRESH;
        }

        @Override
        public boolean remember(String request, String answer) {
            row = new String[] {request, answer};
            return true;
        }

        @Override
        public void end(String request) {
            claims.remove(KEY);
        }

        static String running(String other, String request) {
            return other.equals(request) ? IN_USE : MISMATCH;
        }

        static String answered(String[] row, String request) {
            return row[0].equals(request) ? row[1] : MISMATCH;
        }
    }
}
