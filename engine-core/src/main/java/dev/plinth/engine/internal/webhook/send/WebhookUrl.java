package dev.plinth.engine.internal.webhook.send;

import java.net.URI;
import java.util.List;

/**
 * The result of reading an endpoint's URL. A caller has to look at the refusal before it can have the URL.
 *
 * <p>A URL is read once, when an endpoint is created or changed. That says nothing about names: {@link AddressFilter}
 * checks the addresses of a name at every connection.
 */
sealed interface WebhookUrl {
    /**
     * A URL to which webhooks can be sent, character for character as it was given.
     *
     * @param uri {@code http} or {@code https}, without user information and fragment
     */
    record Accepted(URI uri) implements WebhookUrl {}

    /**
     * A URL to which webhooks cannot be sent.
     *
     * @param problems at least one sentence; all problems that were found
     */
    record Refused(List<String> problems) implements WebhookUrl {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    /** Reads a URL. The filter must allow literal addresses and localhost. */
    static WebhookUrl parse(String text, AddressFilter filter) {
        return WebhookUrlRules.read(text, filter);
    }
}
