package dev.plinth.engine.internal.host;

import dev.plinth.engine.api.Child;
import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Resource;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.UnitOfWork;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.command.HostEffects;
import dev.plinth.engine.internal.command.ReadVersion;
import dev.plinth.engine.internal.command.RecordedEffects;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A run of a unit of work, which keeps the versions that it reads. Not thread-safe. */
final class RunningUnit implements UnitOfWork {
    private static final String NOT_FOUND = "not_found";

    private final String workspaceId;
    private final PlinthClient client;
    private final RecordedEffects recorder;
    private final Map<String, Optional<Resource>> resources = new HashMap<>();
    private final Map<List<String>, Optional<Child>> children = new HashMap<>();
    private final List<ReadVersion> reads = new ArrayList<>();

    RunningUnit(String workspaceId, PlinthClient client, RecordedEffects recorder) {
        this.workspaceId = workspaceId;
        this.client = client;
        this.recorder = recorder;
    }

    @Override
    public String workspaceId() {
        return workspaceId;
    }

    @Override
    public Optional<Resource> resource(String resourceId) {
        Objects.requireNonNull(resourceId, "resourceId must not be null.");
        Optional<Resource> known = resources.get(resourceId);
        if (known != null) {
            return known;
        }
        checkRoom();
        Optional<Resource> found =
                found(() -> client.resources().get(resourceId).call());
        resources.put(resourceId, found);
        note(resourceId, null, found.map(Resource::version).orElse(0L));
        return found;
    }

    @Override
    public Optional<Child> child(String resourceId, String childId) {
        Objects.requireNonNull(resourceId, "resourceId must not be null.");
        Objects.requireNonNull(childId, "childId must not be null.");
        List<String> key = List.of(resourceId, childId);
        Optional<Child> known = children.get(key);
        if (known != null) {
            return known;
        }
        checkRoom();
        Optional<Child> found =
                found(() -> client.children(resourceId).get(childId).call());
        children.put(key, found);
        note(
                resourceId,
                Id.orNowhere(IdKind.CHILD, childId),
                found.map(Child::version).orElse(0L));
        return found;
    }

    @Override
    public Effects effects() {
        return recorder;
    }

    /** Returns the versions that were read. */
    List<ReadVersion> reads() {
        return reads;
    }

    /** Ends the recording of effects. */
    HostEffects end() {
        return recorder.end();
    }

    private void note(String resourceId, @Nullable Id child, long version) {
        reads.add(new ReadVersion(Id.orNowhere(IdKind.RESOURCE, resourceId), child, version));
    }

    private void checkRoom() {
        if (reads.size() >= Limits.EFFECTS_MAX) {
            throw new IllegalStateException("A unit of work may read " + Limits.EFFECTS_MAX
                    + " resources and children, and it has read as many. Split the unit.");
        }
    }

    private static <T> Optional<T> found(Supplier<T> read) {
        try {
            return Optional.of(read.get());
        } catch (PlinthException refused) {
            if (!refused.code().equals(NOT_FOUND)) {
                throw refused;
            }
            return Optional.empty();
        }
    }
}
