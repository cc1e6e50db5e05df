package dev.plinth.engine.internal.store.memory;

import java.util.Set;

/** Runs in the child JVMs: opens a table in Chronicle maps, uses it, and tells which threads that started. */
final class OffHeapProbe {
    private OffHeapProbe() {}

    public static void main(String[] arguments) {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Table table = TableFactory.chronicle().create("probe", 16, 1_000, 300)) {
            byte[] key = new byte[16];
            for (int length : new int[] {1, 300, 100_000, 300}) {
                table.put(key, new byte[length]);
                if (table.get(key).length != length) {
                    throw new IllegalStateException("Expected a row of " + length + " bytes");
                }
            }
            System.out.println("works");
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread)) {
                System.out.println("started " + thread.getName() + (thread.isDaemon() ? ", a daemon" : ""));
            }
        }
    }
}
