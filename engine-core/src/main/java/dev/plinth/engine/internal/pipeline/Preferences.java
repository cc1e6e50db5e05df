package dev.plinth.engine.internal.pipeline;

import dev.plinth.engine.internal.base.Limits;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the header Prefer (RFC 7240 §4.3). An invalid preference is ignored, as the RFC requires. */
public final class Preferences {
    private static final Pattern WAIT =
            Pattern.compile("(?i)(?:^|[,;])\\s*wait\\s*=\\s*\"?(\\d{1,3})\"?\\s*(?:$|[,;])");

    private Preferences() {}

    /** Returns the seconds that the caller is ready to wait, 1–30. Returns 0 for none or another number. */
    public static int waitSeconds(@Nullable String prefer) {
        Matcher matcher = prefer == null ? null : WAIT.matcher(prefer);
        if (matcher == null || !matcher.find()) {
            return 0;
        }
        int seconds = Integer.parseInt(matcher.group(1));
        return seconds >= 1 && seconds <= Limits.WAIT_SECONDS_MAX ? seconds : 0;
    }
}
