package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.command.EngineJobs;
import dev.plinth.engine.internal.command.RetryJob;
import dev.plinth.engine.internal.command.StartJob;
import dev.plinth.engine.internal.job.HandledTypes;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.job.Leases;
import dev.plinth.engine.internal.job.NewJob;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Makes the commands on jobs. */
final class JobDecoders {
    static final Pattern TYPE = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}");
    static final long COUNT_MAX = 999_999_999_999_999_999L; // the most digits that a whole number may have
    private static final byte[] NO_RESULT = {};
    static final List<String> STATUSES = List.of("scheduled", "queued", "running", "succeeded", "failed", "canceled");

    private final HandledTypes handled;

    JobDecoders(HandledTypes handled) {
        this.handled = handled;
    }

    Command create(Request request) {
        Input input = Input.of(request);
        String type = input.body().matching("type", TYPE);
        if (!input.body().has("type")) {
            input.body().missing("type", "the type of the job");
        }
        if (type != null && EngineJobs.TYPES.contains(type)) {
            input.body()
                    .error(
                            "type",
                            "reserved",
                            "Expected a type of your own; the engine starts this one itself, for a route of its own.");
        }
        byte[] argument = input.objectMember("input");
        if (!input.body().has("input")) {
            input.body().missing("input", "an object");
        }
        Id resource = input.idMember("resourceId", IdKind.RESOURCE);
        Long runAt = input.body().time("runAt");
        Long priority = input.body().whole("priority", 1, NewJob.PRIORITY_LAST);
        String unique = input.body().text("uniqueKey", 1, Limits.NAME_LENGTH_MAX);
        Long attempts = input.body().whole("maxAttempts", 1, Limits.JOB_ATTEMPTS_MAX);
        NewJob job = new NewJob(
                type == null ? "" : type,
                argument,
                resource,
                runAt == null ? 0 : runAt,
                priority == null ? NewJob.PRIORITY_DEFAULT : priority.intValue(),
                unique,
                attempts == null ? Limits.JOB_ATTEMPTS_DEFAULT : attempts.intValue(),
                false);
        return input.checked(StartJob.of(job));
    }

    Command list(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        String status = input.query().oneOf("status", STATUSES);
        return input.checked(Jobs.list(
                page, status, input.query().text("type"), input.query().id("resourceId", IdKind.RESOURCE), handled));
    }

    Command get(Request request) {
        Input input = Input.of(request);
        int seconds = input.waitSeconds();
        return input.checked(Jobs.get(input.id(IdKind.JOB, 0), seconds, handled));
    }

    Command cancel(Request request) {
        Input input = Input.of(request);
        return input.checked(Jobs.cancel(input.id(IdKind.JOB, 0), handled));
    }

    Command retry(Request request) {
        Input input = Input.of(request);
        return input.checked(RetryJob.of(input.id(IdKind.JOB, 0), handled));
    }

    Command lease(Request request) {
        Input input = Input.of(request);
        List<String> types = types(input);
        Long most = input.body().whole("max", 1, Limits.LEASE_JOBS_MAX);
        Long seconds = input.body().whole("leaseSeconds", 1, Limits.LEASE_SECONDS_MAX);
        Long wait = input.body().whole("wait", 0, Limits.WAIT_SECONDS_MAX);
        return input.checked(Leases.take(new Leases.Request(
                types,
                most == null ? 1 : most.intValue(),
                seconds == null ? Limits.LEASE_SECONDS_DEFAULT : seconds.intValue(),
                wait == null ? 0 : wait.intValue())));
    }

    private static List<String> types(Input input) {
        if (!input.body().has("types")) {
            input.body().missing("types", "an array of types of jobs");
        }
        List<JsonValue> items = input.body().array("types", Limits.LEASE_TYPES_MAX);
        if (items != null && items.isEmpty()) {
            input.body().error("types", "too_few", "Expected 1 type or more, but got none.");
        }
        Set<String> types = new LinkedHashSet<>();
        for (int i = 0; items != null && i < items.size(); i++) {
            String type = items.get(i) instanceof JsonValue.Text text ? text.value() : "";
            if (!TYPE.matcher(type).matches()) {
                input.error(
                        "/types/" + i,
                        "invalid_format",
                        "Expected a string that matches " + TYPE + ", but it does not.");
            } else if (EngineJobs.TYPES.contains(type)) {
                input.error("/types/" + i, "reserved", "Expected a type of your own; the engine runs this one itself.");
            }
            types.add(type);
        }
        return List.copyOf(types);
    }

    Command heartbeat(Request request) {
        Input input = Input.of(request);
        String token = token(input);
        Long seconds = input.body().whole("leaseSeconds", 1, Limits.LEASE_SECONDS_MAX);
        return input.checked(
                Leases.prolong(input.id(IdKind.JOB, 0), token, seconds == null ? 0 : seconds.intValue(), handled));
    }

    Command progress(Request request) {
        Input input = Input.of(request);
        String token = token(input);
        long done = count(input, "done");
        long total = count(input, "total");
        String message = input.body().text("message", 0, Limits.NAME_LENGTH_MAX);
        return input.checked(
                Leases.progress(input.id(IdKind.JOB, 0), token, done, total, message == null ? "" : message, handled));
    }

    private static long count(Input input, String name) {
        if (!input.body().has(name)) {
            input.body().missing(name, "a whole number");
        }
        Long number = input.body().whole(name, 0, COUNT_MAX);
        return number == null ? 0 : number;
    }

    Command complete(Request request) {
        Input input = Input.of(request);
        String token = token(input);
        if (!input.body().has("result")) {
            input.body().missing("result", "what came of the job");
        }
        JsonValue result = input.body().any("result");
        byte[] bytes = result == null || result instanceof JsonValue.Null ? NO_RESULT : JsonBytes.compact(result);
        return input.checked(Leases.complete(input.id(IdKind.JOB, 0), token, bytes, handled));
    }

    Command fail(Request request) {
        Input input = Input.of(request);
        String token = token(input);
        String code = null;
        String detail = "";
        if (!input.body().has("error")) {
            input.body().missing("error", "an object with detail");
        }
        JsonValue.Obj error = input.body().object("error");
        if (error != null) {
            Fields members = input.body().inside("error", error);
            code = members.text("code", 1, Limits.NAME_LENGTH_MAX);
            detail = members.requiredText("detail", Limits.LEASE_DETAIL_LENGTH_MAX);
            members.end();
        }
        Boolean retryable = input.body().truth("retryable");
        return input.checked(Leases.fail(
                input.id(IdKind.JOB, 0),
                token,
                new Leases.Failure(code == null ? "worker_failed" : code, detail, retryable == null || retryable),
                handled));
    }

    private static String token(Input input) {
        return input.body().requiredText("leaseToken", Limits.NAME_LENGTH_MAX);
    }
}
