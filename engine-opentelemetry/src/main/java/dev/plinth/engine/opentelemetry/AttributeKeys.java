package dev.plinth.engine.opentelemetry;

import io.opentelemetry.api.common.AttributeKey;

/**
 * The attributes of spans: named as in the semantic conventions of OpenTelemetry for HTTP, messaging and errors, and
 * the engine's own below {@code plinth.}
 */
final class AttributeKeys {
    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    static final AttributeKey<String> HTTP_METHOD = AttributeKey.stringKey("http.request.method");
    static final AttributeKey<String> HTTP_METHOD_SENT = AttributeKey.stringKey("http.request.method_original");
    static final AttributeKey<Long> HTTP_RESENDS = AttributeKey.longKey("http.request.resend_count");
    static final AttributeKey<String> HTTP_ROUTE = AttributeKey.stringKey("http.route");
    static final AttributeKey<Long> HTTP_STATUS = AttributeKey.longKey("http.response.status_code");

    static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    static final AttributeKey<String> URL_FULL = AttributeKey.stringKey("url.full");
    static final AttributeKey<String> URL_PATH = AttributeKey.stringKey("url.path");
    static final AttributeKey<String> URL_SCHEME = AttributeKey.stringKey("url.scheme");

    static final AttributeKey<String> MESSAGING_SYSTEM = AttributeKey.stringKey("messaging.system");
    static final AttributeKey<String> MESSAGING_OPERATION = AttributeKey.stringKey("messaging.operation.name");
    static final AttributeKey<String> MESSAGING_OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    static final AttributeKey<String> MESSAGING_DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    static final AttributeKey<String> MESSAGING_MESSAGE = AttributeKey.stringKey("messaging.message.id");

    static final AttributeKey<String> REQUEST = AttributeKey.stringKey("plinth.request.id");
    static final AttributeKey<String> WORKSPACE = AttributeKey.stringKey("plinth.workspace.id");
    static final AttributeKey<String> PROBLEM = AttributeKey.stringKey("plinth.problem.code");
    static final AttributeKey<Long> JOB_ATTEMPT = AttributeKey.longKey("plinth.job.attempt");
    static final AttributeKey<String> DELIVERY = AttributeKey.stringKey("plinth.delivery.id");
    static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("plinth.endpoint.id");
    static final AttributeKey<String> EVENT_TYPE = AttributeKey.stringKey("plinth.event.type");

    private AttributeKeys() {}
}
