package dev.plinth.engine.benchmarks;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Reply;
import java.util.concurrent.CompletableFuture;

/** The engine, called as its HTTP adapter calls it. */
final class PlinthPeer implements Peer {
    private final BenchedEngine engine;

    PlinthPeer(EngineBuilder builder) {
        engine = new BenchedEngine(builder);
    }

    @Override
    public String create(int number) {
        return BenchedEngine.id(engine.call(engine.create(number), 201));
    }

    @Override
    public void replay(int number) {
        BenchedEngine.checkReplayed(engine.call(engine.create(number), 201));
    }

    @Override
    public void get(int number, String id) {
        Reply unused = engine.call(engine.get(number, id), 200);
    }

    @Override
    public boolean canSubmit() {
        return true;
    }

    @Override
    public CompletableFuture<?> submit(int number) {
        return engine.submit(engine.create(number), 201);
    }

    @Override
    public void close() {
        engine.close();
    }
}
