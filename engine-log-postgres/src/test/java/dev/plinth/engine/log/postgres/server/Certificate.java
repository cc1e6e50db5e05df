package dev.plinth.engine.log.postgres.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** A certificate that a server has signed itself, in files as PostgreSQL reads them. */
final class Certificate {
    static final String CERTIFICATE = "server.crt";
    static final String KEY = "server.key";

    private static final String PASSWORD = "changeit";
    private static final String ALIAS = "server";
    private static final int LINE_CHARACTERS = 64;

    private Certificate() {}

    /** Makes both files in a directory. */
    static void make(Path directory) throws IOException {
        Path store = directory.resolve("server.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-dname",
                        "CN=127.0.0.1",
                        "-keyalg",
                        "RSA",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            write(
                    directory.resolve(CERTIFICATE),
                    "CERTIFICATE",
                    keys.getCertificate(ALIAS).getEncoded());
            write(
                    directory.resolve(KEY),
                    "PRIVATE KEY",
                    keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException("No certificate was made: " + output, e);
        }
    }

    private static void write(Path file, String type, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(LINE_CHARACTERS, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
    }
}
