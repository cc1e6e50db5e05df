package dev.plinth.engine.http.program;

import dev.plinth.engine.settings.EngineClock;
import java.time.Duration;
import java.util.List;

/** The main class of a child JVM: runs the standalone program on a machine whose clock is wrong by the first argument. */
public final class WrongClockProgram {
    private WrongClockProgram() {}

    public static void main(String[] arguments) {
        List<String> all = List.of(arguments);
        WrongClock clock = new WrongClock(Duration.parse(all.get(0)).toMillis());
        Main.run(all.subList(1, all.size()), engine -> engine.clock(clock));
    }

    private record WrongClock(long byMillis) implements EngineClock {
        @Override
        public long epochMillis() {
            return System.currentTimeMillis() + byMillis;
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public boolean mayBeWrong() {
            return true;
        }
    }
}
