package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.tls.KeyFileMode;
import dev.plinth.engine.http.tls.ServerCertificate;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** The TLS of a server, whose certificate and key may change while it serves. Thread-safe. */
public final class Tls {
    private static final System.Logger LOG = System.getLogger(Tls.class.getName());

    private final PemFiles files;
    private final SslContextFactory.Server contexts = new SslContextFactory.Server();
    private ServerCertificate certificate; // guarded by this

    /** The PEM files of a certificate chain and its private key. */
    public record PemFiles(Path certificates, Path key) {
        /**
         * Reads both.
         *
         * @throws IllegalArgumentException if they are no pair for TLS, with a message of one line
         */
        public ServerCertificate read() {
            return ServerCertificate.read(certificates, key);
        }
    }

    /**
     * Reads the files.
     *
     * @throws IllegalArgumentException if they are no pair for TLS
     */
    public Tls(PemFiles files) {
        this.files = files;
        this.certificate = files.read();
        contexts.setSslContext(certificate.context());
        contexts.setIncludeProtocols("TLSv1.2", "TLSv1.3");
        contexts.setRenegotiationAllowed(false);
        warnIfExpired();
        warnIfKeyIsOpenToOthers();
    }

    /**
     * Returns the factory of connections that decrypt for HTTP/1.1. Connectors may share the context.
     *
     * @param turns the turns of all strangers of a server
     */
    public ConnectionFactory connections(AddressTurns turns) {
        SslConnectionFactory factory = new SslConnectionFactory(contexts, HttpVersion.HTTP_1_1.asString()) {
            @Override
            protected SslConnection newSslConnection(Connector connector, EndPoint endPoint, SSLEngine engine) {
                AddressTurns.Owner owner =
                        ((EngineConnector) connector).addresses().owner(endPoint);
                return new TlsConnection(
                        connector.getByteBufferPool(),
                        connector.getExecutor(),
                        contexts,
                        endPoint,
                        engine,
                        turns,
                        owner);
            }
        };
        // Jetty would fail a request whose Host is not in the certificate. There is one certificate, and clients check
        // it.
        factory.setEnsureSecureRequestCustomizer(false);
        return factory;
    }

    /** Reads the files again, without taking what they have. */
    public ServerCertificate readAgain() {
        ServerCertificate read = files.read();
        warnIfKeyIsOpenToOthers();
        return read;
    }

    /**
     * Presents another certificate to connections that begin from now on. Open ones stay as they are.
     *
     * @return true if it differs from the present one
     */
    public synchronized boolean take(ServerCertificate next) {
        if (next.equals(certificate)) {
            return false;
        }
        try {
            contexts.reload(factory -> factory.setSslContext(next.context()));
        } catch (Exception impossible) {
            throw new IllegalStateException("Expected a context for TLS, but got none", impossible);
        }
        certificate = next;
        warnIfExpired();
        return true;
    }

    /**
     * Warns and does not refuse, because the operator often cannot choose the modes of secrets that are mounted into a
     * container.
     */
    private void warnIfKeyIsOpenToOthers() {
        Path key = files.key();
        KeyFileMode.openToOthers(key)
                .ifPresent(mode -> LOG.log(
                        Level.WARNING,
                        "The TLS key file " + key + " has the mode " + mode
                                + ", so other users can read it and pose as this server. Run: chmod 600 " + key));
    }

    private void warnIfExpired() {
        Instant end = certificate.expires();
        // The certificate counts by the clock of the clients, and the engine's may stand still.
        if (end.toEpochMilli() <= System.currentTimeMillis()) {
            LOG.log(
                    Level.WARNING,
                    "A certificate in " + files.certificates() + " has expired at " + end
                            + ". Clients refuse it; replace it and reload.");
        }
    }
}
