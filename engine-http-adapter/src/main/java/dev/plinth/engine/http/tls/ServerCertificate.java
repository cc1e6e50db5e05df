package dev.plinth.engine.http.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A certificate chain with its private key, which belong together and which TLS takes. Immutable. */
public final class ServerCertificate {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";
    /** Signatures by the algorithm of the key. TLS 1.2 and 1.3 of every JDK from 17 on have both. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    private static final byte[] SIGNED = {1, 2, 3};
    private static final char[] NO_PASSWORD = {};
    private static final int CHAIN_MAX = 10;

    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final SSLContext context;

    private ServerCertificate(List<X509Certificate> chain, PrivateKey key, SSLContext context) {
        this.chain = List.copyOf(chain);
        this.key = key;
        this.context = context;
    }

    /**
     * Reads two PEM files, and makes the context for TLS of them. So a pair that TLS refuses changes nothing.
     *
     * @param certificates the server's certificate, followed by its issuers up to one that clients know
     * @param key the private key in PKCS#8, not encrypted, RSA or EC
     * @throws IllegalArgumentException if they cannot be read or do not belong together, with a message of one line
     */
    public static ServerCertificate read(Path certificates, Path key) {
        List<X509Certificate> chain = chain(PemFile.read("TLS certificate file", certificates));
        PemFile keyFile = PemFile.read("TLS key file", key);
        PublicKey expected = chain.get(0).getPublicKey();
        PrivateKey read = key(keyFile, expected.getAlgorithm());
        if (read == null || !belongTogether(read, expected)) {
            throw new IllegalArgumentException("The TLS key file " + key + " has another key than the certificate in "
                    + certificates + ". Give the key that this certificate was issued for.");
        }
        try {
            return new ServerCertificate(chain, read, context(chain, read));
        } catch (GeneralSecurityException | IOException refused) {
            throw new IllegalArgumentException(
                    "The certificates in " + certificates + " cannot be used for TLS (" + refused.getMessage()
                            + "). Have the server's certificate issued again, with its issuers.",
                    refused);
        }
    }

    /**
     * Returns the certificates of a PEM file as those to trust.
     *
     * @throws IllegalArgumentException if it cannot be read or has none, with a message of one line
     */
    public static KeyStore issuers(Path certificates) {
        PemFile file = PemFile.read("TLS certificate file", certificates);
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (PemFile.Block block : file.blocks()) {
                if (block.label().equals(CERTIFICATE)) {
                    trusted.setCertificateEntry(String.valueOf(trusted.size()), certificate(file, block));
                }
            }
            if (trusted.size() == 0) {
                throw new IllegalArgumentException("The TLS certificate file " + certificates
                        + " has no block CERTIFICATE. Give the certificates of the issuers to trust.");
            }
            return trusted;
        } catch (GeneralSecurityException | IOException refused) {
            throw file.broken("a certificate that cannot be trusted", refused);
        }
    }

    private static List<X509Certificate> chain(PemFile file) {
        List<X509Certificate> chain = new ArrayList<>();
        for (PemFile.Block block : file.blocks()) {
            if (block.label().equals(CERTIFICATE)) {
                chain.add(certificate(file, block));
            }
        }
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("The TLS certificate file " + file.path()
                    + " has no block CERTIFICATE. Give the certificate of the server with its issuers.");
        }
        if (chain.size() > CHAIN_MAX) {
            throw new IllegalArgumentException("The TLS certificate file " + file.path() + " has " + chain.size()
                    + " certificates, the limit is " + CHAIN_MAX + ". Give the server's certificate and its issuers.");
        }
        for (int i = 1; i < chain.size(); i++) {
            int first = chain.indexOf(chain.get(i));
            if (first < i) {
                throw new IllegalArgumentException("Certificate " + (i + 1) + " of the TLS certificate file "
                        + file.path() + " repeats certificate " + (first + 1)
                        + ". Remove it, because a chain has each certificate once.");
            }
            if (!chain.get(i - 1).getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                throw new IllegalArgumentException("Certificate " + (i + 1) + " of the TLS certificate file "
                        + file.path() + " did not issue certificate " + i
                        + ". Put the server's certificate first, and each issuer behind it.");
            }
        }
        if (!SIGNATURES.containsKey(chain.get(0).getPublicKey().getAlgorithm())) {
            throw new IllegalArgumentException("The certificate in " + file.path() + " has a key of the kind "
                    + chain.get(0).getPublicKey().getAlgorithm() + ". Use one with an RSA or EC key.");
        }
        return chain;
    }

    private static X509Certificate certificate(PemFile file, PemFile.Block block) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(file.bytes(block)));
        } catch (CertificateException broken) {
            throw file.broken("a certificate that is damaged", broken);
        }
    }

    /** Returns the key, or null if it is not of that algorithm. */
    private static @Nullable PrivateKey key(PemFile file, String algorithm) {
        for (PemFile.Block block : file.blocks()) {
            if (block.label().equals(KEY)) {
                try {
                    return KeyFactory.getInstance(algorithm)
                            .generatePrivate(new PKCS8EncodedKeySpec(file.bytes(block)));
                } catch (GeneralSecurityException ofAnotherKind) {
                    return null;
                }
            }
            if (block.label().endsWith(KEY)) {
                throw new IllegalArgumentException("The TLS key file " + file.path() + " has the form \""
                        + block.label() + "\", but must be PKCS#8 without a password. Convert it with: openssl pkcs8"
                        + " -topk8 -nocrypt -in " + file.path() + " -out tls-key.pem.");
            }
        }
        throw new IllegalArgumentException("The TLS key file " + file.path()
                + " has no block PRIVATE KEY. Give the private key of the certificate.");
    }

    private static boolean belongTogether(PrivateKey key, PublicKey expected) {
        try {
            String algorithm = SIGNATURES.getOrDefault(expected.getAlgorithm(), "");
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(SIGNED);
            byte[] signed = signature.sign();
            signature.initVerify(expected);
            signature.update(SIGNED);
            return signature.verify(signed);
        } catch (GeneralSecurityException differ) {
            return false;
        }
    }

    private static SSLContext context(List<X509Certificate> chain, PrivateKey key)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] own = managers.getKeyManagers();
        context.init(own, null, null);
        return context;
    }

    /** Returns the context that presents the chain to clients. */
    public SSLContext context() {
        return context;
    }

    /** Returns the first instant at which clients refuse one of the certificates. */
    public Instant expires() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServerCertificate that && chain.equals(that.chain) && key.equals(that.key);
    }

    @Override
    public int hashCode() {
        return chain.hashCode();
    }
}
