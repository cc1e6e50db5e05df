package dev.plinth.engine.internal.webhook;

import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Assembles the HTTP client that webhooks go through: a general client with every convenience taken out that would act on
 * a stranger's word (redirects, retries, cookies, authentication, decompression, proxies).
 *
 * <p>Connections are kept for a few seconds, because the events of one resource arrive one after the other and a handshake
 * for each would double their delay. That cannot defeat the guard: a kept connection was dialled to a checked address, the
 * guard never changes, and no tenant's state clings to it. It is short, so that names are looked up anew.
 */
final class WebhookConnections {
    private WebhookConnections() {}

    /** The pool; it dials through guarded sockets only. */
    static PoolingHttpClientConnectionManager pool(
            AddressGuard guard, GuardedResolver resolver, SendLimits limits, SSLContext tls) {
        Http1Config http = Http1Config.custom()
                .setMaxLineLength(SendLimits.RESPONSE_LINE_CHARACTERS)
                .setMaxHeaderCount(SendLimits.RESPONSE_HEADERS)
                .build();
        AtomicLong number = new AtomicLong();
        PoolingHttpClientConnectionManager pool = new PoolingHttpClientConnectionManager(
                new DefaultHttpClientConnectionOperator(
                        noProxy -> new GuardedSocket(guard),
                        null,
                        resolver,
                        RegistryBuilder.<TlsSocketStrategy>create()
                                .register("https", new DefaultClientTlsStrategy(tls))
                                .build()),
                PoolConcurrencyPolicy.STRICT,
                PoolReusePolicy.LIFO,
                null,
                noSocket -> new AbruptConnection("webhook-" + number.incrementAndGet(), http));
        pool.setMaxTotal(limits.connections());
        pool.setDefaultMaxPerRoute(limits.connections());
        pool.setDefaultConnectionConfig(ConnectionConfig.custom()
                .setConnectTimeout(Timeout.ofMilliseconds(limits.connectMillis()))
                .setSocketTimeout(Timeout.ofMilliseconds(limits.totalMillis()))
                .setTimeToLive(TimeValue.ofMilliseconds(SendLimits.CONNECTION_LIFE_MILLIS))
                .setIdleTimeout(Timeout.ofMilliseconds(SendLimits.KEEP_ALIVE_MILLIS))
                .setValidateAfterInactivity(TimeValue.ofMilliseconds(SendLimits.TEST_AFTER_IDLE_MILLIS))
                .build());
        return pool;
    }

    /** The client over the pool; if it keeps its connections, it tells with {@link StaleConnectionException} when one was gone. */
    static CloseableHttpClient client(
            PoolingHttpClientConnectionManager pool, boolean keeps, SendLimits limits, String version) {
        return HttpClients.custom()
                .setConnectionManager(pool)
                .setRequestExecutor(new StaleConnectionCheck())
                .setConnectionReuseStrategy(
                        keeps ? DefaultConnectionReuseStrategy.INSTANCE : (request, response, context) -> false)
                .setUserAgent("Plinth-Webhooks/" + version)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .disableConnectionState()
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(Timeout.ofMilliseconds(limits.connectMillis()))
                        .setResponseTimeout(Timeout.ofMilliseconds(limits.totalMillis()))
                        .setConnectionKeepAlive(TimeValue.ofMilliseconds(SendLimits.KEEP_ALIVE_MILLIS))
                        .setAuthenticationEnabled(false)
                        .build())
                .build();
    }
}
