package dev.plinth.engine.internal.webhook;

import java.net.URI;
import java.util.List;

/**
 * What reading an endpoint's URL gave, so that a caller has to look at the refusal before it can have the URL.
 *
 * <p>Read once, when an endpoint is made or changed. It is no promise about names: what a name resolves to is checked at
 * every connection, by {@link AddressGuard}.
 */
sealed interface WebhookUrl {
    /**
     * A URL that can be sent to, character for character as it was given.
     *
     * @param uri {@code http} or {@code https}, without user information and fragment
     */
    record Accepted(URI uri) implements WebhookUrl {}

    /**
     * A URL that cannot.
     *
     * @param problems at least one sentence, all that were found at once
     */
    record Refused(List<String> problems) implements WebhookUrl {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    /** Reads a URL; literal addresses and localhost must be such as the guard allows. */
    static WebhookUrl parse(String text, AddressGuard guard) {
        return WebhookUrlRules.read(text, guard);
    }
}
