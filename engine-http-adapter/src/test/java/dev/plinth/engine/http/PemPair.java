package dev.plinth.engine.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate of a server on this machine with its issuer and key, as the JDK's keytool makes them.
 *
 * @param chain the server's certificate first
 * @param key in PKCS#8
 */
public record PemPair(List<X509Certificate> chain, byte[] key) {
    private static final char[] PASSWORD = "password".toCharArray();

    /** Makes a pair with a new issuer. The algorithm is one of keytool's, such as RSA or EC. */
    public static PemPair make(Path directory, String algorithm) throws IOException, InterruptedException {
        Path store = Files.createTempDirectory(directory, "keys").resolve("store.p12");
        keytool(store, "-genkeypair", "-alias", "issuer", "-keyalg", "EC", "-dname", "CN=issuer", "-ext", "bc:c");
        keytool(
                store,
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-signer",
                "issuer");
        return read(store);
    }

    private static PemPair read(Path store) throws IOException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD);
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate certificate : keys.getCertificateChain("server")) {
                chain.add((X509Certificate) certificate);
            }
            return new PemPair(chain, keys.getKey("server", PASSWORD).getEncoded());
        } catch (GeneralSecurityException impossible) {
            throw new IOException(impossible);
        }
    }

    /** Makes a pair whose only certificate was issued by its own key. */
    static PemPair makeSelfSigned(Path directory) throws IOException, InterruptedException {
        Path store = Files.createTempDirectory(directory, "keys").resolve("store.p12");
        keytool(store, "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost");
        return read(store);
    }

    private static void keytool(Path store, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD), "-validity", "30"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    static String pem(String label, byte[] bytes) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + label
                + "-----\n";
    }

    String keyPem() {
        return pem("PRIVATE KEY", key);
    }

    String chainPem() throws IOException {
        return chainPem(chain);
    }

    static String chainPem(List<X509Certificate> certificates) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            for (X509Certificate certificate : certificates) {
                text.writeBytes(pem("CERTIFICATE", certificate.getEncoded()).getBytes(StandardCharsets.UTF_8));
            }
        } catch (GeneralSecurityException impossible) {
            throw new IOException(impossible);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** Writes both files. */
    public void write(Path certificates, Path keyFile) throws IOException {
        Files.writeString(certificates, chainPem());
        Files.writeString(keyFile, keyPem());
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
    }

    /** A client's context, which trusts the issuers of these pairs alone. */
    static SSLContext trusting(PemPair... pairs) throws IOException {
        return trusting(Stream.of(pairs).map(pair -> pair.chain().get(1)).toList());
    }

    /** A client's context, which trusts the certificates of a file that {@link #write} made. */
    public static SSLContext trusting(Path certificates) throws IOException {
        try (InputStream in = Files.newInputStream(certificates)) {
            return trusting(CertificateFactory.getInstance("X.509").generateCertificates(in));
        } catch (GeneralSecurityException impossible) {
            throw new IOException(impossible);
        }
    }

    private static SSLContext trusting(Collection<? extends Certificate> issuers) throws IOException {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (Certificate issuer : issuers) {
                trusted.setCertificateEntry("issuer" + trusted.size(), issuer);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IOException(impossible);
        }
    }
}
