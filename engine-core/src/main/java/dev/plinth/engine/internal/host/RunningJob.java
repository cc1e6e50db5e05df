package dev.plinth.engine.internal.host;

import dev.plinth.engine.api.Effects;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.TraceParent;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.internal.base.problem.RefusedException;
import dev.plinth.engine.internal.job.HostJob;
import java.util.Objects;
import java.util.Optional;

/** A job as its handler sees it: the job of the job room, with a client of its workspace and its effects. */
record RunningJob(HostJob job, PlinthClient workspace, Effects effects) implements JobContext {
    @Override
    public String jobId() {
        return job.jobId();
    }

    @Override
    public String workspaceId() {
        return job.workspaceId();
    }

    @Override
    public Optional<TraceParent> traceParent() {
        return Optional.ofNullable(job.trace());
    }

    @Override
    public Optional<String> resourceId() {
        return job.resourceId();
    }

    @Override
    public String type() {
        return job.type();
    }

    @Override
    public Json input() {
        return job.input();
    }

    @Override
    public int attempt() {
        return job.attempt();
    }

    @Override
    public boolean isCancelRequested() {
        return job.isCancelRequested();
    }

    @Override
    public void progress(long done, long total, String message) {
        Objects.requireNonNull(message, "message must not be null.");
        try {
            job.progress(done, total, message);
        } catch (RefusedException closed) {
            throw new IllegalStateException(closed.getMessage(), closed);
        }
    }
}
