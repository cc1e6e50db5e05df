package dev.plinth.engine.http;

import dev.plinth.engine.CallDoor;
import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/** The engine, seen as the socket side sees it. */
final class EngineCalls implements Calls {
    private final Engine engine;
    private final CallDoor door;
    private final BiFunction<Call, CallDoor, CompletableFuture<Reply>> filter;

    /** The engine's own door, whose replies complete on the executor. */
    EngineCalls(Engine engine, Executor executor) {
        this.engine = engine;
        this.door = engine.door(executor);
        this.filter = (call, next) -> next.submit(call);
    }

    /** A filter in front of the engine's door; what it gives may complete on any thread. */
    EngineCalls(Engine engine, Executor executor, BiFunction<Call, CallDoor, CompletableFuture<Reply>> filter) {
        this.engine = engine;
        this.door = engine.door(executor);
        this.filter = filter.andThen(
                reply -> reply.isDone() ? reply : reply.whenCompleteAsync((value, failure) -> {}, executor));
    }

    @Override
    public CompletableFuture<Reply> submit(Call call) {
        return filter.apply(call, door);
    }

    @Override
    public void endWaits() {
        door.endWaits();
    }

    @Override
    public void noteError(Throwable error) {
        door.noteError(error);
    }

    @Override
    public void noteEnd(String thread, Throwable error) {
        door.noteEnd(thread, error);
    }

    @Override
    public int bodyBytesMax(String method, String path) {
        return engine.bodyBytesMax(method, path);
    }

    @Override
    public Reply refusal(String code, String detail) {
        return engine.refusal(code, detail);
    }
}
