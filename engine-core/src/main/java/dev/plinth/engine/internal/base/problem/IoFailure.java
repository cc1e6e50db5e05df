package dev.plinth.engine.internal.base.problem;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Says in a few words why a file could not be used. */
public final class IoFailure {
    private IoFailure() {}

    /** Returns the reason as a part of a sentence. The messages of the JDK's exceptions of files are paths alone. */
    public static String reason(Exception e) {
        Throwable cause = e.getCause();
        Throwable why = e instanceof UncheckedIOException && cause != null ? cause : e;
        if (why instanceof AccessDeniedException) {
            return "access denied to " + why.getMessage();
        }
        if (why instanceof NoSuchFileException) {
            return "there is no " + why.getMessage();
        }
        return why.getClass().getSimpleName() + (why.getMessage() == null ? "" : " " + why.getMessage());
    }
}
