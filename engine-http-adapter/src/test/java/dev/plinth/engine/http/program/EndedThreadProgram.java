package dev.plinth.engine.http.program;

import java.io.IOException;

/** The main class of a child JVM: runs the standalone program beside a thread that an exception ends. */
public final class EndedThreadProgram {
    /** The name of the thread. */
    public static final String THREAD = "a-thread-that-ends";

    private EndedThreadProgram() {}

    public static void main(String[] arguments) throws Exception {
        Thread ending = new Thread(EndedThreadProgram::end, THREAD);
        ending.setDaemon(true);
        ending.start();
        Main.main(arguments);
    }

    /** Waits for a line on standard input, because the program watches threads only once it serves. */
    private static void end() {
        try {
            int unused = System.in.read();
        } catch (IOException e) {
            return;
        }
        throw new IllegalStateException("the reason of the end");
    }
}
