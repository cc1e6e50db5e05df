package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An engine beside another version of the HTTP client, in which a member is missing: in a JVM of its own, whose class path begins with that version. */
@Timeout(300)
final class OtherClientVersionTest {
    @TempDir
    private Path other;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "org.apache.hc.core5.ssl.SSLContexts", // the sender cannot be made
        "org.apache.hc.core5.http.message.BasicHttpRequest" // it is made and cannot send
    })
    void deliveries_aMemberIsMissing_areFailedAttemptsToldOnceAndShownInHealth(String type)
            throws IOException, InterruptedException {
        compileWithoutMembers(type);

        assertThat(runEngine())
                .contains(
                        "retrying with one attempt: " + OtherClientVersionProbe.EVENTS,
                        "lines: [No webhook can be sent, and every attempt fails until this is corrected. Add"
                                + " dev.plinth:engine-webhook-client to the class path, in the version of engine-core.]",
                        "health: 200 {\"status\":\"ready\",\"durability\":\"memory\",\"detail\":\"No webhook can be sent"
                                + " (NoSuchMethodError)");
    }

    private void compileWithoutMembers(String type) throws IOException {
        int dot = type.lastIndexOf('.');
        Path source = Files.createDirectory(other.resolve("source")).resolve(type.substring(dot + 1) + ".java");
        Files.writeString(
                source, "package " + type.substring(0, dot) + "; public class " + type.substring(dot + 1) + " {}");
        int status =
                ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", other.toString(), source.toString());
        assertThat(status).isZero();
    }

    private String runEngine() throws IOException, InterruptedException {
        String classPath = other + File.pathSeparator + System.getProperty("java.class.path");
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        OtherClientVersionProbe.class.getName()))
                .redirectErrorStream(true)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
        return said;
    }
}
