package dev.plinth.engine.http.program;

import java.io.IOException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs in a child JVM: the standalone program, and beside it, once a line comes on standard input, a thread that takes
 * all of the heap.
 */
public final class FullHeapProgram {
    private static final int LARGEST = 1 << 20;
    private static final int SMALLEST = 512;

    /** How often even the smallest finds no room before it is enough. */
    private static final int ROUNDS = 3;

    private FullHeapProgram() {}

    public static void main(String[] arguments) throws Exception {
        Thread hog = new Thread(FullHeapProgram::takeAll, "hog");
        hog.setDaemon(true);
        hog.start();
        Main.main(arguments);
    }

    private static void takeAll() {
        try {
            if (System.in.read() < 0) {
                return;
            }
        } catch (IOException e) {
            return;
        }
        List<byte[]> taken = new ArrayList<>(1 << 16);
        Object[] chain = null;
        int size = LARGEST;
        for (int full = 0; full < ROUNDS; ) {
            try {
                if (size > SMALLEST) {
                    taken.add(new byte[size]);
                } else {
                    chain = new Object[] {chain};
                }
            } catch (OutOfMemoryError noMore) {
                full += size > SMALLEST ? 0 : 1;
                size = Math.max(size / 2, SMALLEST);
            }
        }
        while (true) {
            LockSupport.park();
            Reference.reachabilityFence(taken);
            Reference.reachabilityFence(chain);
        }
    }
}
