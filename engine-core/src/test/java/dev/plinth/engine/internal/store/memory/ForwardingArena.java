package dev.plinth.engine.internal.store.memory;

/** An arena whose memory is that of another one. */
class ForwardingArena extends Arena {
    private final Arena memory;

    ForwardingArena(Arena memory) {
        super(0);
        this.memory = memory;
    }

    @Override
    long get(long at) {
        return memory.get(at);
    }

    @Override
    void set(long at, long word) {
        memory.set(at, word);
    }

    @Override
    void copyOut(long at, int skippedBytes, byte[] to, int from, int length) {
        memory.copyOut(at, skippedBytes, to, from, length);
    }

    @Override
    void copyIn(long at, int skippedBytes, byte[] source, int from, int length) {
        memory.copyIn(at, skippedBytes, source, from, length);
    }

    @Override
    boolean holds(long at, int skippedBytes, byte[] bytes) {
        return memory.holds(at, skippedBytes, bytes);
    }

    @Override
    void add(int extent) {
        memory.add(extent);
    }

    @Override
    void drop(int extent) {
        memory.drop(extent);
    }

    @Override
    void release() {
        memory.close();
    }
}
