package dev.plinth.engine.internal.store.memory;

import dev.plinth.engine.internal.store.memory.arena.Arena;

/** An arena whose memory is that of another one. */
class ForwardingArena extends Arena {
    private final Arena memory;

    ForwardingArena(Arena memory) {
        super(0);
        this.memory = memory;
    }

    @Override
    public long get(long at) {
        return memory.get(at);
    }

    @Override
    public void set(long at, long word) {
        memory.set(at, word);
    }

    @Override
    public void copyOut(long at, int skippedBytes, byte[] to, int from, int length) {
        memory.copyOut(at, skippedBytes, to, from, length);
    }

    @Override
    public void copyIn(long at, int skippedBytes, byte[] source, int from, int length) {
        memory.copyIn(at, skippedBytes, source, from, length);
    }

    @Override
    public boolean holds(long at, int skippedBytes, byte[] bytes) {
        return memory.holds(at, skippedBytes, bytes);
    }

    @Override
    public void add(int extent) {
        memory.add(extent);
    }

    @Override
    public void drop(int extent) {
        memory.drop(extent);
    }

    @Override
    protected void release() {
        memory.close();
    }
}
