package dev.plinth.engine.internal.command;

import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.inbox.InboxRecorder;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.problem.HostCode;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.settings.IdSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Records the effects of one run of host code for the commit of its outcome. Thread-safe. */
public final class RecordedEffects extends EffectCalls {
    private final EffectDecoder decoder;
    private final HostCode.Run run;
    private final List<ReadVersion> required = new ArrayList<>();
    private final List<Command.Change> changes = new ArrayList<>();

    /**
     * Makes a recorder.
     *
     * @param ids gives ids to new objects
     * @param nowMillis gives the engine's time
     * @param decoder makes changes of effects
     * @param run the run of host code, which ends with the recording
     */
    public RecordedEffects(IdSource ids, LongSupplier nowMillis, EffectDecoder decoder, HostCode.Run run) {
        super(ids, nowMillis);
        this.decoder = decoder;
        this.run = run;
    }

    /**
     * Makes a recorder that writes the effects down as the body of a row of an inbox.
     *
     * @param ids gives ids to new objects
     * @param nowMillis gives the engine's time
     * @param decoder checks effects; null on a node that cannot
     * @param exceptions makes the exception of the typed API for a refusal
     */
    public static InboxRecorder forInbox(
            IdSource ids,
            LongSupplier nowMillis,
            @Nullable EffectDecoder decoder,
            Function<Refusal, PlinthException> exceptions) {
        return new InboxEffects(ids, nowMillis, decoder, exceptions);
    }

    /** Ends the recording and returns what was recorded. Nothing can be recorded from now on. */
    public synchronized HostEffects end() {
        close();
        run.end();
        return new HostEffects(required, changes);
    }

    /** Errors of content are refused at the commit. All others are of the host's code, which is told at once. */
    @Override
    void take(Effect effect) {
        Command.Change change;
        try {
            change = decoder.decode(effect.route(), effect.pathValues(), effect.body());
        } catch (RefusedException refused) {
            if (!effect.ofTenant()) {
                throw new IllegalArgumentException(refused.refusal().withErrors());
            }
            change = context -> {
                throw refused;
            };
        }
        Id id = effect.newId();
        changes.add(id == null ? change : giving(id, change));
    }

    @Override
    void require(ReadVersion version) {
        required.add(version);
    }

    /** Returns a change that gives the next object of the id's kind this id. */
    public static Command.Change giving(Id id, Command.Change change) {
        return context -> {
            Context inner = context.giving(id);
            try {
                return change.decide(inner);
            } finally {
                inner.sharedResources().forEach(context::showsShared);
            }
        };
    }
}
