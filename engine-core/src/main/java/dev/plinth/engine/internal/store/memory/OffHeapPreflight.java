package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.base.OptionalLibrary;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * Names what class path and JVM lack for off-heap tables before Chronicle is loaded. Chronicle's own failure is an
 * error in a static initializer.
 *
 * <p>It asks the JVM and does not read the command line, because flags may also come from a manifest or an image. Flags
 * that only silence a warning are not checked; {@code docs/decisions/004-chronicle-without-compiler.md} has the list.
 */
final class OffHeapPreflight {
    private static final List<String> OPEN_PACKAGES = List.of("java.lang", "java.lang.reflect");

    private static final List<String> OPEN_PACKAGES_MAPPED = List.of("java.lang", "java.lang.reflect", "sun.nio.ch");

    private static final List<String> MODULES =
            List.of("java.compiler", "java.management", "java.naming", "jdk.unsupported");

    private OffHeapPreflight() {}

    /** Throws {@link IllegalStateException} with one sentence that names everything that is missing. */
    static void check() {
        check(OPEN_PACKAGES, List.of());
    }

    /** Checks likewise for tables in mapped files, which need more. */
    static void checkMapped() {
        check(OPEN_PACKAGES_MAPPED, List.of("sun.nio.ch", "jdk.internal.ref"));
    }

    private static void check(List<String> openPackages, List<String> exportedPackages) {
        OptionalLibrary.OFF_HEAP.require();
        List<String> missing = new ArrayList<>();
        for (String module : MODULES) {
            if (ModuleLayer.boot().findModule(module).isEmpty()) {
                missing.add("--add-modules=" + module);
            }
        }
        Module base = Object.class.getModule();
        for (String open : openPackages) {
            if (!base.isOpen(open, OffHeapPreflight.class.getModule())) {
                missing.add("--add-opens=java.base/" + open + "=ALL-UNNAMED");
            }
        }
        for (String exported : exportedPackages) {
            if (!base.isExported(exported, OffHeapPreflight.class.getModule())) {
                missing.add("--add-exports=java.base/" + exported + "=ALL-UNNAMED");
            }
        }
        if (missing.isEmpty() && !isUnsafeAllowed()) {
            missing.add("--sun-misc-unsafe-memory-access=allow");
        }
        if (!missing.isEmpty()) {
            throw new IllegalStateException("Expected a JVM that allows off-heap tables, but it was started without "
                    + String.join(" ", missing) + ": add that to the java command, or use heap tables.");
        }
    }

    /**
     * Returns true if memory access through {@code sun.misc.Unsafe} is allowed. Later JDKs refuse it without a flag
     * (JEP 498).
     */
    private static boolean isUnsafeAllowed() {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field instance = type.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            type.getMethod("arrayBaseOffset", Class.class).invoke(instance.get(null), byte[].class);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
