package dev.plinth.engine.internal.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.internal.store.ChildJvm;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.values.ValueModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what is promised about the library below off-heap tables: no compiler, nothing sent home, few threads. */
final class ChronicleTest {
    private static final String GENERATED = "VanillaGlobalMutableState$$Native";

    @Test
    void generatedClass_checkedIn_isWhatThisVersionGenerates() throws Exception {
        Method generate = Class.forName("net.openhft.chronicle.values.Generators")
                .getDeclaredMethod("generateNativeClass", ValueModel.class, String.class);
        generate.setAccessible(true);
        String generated =
                (String) generate.invoke(null, ValueModel.acquire(VanillaGlobalMutableState.class), GENERATED);
        String checkedIn = Files.readString(
                Path.of("../libraries/engine-off-heap/src/main/java/net/openhft/chronicle/hash", GENERATED + ".java"));

        // After an upgrade: put what is generated into that file, keep the two annotations, run Spotless.
        assertThat(checkedIn)
                .as(generated)
                .isEqualToIgnoringWhitespace(generated
                        .replaceAll("import java\\.lang\\.\\w+;", "")
                        .replace(
                                "public class",
                                "@javax.annotation.processing.Generated(\"net.openhft.chronicle.values.Generators\")"
                                        + "@SuppressWarnings({\"rawtypes\", \"unchecked\"}) public class"));
    }

    @Test
    void offHeapTable_withoutCompilerModule_works() throws Exception {
        assertThat(probe("--limit-modules=java.base,java.compiler,java.management,java.naming,jdk.unsupported"))
                .contains("works")
                .endsWith("exit 0");
    }

    @Test
    void analytics_onTheClassPath_areAbsent() {
        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThat(System.getProperty("java.class.path")).doesNotContain("chronicle-analytics");
    }

    @Test
    void offHeapTable_opened_leavesNoClientIdAndNoAdvertisement(@TempDir Path home) throws Exception {
        assertThat(probe("-Duser.home=" + home))
                .contains("works")
                .doesNotContain("e-mail")
                .endsWith("exit 0");
        assertThat(home.resolve(".chronicle.analytics.client.id")).doesNotExist();
    }

    @Test
    void offHeapTable_opened_startsNoThreadThatStays() throws Exception {
        List<String> started = probe("-Xshare:auto")
                .lines()
                .filter(line -> line.startsWith("started "))
                .toList();

        assertThat(started).noneMatch(line -> line.contains("releaser")).allMatch(line -> line.endsWith(", a daemon"));
    }

    private static String probe(String flag) throws Exception {
        List<String> flags = new ArrayList<>(ChildJvm.FLAGS);
        flags.add(flag);
        return ChildJvm.run(OffHeapProbe.class, flags);
    }
}
