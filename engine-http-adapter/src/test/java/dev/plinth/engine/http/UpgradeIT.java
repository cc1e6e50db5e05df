package dev.plinth.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.DataDirectory;
import dev.plinth.engine.Engine;
import dev.plinth.engine.Patience;
import dev.plinth.engine.TestScale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command {@code upgrade} of the jar is killed, again and again, and has no room. Each time the old files are as they were, or this
 * release opens the directory with all of its answers. The next run finishes.
 */
@Timeout(3600)
@Tag("scaled")
class UpgradeIT {
    private static final int ROUNDS = TestScale.count(3, 8, 600);
    private static final int KILLS_OF_A_ROUND = 4;
    private static final int LATER_NANOS_MAX = 3_000_000;
    private static final int ANY_TIMES_LATER = 50;
    private static final int SMALL_DISK_MEGABYTES = 16;
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path base;

    private final long seed = TestScale.seed();
    private final Random random = new Random(seed);

    /** When the program is killed: once a file has this name, or at any time. */
    private enum Moment {
        ANY(""),
        SNAPSHOT("snapshot."),
        SNAPSHOT_WRITTEN("upgraded-snapshot"),
        SPARE("journal-spare."),
        DECIDED("journal-0000000002"),
        MOVED("before-upgrade");

        private final String file;

        Moment(String file) {
            this.file = file;
        }
    }

    /** States that a kill leaves. */
    private enum Left {
        OLD,
        DECIDED,
        COMPLETE
    }

    @Test
    void upgrade_killedAgainAndAgain_keepsTheOldFilesOrHasAllAnswers() throws Exception {
        Map<Left, Integer> seen = new EnumMap<>(Left.class);
        List<Path> zips = GoldenDirectoriesTest.ofFormat1().toList();
        for (int round = 0; round < ROUNDS; round++) {
            Path zip = zips.get(random.nextInt(zips.size()));
            Path data = Files.createDirectory(base.resolve("round-" + round)).resolve("data");
            GoldenDirectory.unpack(zip, data);
            Map<String, Integer> old = GoldenAnswers.files(data);
            old.keySet().removeIf(name -> !isOfFormat1(name));
            for (int kill = 0; kill < KILLS_OF_A_ROUND; kill++) {
                killDuring(data);
                seen.merge(check(zip, data, old), 1, Integer::sum);
            }
            finish(zip, data, old);
        }
        System.out.println("upgrades were killed and left: " + seen + "; " + TestScale.repeatWith(seed));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4096, 12_288})
    void upgrade_onAFullDisk_changesNothingAndFinishesOnceThereIsRoom(int left) throws Exception {
        Path zip = GoldenDirectoriesTest.ofFormat1().toList().get(0);
        try (SmallDisk disk = SmallDisk.make(base, SMALL_DISK_MEGABYTES)) {
            Path data = disk.path().resolve("data");
            GoldenDirectory.unpack(zip, data);
            Map<String, Integer> before = GoldenAnswers.files(data);
            disk.fill(left);

            Process process = start(data);

            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said()).isEqualTo(1);
            assertThat(said()).contains("plinth: Expected to convert").contains("No space left on device");
            assertThat(GoldenAnswers.files(data))
                    .containsAllEntriesOf(before)
                    .doesNotContainKey("upgraded-snapshot")
                    .hasSizeLessThanOrEqualTo(before.size());
            disk.free();
            Map<String, Integer> old = before;
            old.keySet().removeIf(name -> !isOfFormat1(name));
            finish(zip, data, old);
        }
    }

    private void killDuring(Path data) throws Exception {
        Moment moment = Moment.values()[random.nextInt(Moment.values().length)];
        int laterNanos = random.nextInt(LATER_NANOS_MAX) * (moment == Moment.ANY ? ANY_TIMES_LATER : 1);
        long lock = Files.size(data.resolve("LOCK"));
        Process process = start(data);
        Patience.until(() -> !process.isAlive() || Files.size(data.resolve("LOCK")) != lock);
        Patience.until(() -> !process.isAlive() || has(data, moment));
        long end = System.nanoTime() + laterNanos;
        while (process.isAlive() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        process.destroyForcibly(); // SIGKILL
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private static boolean has(Path data, Moment moment) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith(moment.file));
        }
    }

    private Left check(Path zip, Path data, Map<String, Integer> old) throws Exception {
        String repeat = TestScale.repeatWith(seed);
        Map<String, Integer> before = GoldenAnswers.files(data);
        assertThat(DataDirectory.upgrade(Engine.builder().directory(data), true).isWhole())
                .as(repeat)
                .isTrue();
        assertThat(GoldenAnswers.files(data)).as(repeat).isEqualTo(before);
        if (!before.containsKey(Moment.DECIDED.file)) {
            Map<String, Integer> left = new TreeMap<>(before);
            left.keySet().removeIf(name -> !isOfFormat1(name));
            assertThat(left).as(repeat).isEqualTo(old);
            return Left.OLD;
        }
        Path copy = data.resolveSibling("copy-" + before.hashCode() + "-" + Files.size(data.resolve("LOCK")));
        copy(data, copy);
        GoldenAnswers.check(zip, copy);
        return before.containsKey(Moment.SNAPSHOT_WRITTEN.file) ? Left.DECIDED : Left.COMPLETE;
    }

    private void finish(Path zip, Path data, Map<String, Integer> old) throws Exception {
        Process process = start(data);
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said() + TestScale.repeatWith(seed)).isZero();
        Map<String, Integer> files = GoldenAnswers.files(data);
        assertThat(files.keySet()).as(TestScale.repeatWith(seed)).doesNotContain(Moment.SNAPSHOT_WRITTEN.file);
        old.forEach((name, bytes) -> assertThat(files.entrySet())
                .as(name + ": " + TestScale.repeatWith(seed))
                .anyMatch(file -> file.getKey().startsWith(Moment.MOVED.file)
                        && file.getKey().endsWith("/" + name)
                        && file.getValue().equals(bytes)));
        GoldenAnswers.check(zip, data);
        assertThat(GoldenAnswers.files(data).keySet())
                .as("files of upgrades that were killed; " + TestScale.repeatWith(seed))
                .filteredOn(name -> name.startsWith(Moment.SNAPSHOT.file))
                .isEmpty();
    }

    private static boolean isOfFormat1(String name) {
        return name.equals("journal-0000000001") || name.startsWith("snapshot-");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private Process start(Path data) throws IOException {
        return ServedProcess.builder("-jar", System.getProperty("plinth.jar"), "upgrade", data.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(base.resolve("err").toFile())
                .start();
    }

    private String said() throws IOException {
        return Files.readString(base.resolve("err"));
    }
}
