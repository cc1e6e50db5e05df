package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests each place at which a commit can lack memory: no reader is told of a change that never was. */
@Timeout(300)
final class AllocationFaultTest {
    @TempDir
    private Path directory;

    static Stream<Arguments> faults() {
        Supplier<Throwable> memory = () -> new OutOfMemoryError("planted");
        Supplier<Throwable> stack = () -> new StackOverflowError("planted");
        Supplier<Throwable> failure = () -> new IllegalStateException("planted");
        return Stream.of(
                Arguments.of("memory", memory, "OS"),
                Arguments.of("memory", memory, "FSYNC"),
                Arguments.of("stack", stack, "OS"),
                Arguments.of("failure", failure, "OS"));
    }

    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("faults")
    void allocationOfTheCommit_fails_nothingIsToldThatDidNotHappen(
            String name, Supplier<Throwable> fault, String durability) throws Exception {
        Class<?> scenario = new FaultyClasses("dev.plinth.engine.internal.store.")
                .loadClass(AllocationFaultScenario.class.getName());

        List<?> lines = (List<?>) scenario.getMethod("run", Path.class, String.class, Supplier.class)
                .invoke(null, directory, durability, fault);

        assertThat(lines).hasSize(1);
        assertThat(lines.get(0).toString()).matches("faults: [1-9]\\d+, thrown: \\d+, reopened: \\d+, looks: true");
    }
}
