package dev.plinth.engine.http.call;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Audience;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.server.Admission;
import dev.plinth.engine.server.CallDoor;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/** The engine behind its door. */
public final class EngineCallService implements CallService {
    private final Engine engine;
    private final CallDoor door;
    private final Executor executor;
    private final Optional<BiFunction<Call, CallDoor, CompletableFuture<Reply>>> filter;

    /** Uses the engine's own door, whose replies complete on the executor. */
    public EngineCallService(Engine engine, Executor executor) {
        this(engine, executor, EnumSet.allOf(Audience.class), Optional.empty());
    }

    /**
     * Uses the engine's door for some audiences.
     *
     * @param filter in front of the door, for whole calls; its futures may complete on any thread
     */
    public EngineCallService(
            Engine engine,
            Executor executor,
            Set<Audience> audiences,
            Optional<BiFunction<Call, CallDoor, CompletableFuture<Reply>>> filter) {
        this.engine = engine;
        this.door = engine.door(executor, audiences);
        this.executor = executor;
        this.filter = filter;
    }

    @Override
    public Admission admit(Call head) {
        return filter.isEmpty()
                ? door.admit(head)
                : new AdmitAll(
                        head,
                        engine.bodyBytesMax(head.method(), head.path()),
                        call -> filtered(filter.get(), call),
                        detail -> Refusals.noRoom(this, detail));
    }

    private CompletableFuture<Reply> filtered(BiFunction<Call, CallDoor, CompletableFuture<Reply>> first, Call call) {
        CompletableFuture<Reply> reply = first.apply(call, door);
        return reply.isDone() ? reply : reply.whenCompleteAsync((value, failure) -> {}, executor);
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
    public Reply refusal(String code, String detail) {
        return engine.refusal(code, detail);
    }
}
