package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.command.BulkJob;
import dev.plinth.engine.internal.command.RetryJob;
import dev.plinth.engine.internal.command.StartJob;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.job.NewJob;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;
import java.util.List;
import java.util.regex.Pattern;

/** Makes the commands on jobs. */
final class JobDecoders {
    static final Pattern TYPE = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}");
    private static final List<String> STATUSES =
            List.of("scheduled", "queued", "running", "succeeded", "failed", "canceled");

    Command create(Request request) {
        Input input = Input.of(request);
        String type = input.body().matching("type", TYPE);
        if (!input.body().has("type")) {
            input.body().missing("type", "the type of the job");
        }
        if (BulkJob.TYPE.equals(type)) {
            input.body()
                    .error(
                            "type",
                            "reserved",
                            "Expected a type of your own; for this one use POST /v1/resources/bulk.");
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
                page, status, input.query().text("type"), input.query().id("resourceId", IdKind.RESOURCE)));
    }

    Command get(Request request) {
        Input input = Input.of(request);
        int seconds = input.waitSeconds();
        return input.checked(Jobs.get(input.id(IdKind.JOB, 0), seconds));
    }

    Command cancel(Request request) {
        Input input = Input.of(request);
        return input.checked(Jobs.cancel(input.id(IdKind.JOB, 0)));
    }

    Command retry(Request request) {
        Input input = Input.of(request);
        return input.checked(RetryJob.of(input.id(IdKind.JOB, 0)));
    }
}
