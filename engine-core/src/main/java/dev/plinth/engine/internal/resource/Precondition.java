package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.ProblemCode;
import dev.plinth.engine.internal.base.RefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The versions on which a change is made (RFC 9110 §13.1.1).
 *
 * @param ifMatch the header If-Match, or null if there was none
 * @param required true if the host requires the header (RFC 6585 §3)
 */
public record Precondition(@Nullable String ifMatch, boolean required) {
    /** Accepts any version. */
    public static final Precondition NONE = new Precondition(null, false);

    /**
     * Refuses with 428 if a required header is missing, and with 412 unless it is {@code *} or lists a tag of the
     * resource.
     *
     * @param version the tag of the version for its owner
     * @param shown the tag of the version for the caller
     */
    void check(String version, String shown) {
        if (ifMatch == null) {
            if (required) {
                throw RefusedException.of(
                        ProblemCode.PRECONDITION_REQUIRED,
                        "This route needs the header If-Match. Read the object and send its ETag, or * for any version.");
            }
            return;
        }
        List<String> tags = EntityTagMatch.tags(ifMatch);
        if (!ifMatch.strip().equals("*") && !tags.contains(version) && !tags.contains(shown)) {
            throw RefusedException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "If-Match does not name the current version " + shown
                            + ". Read the object again and repeat the change.");
        }
    }
}
