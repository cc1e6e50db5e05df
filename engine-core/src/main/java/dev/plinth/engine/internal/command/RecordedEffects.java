package dev.plinth.engine.internal.command;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.problem.HostCode;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.settings.IdSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Records the effects of one run of host code, outside the writer lock. Thread-safe. */
public final class RecordedEffects implements Effects {
    private final IdSource ids;
    private final LongSupplier nowMillis;
    private final EffectDecoder decoder;
    private final HostCode.Run run;
    private final List<ReadVersion> required = new ArrayList<>();
    private final List<Command.Change> changes = new ArrayList<>();
    private long bytes;
    private boolean ended;

    /**
     * Makes a recorder.
     *
     * @param ids gives ids to new objects
     * @param nowMillis gives the engine's time
     * @param decoder makes changes of effects
     * @param run the run of host code, which ends with the recording
     */
    public RecordedEffects(IdSource ids, LongSupplier nowMillis, EffectDecoder decoder, HostCode.Run run) {
        this.ids = ids;
        this.nowMillis = nowMillis;
        this.decoder = decoder;
        this.run = run;
    }

    /** Ends the recording and returns what was recorded. Nothing can be recorded from now on. */
    public synchronized HostEffects end() {
        ended = true;
        run.end();
        return new HostEffects(required, changes);
    }

    @Override
    public String create(NewResource resource) {
        Objects.requireNonNull(resource, "resource must not be null.");
        Id id = newId(IdKind.RESOURCE);
        content(id, "createResource", List.of(), resource.json());
        return id.text();
    }

    @Override
    public void patch(String resourceId, ResourceChange change) {
        content(null, "updateResource", List.of(named(resourceId)), body(change));
    }

    @Override
    public void pause(String resourceId) {
        call("pauseResource", named(resourceId));
    }

    @Override
    public void resume(String resourceId) {
        call("resumeResource", named(resourceId));
    }

    @Override
    public void archive(String resourceId) {
        call("archiveResource", named(resourceId));
    }

    @Override
    public void unarchive(String resourceId) {
        call("unarchiveResource", named(resourceId));
    }

    @Override
    public void delete(String resourceId) {
        call("deleteResource", named(resourceId));
    }

    @Override
    public String createChild(String resourceId, NewResource child) {
        Objects.requireNonNull(child, "child must not be null.");
        Id id = newId(IdKind.CHILD);
        content(id, "createChild", List.of(named(resourceId)), child.json());
        return id.text();
    }

    @Override
    public void patchChild(String resourceId, String childId, ResourceChange change) {
        content(null, "updateChild", List.of(named(resourceId), child(childId)), body(change));
    }

    @Override
    public void deleteChild(String resourceId, String childId) {
        call("deleteChild", named(resourceId), child(childId));
    }

    @Override
    public void publish(String type, Json data) {
        publish(NewEvent.of(type, data));
    }

    @Override
    public void publish(NewEvent event) {
        byte[] body =
                Objects.requireNonNull(event, "event must not be null.").json().utf8();
        add(decoded("publishEvent", List.of(), body), body.length);
    }

    @Override
    public String startJob(String type, Json input) {
        return startJob(NewJob.of(type, input));
    }

    @Override
    public String startJob(NewJob job) {
        byte[] body =
                Objects.requireNonNull(job, "job must not be null.").json().utf8();
        Id id = newId(IdKind.JOB);
        add(giving(id, decoded("createJob", List.of(), body)), body.length);
        return id.text();
    }

    @Override
    public void cancelJob(String jobId) {
        call("cancelJob", Objects.requireNonNull(jobId, "jobId must not be null."));
    }

    @Override
    public synchronized void require(String resourceId, long version) {
        checkRoom(0);
        required.add(new ReadVersion(Id.orNowhere(IdKind.RESOURCE, named(resourceId)), null, version));
    }

    private void call(String route, String... pathValues) {
        add(decoded(route, List.of(pathValues), null), 0);
    }

    /** Adds an effect with content. Errors of the content are refused at the commit, because a tenant may have sent it. */
    private void content(@Nullable Id id, String route, List<String> pathValues, Json body) {
        byte[] sent = body.utf8();
        Command.Change change;
        try {
            change = decoder.decode(route, pathValues, sent);
        } catch (RefusedException refused) {
            change = context -> {
                throw refused;
            };
        }
        add(id == null ? change : giving(id, change), sent.length);
    }

    /** Returns the change of an effect. Its errors are those of the host's code, which is told at once. */
    private Command.Change decoded(String route, List<String> pathValues, byte @Nullable [] body) {
        try {
            return decoder.decode(route, pathValues, body);
        } catch (RefusedException refused) {
            throw new IllegalArgumentException(refused.refusal().withErrors());
        }
    }

    private synchronized void add(Command.Change change, int bodyBytes) {
        checkRoom(bodyBytes);
        bytes += bodyBytes;
        changes.add(change);
    }

    private void checkRoom(int bodyBytes) {
        if (ended) {
            throw new IllegalStateException(
                    "The code of these effects has ended, and nothing can be added to them. Record effects before it"
                            + " returns.");
        }
        if (changes.size() + required.size() >= Limits.EFFECTS_MAX) {
            throw new IllegalStateException("At most " + Limits.EFFECTS_MAX
                    + " effects can be recorded, and there are as many. Start jobs for the rest of the work.");
        }
        if (bytes + bodyBytes > Limits.RECORD_BYTES_MAX) {
            throw new IllegalStateException("Effects may have " + Limits.RECORD_BYTES_MAX + " bytes together, got "
                    + (bytes + bodyBytes) + ". Start jobs for the rest of the work.");
        }
    }

    /** Returns a change that gives the next object of the id's kind this id. */
    private static Command.Change giving(Id id, Command.Change change) {
        return context -> {
            Context inner = context.giving(id);
            try {
                return change.decide(inner);
            } finally {
                inner.sharedResources().forEach(context::showsShared);
            }
        };
    }

    private static Json body(ResourceChange change) {
        return Objects.requireNonNull(change, "change must not be null.").json();
    }

    private static String named(String resourceId) {
        return Objects.requireNonNull(resourceId, "resourceId must not be null.");
    }

    private static String child(String childId) {
        return Objects.requireNonNull(childId, "childId must not be null.");
    }

    private Id newId(IdKind kind) {
        return Id.next(ids, kind, nowMillis.getAsLong());
    }
}
