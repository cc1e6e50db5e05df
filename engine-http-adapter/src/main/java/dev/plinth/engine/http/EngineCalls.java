package dev.plinth.engine.http;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import java.util.concurrent.CompletableFuture;

/** The engine, seen as the socket side sees it. */
record EngineCalls(Engine engine) implements Calls {
    @Override
    public CompletableFuture<Reply> submit(Call call) {
        return engine.submit(call);
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
