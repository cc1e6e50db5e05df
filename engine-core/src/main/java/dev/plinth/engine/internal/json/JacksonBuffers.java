package dev.plinth.engine.internal.json;

import com.fasterxml.jackson.core.util.BufferRecyclers;

/**
 * The buffers that Jackson leaves with each thread on which the validator parses or prints a node. They are softly
 * reachable, and keep the class loader of a closed engine as long as the JVM has memory.
 */
@SuppressWarnings("deprecation") // the pool that Jackson uses by default keeps its buffers here
final class JacksonBuffers extends BufferRecyclers {
    private JacksonBuffers() {}

    /** Drops those of this thread. */
    static void drop() {
        _recyclerRef.remove();
    }
}
