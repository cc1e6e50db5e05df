package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.settings.Plan;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Keeps the text of a plan's rate limit for the header RateLimit-Policy, which every answer has. Two plans of one place
 * replace each other, so that the memory stays bounded. Thread-safe.
 */
final class PlanTexts {
    private static final int PLACES = 64;

    private final AtomicReferenceArray<PlanText> texts = new AtomicReferenceArray<>(PLACES);

    /** Returns the text of a plan, such as {@code "starter";q=60;w=60}. */
    @SuppressWarnings("ReferenceEquality") // an equal plan has the same text, and is only made anew
    String of(Plan plan) {
        int place = System.identityHashCode(plan) % PLACES;
        PlanText known = texts.getPlain(place);
        if (known != null && known.plan == plan) {
            return known.text;
        }
        PlanText made = new PlanText(
                plan, policy(plan.name(), plan.requests(), plan.window().toSeconds()));
        texts.set(place, made);
        return made.text;
    }

    static String policy(String name, long units, long seconds) {
        return "\"" + name + "\";q=" + units + ";w=" + seconds;
    }

    private record PlanText(Plan plan, String text) {}
}
