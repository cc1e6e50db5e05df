package dev.plinth.engine;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The stacks of virtual threads, which {@link Thread#getAllStackTraces} leaves out. The engine's workers are such where the JDK has them. */
final class VirtualThreads {
    private static final int FIRST_JDK = 21;

    private VirtualThreads() {}

    /** Returns the stack of each thread of the JVM, or nothing on a JDK that has no virtual threads. */
    static List<String> stacks() {
        if (Runtime.version().feature() < FIRST_JDK) {
            return List.of();
        }
        try {
            Path directory = Files.createTempDirectory("stacks");
            Path file = directory.resolve("dump");
            Class<?> format = Class.forName(HotSpotDiagnosticMXBean.class.getName() + "$ThreadDumpFormat");
            Method dump = HotSpotDiagnosticMXBean.class.getMethod("dumpThreads", String.class, format);
            dump.invoke(
                    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class),
                    file.toString(),
                    format.getEnumConstants()[0]);
            String text = Files.readString(file);
            Files.delete(file);
            Files.delete(directory);
            return List.of(text.split("\n\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Expected a JDK from " + FIRST_JDK + " on to dump its threads", e);
        }
    }
}
