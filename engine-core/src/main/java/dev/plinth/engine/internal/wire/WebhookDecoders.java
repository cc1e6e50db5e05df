package dev.plinth.engine.internal.wire;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.EventTypes;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.command.RecoverJob;
import dev.plinth.engine.internal.event.Events;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.webhook.Deliveries;
import dev.plinth.engine.internal.webhook.EndpointSettings;
import dev.plinth.engine.internal.webhook.Endpoints;
import dev.plinth.engine.internal.webhook.Webhooks;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the commands on webhook endpoints and deliveries. */
final class WebhookDecoders {
    static final int URL_LENGTH_MAX = 2048;
    private static final long GRACE_SECONDS_DEFAULT = 86_400;
    static final long GRACE_SECONDS_MAX = 604_800;
    private static final byte[] NO_HEADERS = "{}".getBytes(StandardCharsets.US_ASCII);
    static final List<String> STATUSES = List.of("enabled", "disabled");
    static final List<String> ORDERINGS = List.of("resource", "none");
    static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
    private static final Set<String> FORBIDDEN_HEADERS = Set.of(
            "host",
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "expect",
            "user-agent");

    private final Webhooks webhooks;

    WebhookDecoders(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    Command create(Request request) {
        Input input = Input.of(request);
        Fields body = input.body();
        String url = url(body);
        if (!body.has("url")) {
            body.missing("url", "the URL of a receiver");
        }
        List<String> types = types(body);
        Boolean ordered = ordered(body);
        String description = body.text("description", 0, Limits.DESCRIPTION_LENGTH_MAX);
        byte[] headers = headers(body);
        Long perSecond = perSecond(body);
        return input.checked(Endpoints.create(new EndpointSettings(
                url == null ? "" : url,
                types == null ? List.of() : types,
                ordered == null || ordered,
                description == null ? "" : description,
                headers == null ? NO_HEADERS : headers,
                perSecond == null ? 0 : perSecond.intValue())));
    }

    Command patch(Request request) {
        Input input = Input.of(request);
        Fields body = input.body();
        String url = url(body);
        List<String> types = types(body);
        Boolean ordered = ordered(body);
        String description = body.text("description", 0, Limits.DESCRIPTION_LENGTH_MAX);
        byte[] headers = headers(body);
        Long perSecond = perSecond(body);
        String status = body.oneOf("status", STATUSES);
        return input.checked(Endpoints.update(
                input.id(IdKind.ENDPOINT, 0),
                old -> new EndpointSettings(
                        url == null ? old.url() : url,
                        types == null ? old.types() : types,
                        ordered == null ? old.ordered() : ordered,
                        description == null ? old.description() : description,
                        headers == null ? old.headers() : headers,
                        perSecond == null ? old.maxPerSecond() : perSecond.intValue()),
                status == null ? null : (Boolean) status.equals("enabled")));
    }

    Command list(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        return input.checked(Endpoints.list(page));
    }

    Command get(Request request) {
        Input input = Input.of(request);
        return input.checked(Endpoints.get(input.id(IdKind.ENDPOINT, 0)));
    }

    Command delete(Request request) {
        Input input = Input.of(request);
        return input.checked(Endpoints.delete(input.id(IdKind.ENDPOINT, 0)));
    }

    Command rotate(Request request) {
        Input input = Input.of(request);
        Long grace = input.body().whole("graceSeconds", 0, GRACE_SECONDS_MAX);
        return input.checked(
                Endpoints.rotate(input.id(IdKind.ENDPOINT, 0), grace == null ? GRACE_SECONDS_DEFAULT : grace));
    }

    Command test(Request request) {
        Input input = Input.of(request);
        return input.checked(webhooks.test(input.id(IdKind.ENDPOINT, 0)));
    }

    Command deliveries(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        String status = input.query().oneOf("status", Deliveries.STATUSES);
        return input.checked(Deliveries.list(input.id(IdKind.ENDPOINT, 0), page, status, webhooks::underWay));
    }

    Command delivery(Request request) {
        Input input = Input.of(request);
        return input.checked(Deliveries.get(input.id(IdKind.DELIVERY, 0), webhooks::underWay));
    }

    Command resend(Request request) {
        Input input = Input.of(request);
        return input.checked(Deliveries.resend(input.id(IdKind.DELIVERY, 0), Events::json, webhooks::underWay));
    }

    Command recover(Request request) {
        Input input = Input.of(request);
        Long since = input.body().time("since");
        if (!input.body().has("since")) {
            input.body().missing("since", "the time of the first event to send again");
        }
        return input.checked(RecoverJob.of(input.id(IdKind.ENDPOINT, 0), since == null ? 0 : since));
    }

    private @Nullable String url(Fields body) {
        String url = body.text("url", 1, URL_LENGTH_MAX);
        if (url != null) {
            webhooks.urlProblems(url).forEach(problem -> body.error("url", "invalid_url", problem));
        }
        return url;
    }

    private static @Nullable List<String> types(Fields body) {
        List<JsonValue> items = body.array("types", Limits.EVENT_TYPES_MAX);
        if (items == null) {
            return null;
        }
        List<String> types = new ArrayList<>(items.size());
        for (JsonValue item : items) {
            if (item instanceof JsonValue.Text text && EventTypes.isNameOrPrefix(text.value())) {
                types.add(text.value());
            } else {
                body.error(
                        "types",
                        "invalid_format",
                        "Expected event types such as resource.updated or resource.*, each of at most "
                                + Limits.EVENT_TYPE_LENGTH_MAX + " characters, but one is none.");
            }
        }
        return types;
    }

    private static @Nullable Boolean ordered(Fields body) {
        String ordering = body.oneOf("ordering", ORDERINGS);
        return ordering == null ? null : (Boolean) ordering.equals("resource");
    }

    private static @Nullable Long perSecond(Fields body) {
        return body.whole("maxPerSecond", 1, Limits.DELIVERIES_PER_SECOND_MAX);
    }

    private static byte @Nullable [] headers(Fields body) {
        JsonValue.Obj headers = body.object("headers");
        if (headers == null) {
            return null;
        }
        Fields inner = body.inside("headers", headers);
        if (headers.members().size() > Limits.ENDPOINT_HEADERS_MAX) {
            body.error(
                    "headers",
                    "too_many",
                    "Expected at most " + Limits.ENDPOINT_HEADERS_MAX + " headers, but got more.");
        }
        Set<String> names = new HashSet<>();
        for (String name : headers.members().keySet()) {
            headerName(inner, name, names);
            String value = inner.text(name, 0, Limits.DESCRIPTION_LENGTH_MAX);
            if (value != null && !Webhooks.HEADER_VALUE.matcher(value).matches()) {
                inner.error(
                        name,
                        "invalid_format",
                        "Expected visible ASCII characters with no blanks around them, but there are others.");
            }
        }
        return JsonBytes.compact(headers);
    }

    /** Checks the name of a header against those before it, in lower case: the case makes no difference (RFC 9110 §5.1). */
    private static void headerName(Fields headers, String name, Set<String> before) {
        if (!HEADER.matcher(name).matches()) {
            headers.error(
                    name,
                    "invalid_format",
                    "Expected the name of a header, a token of 1 to 64 characters (RFC 9110 §5.6.2), but this is none.");
            return;
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith("webhook-") || lower.startsWith("content-") || FORBIDDEN_HEADERS.contains(lower)) {
            headers.error(name, "forbidden_header", "Expected a header of your own, but this one may not be set.");
        }
        if (!before.add(lower)) {
            headers.error(
                    name,
                    "invalid_value",
                    "Expected each header once, but another one differs from this in case only.");
        }
    }
}
