package dev.plinth.engine.http.log;

/** The stack trace of an error with its causes, one line for each frame, within a bound. */
final class StackText {
    private static final int CHARACTERS_MAX = 16 * 1024;

    private StackText() {}

    static String of(Throwable error) {
        StringBuilder text = new StringBuilder(error.toString());
        Throwable shown = error;
        while (shown != null && text.length() < CHARACTERS_MAX) {
            for (StackTraceElement frame : shown.getStackTrace()) {
                text.append("\n\tat ").append(frame);
            }
            shown = shown.getCause();
            if (shown != null) {
                text.append("\nCaused by: ").append(shown);
            }
        }
        if (text.length() > CHARACTERS_MAX) {
            text.setLength(CHARACTERS_MAX);
        }
        return text.toString();
    }
}
