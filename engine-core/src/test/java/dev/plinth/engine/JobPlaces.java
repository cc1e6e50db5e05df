package dev.plinth.engine;

import dev.plinth.engine.settings.EngineSetting;

/** The places for jobs by default: all, those from which on they are crowded, and those of a workspace then. */
final class JobPlaces {
    static final int MAX = (int) EngineSetting.JOBS_RUNNING.byDefault();
    static final int CROWDED = MAX * 80 / 100;
    static final int PER_WORKSPACE_CROWDED = MAX / 20;

    private JobPlaces() {}
}
