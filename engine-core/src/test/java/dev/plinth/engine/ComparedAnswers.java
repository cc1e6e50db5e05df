package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.Reply;
import dev.plinth.engine.internal.base.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All answers that the key of a workspace gets: each page of each list, and each thing in them by itself. An answer is
 * kept as a part of its SHA-256, with its status and its headers that do not name the call.
 */
final class ComparedAnswers {
    private static final Pattern CURSOR = Pattern.compile("\"nextCursor\":\"([^\"]+)\"");
    private static final Pattern ID = Pattern.compile("(?:res|job|evt|dlv|we|key)_[0-9a-z]{26}");

    /** The last use of a key, which each call changes. */
    private static final Pattern LAST_USE = Pattern.compile(",\"lastUsedAt\":\"[^\"]*\"");

    private final TestEngine store;
    private final Map<String, Long> answers = new TreeMap<>();

    private ComparedAnswers(TestEngine store) {
        this.store = store;
    }

    /** Returns all answers by their paths. */
    static Map<String, Long> of(TestEngine store) {
        ComparedAnswers all = new ComparedAnswers(store);
        all.read();
        return all.answers;
    }

    private void read() {
        one("/v1/workspace");
        for (String list : List.of(
                "/v1/resources?status=archived",
                "/v1/resources?type=t1",
                "/v1/resources?metadata.k=v3",
                "/v1/resources?shared=true",
                "/v1/jobs?status=queued",
                "/v1/jobs?status=scheduled",
                "/v1/jobs?type=idle",
                "/v1/events?type=order.paid",
                "/v1/keys")) {
            Set<String> unused = list(list);
        }
        for (String resource : list("/v1/resources?status=all")) {
            one("/v1/resources/" + resource);
            Set<String> unused = list("/v1/resources/" + resource + "/children");
        }
        list("/v1/jobs").forEach(job -> one("/v1/jobs/" + job));
        list("/v1/events").forEach(event -> one("/v1/events/" + event));
        for (String endpoint : list("/v1/webhook-endpoints")) {
            one("/v1/webhook-endpoints/" + endpoint);
            list("/v1/webhook-endpoints/" + endpoint + "/deliveries")
                    .forEach(delivery -> one("/v1/deliveries/" + delivery));
        }
    }

    /** Reads all pages of a list, and returns the ids with which its items begin. */
    private Set<String> list(String path) {
        Set<String> ids = new LinkedHashSet<>();
        String cursor = "";
        for (int page = 0; page == 0 || !cursor.isEmpty(); page++) {
            Reply reply = store.call("GET", path + (path.contains("?") ? "&" : "?") + "limit=100" + cursor);
            assertThat(reply.status()).as("%s: %s", path, reply.text()).isEqualTo(200);
            Matcher next = CURSOR.matcher(reply.text());
            cursor = next.find() ? "&cursor=" + next.group(1) : "";
            String text = LAST_USE.matcher(CURSOR.matcher(reply.text()).replaceAll(""))
                    .replaceAll("");
            put(path + " page " + page, reply, text);
            for (String item : items(text)) {
                ids.add(item);
            }
        }
        return ids;
    }

    private static List<String> items(String page) {
        List<String> items = new ArrayList<>();
        Matcher id =
                Pattern.compile("[\\[,]\\{\"id\":\"(" + ID.pattern() + ")\"").matcher(page);
        while (id.find()) {
            items.add(id.group(1));
        }
        return items;
    }

    private void one(String path) {
        Reply reply = store.call("GET", path);
        assertThat(reply.status()).as("%s: %s", path, reply.text()).isEqualTo(200);
        put(path, reply, reply.text());
    }

    private void put(String path, Reply reply, String text) {
        String whole = reply.status() + "\n" + reply.header("ETag") + "\n" + reply.header("Content-Type") + "\n" + text;
        answers.put(path, Bytes.getLong(Bytes.sha256(whole.getBytes(StandardCharsets.UTF_8)), 0));
    }
}
