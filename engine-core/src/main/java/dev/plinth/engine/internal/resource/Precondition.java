package dev.plinth.engine.internal.resource;

import dev.plinth.engine.internal.base.problem.ProblemCode;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.base.problem.RefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a request on the version of its target (RFC 9110 §13). A condition that cannot be read is not met.
 *
 * @param ifMatch the header If-Match, or null if there was none
 * @param ifNoneMatch the header If-None-Match, or null if there was none
 * @param required true if the host requires the header If-Match (RFC 6585 §3)
 */
public record Precondition(
        @Nullable String ifMatch, @Nullable String ifNoneMatch, boolean required) {
    /** Accepts any version. */
    public static final Precondition NONE = new Precondition(null, null, false);

    /** Returns true if the version of the target matters. */
    boolean asksForVersion() {
        return ifMatch != null || ifNoneMatch != null || required;
    }

    /**
     * Judges the conditions of a change: 428 if a required header is missing, and 412 if a condition is not met.
     *
     * @param version the tag of the version for its owner
     * @param shown the tag of the version for the caller
     */
    void check(String version, String shown) {
        if (ifMatch == null && required) {
            throw RefusedException.of(
                    ProblemCode.PRECONDITION_REQUIRED,
                    "This route needs the header If-Match. Read the object and send its ETag, or * for any version.");
        }
        checkIfMatch(version, shown);
        if (ifNoneMatch == null) {
            return;
        }
        List<String> tags = EntityTagMatch.tags(ifNoneMatch);
        boolean isMet = !EntityTagMatch.isAny(ifNoneMatch)
                && tags != null
                && tags.stream()
                        .noneMatch(tag ->
                                EntityTagMatch.equalsWeakly(tag, version) || EntityTagMatch.equalsWeakly(tag, shown));
        if (!isMet) {
            throw RefusedException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "If-None-Match must not name the current version " + shown + ", got " + Quoted.of(ifNoneMatch)
                            + ". Leave the header out to change the object.");
        }
    }

    /**
     * Judges the conditions of a read: 412 if If-Match is not met.
     *
     * @param version the tag of the version for its owner
     * @param shown the tag of the version for the caller
     * @return the tag of the form that the caller has, if it has this version already; else null
     */
    @Nullable
    String unchanged(String version, String shown) {
        checkIfMatch(version, shown);
        if (ifNoneMatch == null) {
            return null;
        }
        List<String> tags = EntityTagMatch.tags(ifNoneMatch);
        String known = EntityTagMatch.isAny(ifNoneMatch) ? shown : null;
        for (String tag : tags == null ? List.<String>of() : tags) {
            if (!shown.equals(known) && EntityTagMatch.equalsWeakly(tag, shown)) {
                known = EntityTagMatch.withoutWeakness(tag);
            }
        }
        return known;
    }

    private void checkIfMatch(String version, String shown) {
        if (ifMatch == null || EntityTagMatch.isAny(ifMatch)) {
            return;
        }
        List<String> tags = EntityTagMatch.tags(ifMatch);
        boolean isMet = tags != null
                && tags.stream()
                        .anyMatch(tag -> EntityTagMatch.equalsStrongly(tag, version)
                                || EntityTagMatch.equalsStrongly(tag, shown));
        if (!isMet) {
            throw RefusedException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "If-Match does not name the current version " + shown
                            + ". Read the object again and repeat the change.");
        }
    }

    /**
     * Judges the conditions of a change whose target has no versions: 412 if one is not met.
     *
     * @param isThere true if the target was there before the change
     */
    public void checkWithoutVersions(boolean isThere) {
        if (ifMatch != null && !(isThere && EntityTagMatch.isAny(ifMatch))) {
            throw RefusedException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "If-Match must be * for a target that is there and has no ETag, got " + Quoted.of(ifMatch)
                            + ". Leave the header out.");
        }
        if (ifNoneMatch != null
                && (EntityTagMatch.isAny(ifNoneMatch) ? isThere : EntityTagMatch.tags(ifNoneMatch) == null)) {
            throw RefusedException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "If-None-Match must be entity tags, or * for a target that is not there, got "
                            + Quoted.of(ifNoneMatch) + ". Leave the header out.");
        }
    }
}
