package dev.plinth.engine.internal.wire.route;

import dev.plinth.engine.internal.base.Limits;
import dev.plinth.engine.internal.base.problem.Quoted;
import dev.plinth.engine.internal.json.Fields;
import dev.plinth.engine.internal.json.JsonBytes;
import dev.plinth.engine.internal.json.JsonValue;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Schema;
import dev.plinth.engine.internal.webhook.Webhooks;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The headers that a caller adds to the webhooks of an endpoint. */
public final class ReceiverHeaders {
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
    private static final Set<String> FORBIDDEN = Set.of(
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

    /** The kind of the member. It is read as a compact object. */
    public static final Kind<byte[]> KIND = Kind.of(schema(), "an object", ReceiverHeaders::read);

    private ReceiverHeaders() {}

    private static Schema schema() {
        Schema name = new Schema(List.of(), json -> json.member("pattern", Schema.wholly(NAME)), List.of());
        Schema value = Schema.of(
                "string",
                json -> json.member("maxLength", Limits.DESCRIPTION_LENGTH_MAX)
                        .member("pattern", Schema.wholly(Webhooks.HEADER_VALUE)));
        return Schema.of("object", json -> {
            name.print(json.member("maxProperties", Limits.ENDPOINT_HEADERS_MAX).name("propertyNames"));
            value.print(json.name("additionalProperties"));
        });
    }

    private static byte @Nullable [] read(Fields fields, String member) {
        JsonValue.Obj headers = fields.object(member);
        if (headers == null) {
            return null;
        }
        Fields inner = fields.inside(member, headers);
        if (headers.members().size() > Limits.ENDPOINT_HEADERS_MAX) {
            fields.error(
                    member,
                    "too_many",
                    "An endpoint may have " + Limits.ENDPOINT_HEADERS_MAX
                            + " headers, and this one has more. Leave some out.");
        }
        Set<String> names = new HashSet<>();
        for (String name : headers.members().keySet()) {
            checkName(inner, name, names);
            String value = inner.text(name, 0, Limits.DESCRIPTION_LENGTH_MAX);
            if (value != null && !Webhooks.HEADER_VALUE.matcher(value).matches()) {
                inner.error(
                        name,
                        "invalid_format",
                        "The value must be visible ASCII characters without blanks around them. Replace the others.");
            }
        }
        return JsonBytes.compact(headers);
    }

    /** Checks the name of a header against those before it, in lower case, because the case makes no difference (RFC 9110 §5.1). */
    private static void checkName(Fields headers, String name, Set<String> before) {
        if (!NAME.matcher(name).matches()) {
            headers.error(
                    name,
                    "invalid_format",
                    "The name of a header must be a token of 1 to 64 characters (RFC 9110 §5.6.2), got "
                            + Quoted.of(name) + ".");
            return;
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith("webhook-") || lower.startsWith("content-") || FORBIDDEN.contains(lower)) {
            headers.error(name, "forbidden_header", "The header " + name + " belongs to the sender. Use another name.");
        }
        if (!before.add(lower)) {
            headers.error(
                    name,
                    "invalid_value",
                    "The header " + name + " differs from another one in case only. Send each header once.");
        }
    }
}
