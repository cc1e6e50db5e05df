package dev.plinth.engine.http.config;

/** The source of a setting's value. A later source wins over an earlier one. */
public enum Source {
    /** The program's own default. */
    DEFAULT,
    /** The configuration file. */
    FILE,
    /** An environment variable. */
    ENVIRONMENT,
    /** A flag on the command line. */
    FLAG
}
