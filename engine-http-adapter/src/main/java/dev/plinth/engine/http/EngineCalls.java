package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The engine, seen as the socket side sees it.
 *
 * @param engine what knows routes and problems
 * @param door what takes the calls: the engine's own, or one in front of it
 */
record EngineCalls(Engine engine, Function<Call, CompletableFuture<Reply>> door) implements Calls {
    EngineCalls(Engine engine) {
        this(engine, engine::submit);
    }

    @Override
    public CompletableFuture<Reply> submit(Call call) {
        return door.apply(call);
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
