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
import dev.plinth.engine.settings.IdSource;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Takes the effects of one run of host code as calls of routes, outside the writer lock. Thread-safe. */
abstract sealed class EffectCalls implements Effects permits RecordedEffects, InboxEffects {
    private final IdSource ids;
    private final LongSupplier nowMillis;
    private int recorded;
    private long bytes;
    private boolean ended;

    /**
     * Makes a recorder.
     *
     * @param ids gives ids to new objects
     * @param nowMillis gives the engine's time
     */
    EffectCalls(IdSource ids, LongSupplier nowMillis) {
        this.ids = ids;
        this.nowMillis = nowMillis;
    }

    /**
     * An effect as a call of a route.
     *
     * @param route the name of the route
     * @param pathValues the ids in its path
     * @param body its body, or null if it has none
     * @param newId the id of the object that it makes, or null
     * @param ofTenant true if the body is content, which a tenant may have sent
     */
    record Effect(
            String route,
            List<String> pathValues,
            byte @Nullable [] body,
            @Nullable Id newId,
            boolean ofTenant) {}

    /** Adds an effect for which there is room. */
    abstract void take(Effect effect);

    /** Adds a version that a resource must have. */
    abstract void require(ReadVersion version);

    /** Ends the recording. Nothing can be recorded from now on. */
    final synchronized void close() {
        ended = true;
    }

    /** Returns true if nothing was recorded. */
    public final synchronized boolean isEmpty() {
        return recorded == 0;
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
        add(new Effect("publishEvent", List.of(), body, null, false));
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
        add(new Effect("createJob", List.of(), body, id, false));
        return id.text();
    }

    @Override
    public void cancelJob(String jobId) {
        call("cancelJob", Objects.requireNonNull(jobId, "jobId must not be null."));
    }

    @Override
    public synchronized void require(String resourceId, long version) {
        checkRoom(0);
        recorded++;
        require(new ReadVersion(Id.orNowhere(IdKind.RESOURCE, named(resourceId)), null, version));
    }

    private void call(String route, String... pathValues) {
        add(new Effect(route, List.of(pathValues), null, null, false));
    }

    private void content(@Nullable Id id, String route, List<String> pathValues, Json body) {
        add(new Effect(route, pathValues, body.utf8(), id, true));
    }

    private synchronized void add(Effect effect) {
        byte[] body = effect.body();
        int length = body == null ? 0 : body.length;
        checkRoom(length);
        take(effect);
        recorded++;
        bytes += length;
    }

    private void checkRoom(int bodyBytes) {
        if (ended) {
            throw new IllegalStateException(
                    "The code of these effects has ended, and nothing can be added to them. Record effects before it"
                            + " returns.");
        }
        if (recorded >= Limits.EFFECTS_MAX) {
            throw new IllegalStateException("At most " + Limits.EFFECTS_MAX
                    + " effects can be recorded, and there are as many. Start jobs for the rest of the work.");
        }
        if (bytes + bodyBytes > Limits.RECORD_BYTES_MAX) {
            throw new IllegalStateException("Effects may have " + Limits.RECORD_BYTES_MAX + " bytes together, got "
                    + (bytes + bodyBytes) + ". Start jobs for the rest of the work.");
        }
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
