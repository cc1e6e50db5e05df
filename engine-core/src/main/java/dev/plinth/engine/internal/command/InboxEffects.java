package dev.plinth.engine.internal.command;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.inbox.InboxRecorder;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.Refusal;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.settings.IdSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Records effects as the body of a row of an inbox, which a later commit applies. Thread-safe. */
final class InboxEffects extends EffectCalls implements InboxRecorder {
    private static final Pattern IN_A_PATH = Pattern.compile("[A-Za-z0-9_]{1,64}");
    private static final String RESOURCE = "/v1/resources/";

    private final @Nullable EffectDecoder decoder;
    private final Function<Refusal, PlinthException> exceptions;
    private final List<byte[]> required = new ArrayList<>();
    private final List<byte[]> operations = new ArrayList<>();

    /**
     * Makes a recorder.
     *
     * @param ids gives ids to new objects
     * @param nowMillis gives the engine's time
     * @param decoder checks effects; null on a node that cannot
     * @param exceptions makes the exception of the typed API for a refusal
     */
    InboxEffects(
            IdSource ids,
            LongSupplier nowMillis,
            @Nullable EffectDecoder decoder,
            Function<Refusal, PlinthException> exceptions) {
        super(ids, nowMillis);
        this.decoder = decoder;
        this.exceptions = exceptions;
    }

    @Override
    public Effects effects() {
        return this;
    }

    @Override
    public synchronized Json end() {
        close();
        JsonBytes json = JsonBytes.object().name("operations").openArray();
        operations.forEach(json::raw);
        json.closeArray();
        if (!required.isEmpty()) {
            json.name("require").openArray();
            required.forEach(json::raw);
            json.closeArray();
        }
        return Json.trusted(json.end());
    }

    /** Refuses at once whatever needs no row, because a refusal after the host's commit cannot undo it. */
    @Override
    void take(Effect effect) {
        for (String value : effect.pathValues()) {
            if (!IN_A_PATH.matcher(value).matches()) {
                throw new IllegalArgumentException("An id must match " + IN_A_PATH + ", got " + Quoted.of(value)
                        + ". Give the id of the object itself.");
            }
        }
        check(effect);
        JsonBytes json = JsonBytes.object().member("method", method(effect.route()));
        json.member("path", path(effect.route(), effect.pathValues()));
        byte[] body = effect.body();
        if (body != null) {
            json.raw("body", body);
        }
        Id id = effect.newId();
        if (id != null) {
            json.member("id", id);
        }
        operations.add(json.end());
    }

    @Override
    void require(ReadVersion version) {
        required.add(JsonBytes.object()
                .member("resource", version.resource())
                .member("version", version.version())
                .end());
    }

    private void check(Effect effect) {
        EffectDecoder known = decoder;
        if (known == null) {
            return;
        }
        try {
            known.decode(effect.route(), effect.pathValues(), effect.body());
        } catch (RefusedException refused) {
            if (effect.ofTenant()) {
                throw exceptions.apply(refused.refusal());
            }
            throw new IllegalArgumentException(refused.refusal().withErrors());
        }
    }

    private static String method(String route) {
        return switch (route) {
            case "updateResource", "updateChild" -> "PATCH";
            case "deleteResource", "deleteChild" -> "DELETE";
            default -> "POST";
        };
    }

    private static String path(String route, List<String> ids) {
        return switch (route) {
            case "createResource" -> "/v1/resources";
            case "updateResource", "deleteResource" -> RESOURCE + ids.get(0);
            case "pauseResource" -> RESOURCE + ids.get(0) + "/pause";
            case "resumeResource" -> RESOURCE + ids.get(0) + "/resume";
            case "archiveResource" -> RESOURCE + ids.get(0) + "/archive";
            case "unarchiveResource" -> RESOURCE + ids.get(0) + "/unarchive";
            case "createChild" -> RESOURCE + ids.get(0) + "/children";
            case "updateChild", "deleteChild" -> RESOURCE + ids.get(0) + "/children/" + ids.get(1);
            case "publishEvent" -> "/v1/events";
            case "createJob" -> "/v1/jobs";
            case "cancelJob" -> "/v1/jobs/" + ids.get(0) + "/cancel";
            default -> throw new IllegalStateException("Expected a route of an effect, but " + route + " is none");
        };
    }
}
