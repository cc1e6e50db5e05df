package dev.plinth.engine.internal.node;

import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.internal.command.RecordedEffects;
import dev.plinth.engine.internal.pipeline.RequestDispatcher;
import dev.plinth.engine.internal.wire.Wire;
import java.util.function.Function;
import java.util.function.Supplier;

/** The parts of a reign that guarded calls need. */
public record GuardParts(
        Wire wire,
        RequestDispatcher dispatcher,
        Function<String, PlinthClient> clients,
        Supplier<RecordedEffects> recorders) {}
