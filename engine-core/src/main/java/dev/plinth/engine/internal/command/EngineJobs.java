package dev.plinth.engine.internal.command;

import java.util.List;

/** The types of jobs that only the engine itself starts and runs. */
public final class EngineJobs {
    public static final List<String> TYPES = List.of(BulkJob.TYPE, RecoverJob.TYPE);

    private EngineJobs() {}
}
