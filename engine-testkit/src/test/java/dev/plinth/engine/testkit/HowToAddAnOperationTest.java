package dev.plinth.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that says how to add an operation, followed to the letter: its Java is compiled as it stands, its calls are made. */
class HowToAddAnOperationTest {
    private static final Path PAGE = Path.of("../docs/howto/add-an-operation.md");
    private static final Pattern CODE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ROW =
            Pattern.compile("\\| ([^|]*) \\| `([^`|]*)` \\| `(POST|GET) ([^`|]*)`([^|]*)\\|");
    private static final Pattern BODY = Pattern.compile("with `([^`]*)`");

    @TempDir
    Path directory;

    @Test
    void page_followed_addsBothOperations() throws Exception {
        String page = Files.readString(PAGE);
        Class<?> followed = compiled(page);
        try (Engine engine = (Engine) method(followed, "open").invoke(null)) {
            String workspace =
                    engine.admin().createWorkspace("acme", "pro").call().id();
            String secret =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            PlinthClient client = engine.client(secret);
            String id = client.resources().create("Invoice").call().id();
            Json input = Json.of("{\"amount\":12}");

            assertThat(invoke(followed, "synchronous", client, id, input, "")).contains("\"captured\":12");
            assertThat(client.resources().get(id).call().metadata()).isEqualTo(Map.of("state", "captured"));
            String accepted = invoke(followed, "asynchronous", client, id, input, "");
            String jobId = idIn(accepted);
            assertThat(invoke(followed, "howitended", client, id, input, jobId)).containsIgnoringCase("succeeded");

            Matcher row = ROW.matcher(page);
            int calls = 0;
            while (row.find()) {
                Matcher body = BODY.matcher(row.group(5));
                Call call = Call.of(
                                row.group(3), row.group(4).replace("{id}", id).replace("{jobId}", jobId))
                        .withKey(secret);
                Reply reply = engine.call(
                        body.find()
                                ? call.withBody(Json.of(body.group(1)))
                                : row.group(3).equals("POST") ? call.withBody(Json.of("{\"input\":{}}")) : call);
                assertThat(reply.status())
                        .as(row.group(1) + ": " + reply.text())
                        .isIn(200, 202);
                calls++;
            }
            assertThat(calls).isEqualTo(3);
            assertThat(events(engine, secret)).contains("payment.captured");
        }
    }

    private static String events(Engine engine, String secret) {
        return engine.call(Call.of("GET", "/v1/events").withKey(secret)).text();
    }

    private static String idIn(String text) {
        Matcher id = Pattern.compile("job_[0-9a-z]{26}").matcher(text);
        assertThat(id.find()).as(text).isTrue();
        return id.group();
    }

    private static String invoke(
            Class<?> followed, String name, PlinthClient client, String id, Json input, String jobId) throws Exception {
        return String.valueOf(method(followed, name).invoke(null, client, id, input, jobId));
    }

    private static Method method(Class<?> type, String name) {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name)) {
                return method;
            }
        }
        throw new AssertionError("Expected the page to give " + name + ", but it does not");
    }

    /** A class with a method that opens the engine of the page, and one for each call of its table. */
    private Class<?> compiled(String page) throws Exception {
        Matcher code = CODE.matcher(page);
        assertThat(code.find()).isTrue();
        StringBuilder source = new StringBuilder(
                        "import dev.plinth.engine.*;\nimport dev.plinth.engine.api.*;\nimport dev.plinth.engine.client.*;\nimport dev.plinth.engine.handler.*;\nimport dev.plinth.engine.settings.*;\n")
                .append(
                        "import java.time.Duration;\nimport java.util.Map;\npublic class Followed {\n  public static Engine open() {\n")
                .append(code.group(1))
                .append("return engine;\n  }\n");
        Matcher row = ROW.matcher(page);
        while (row.find()) {
            source.append("  public static Object ")
                    .append(row.group(1).replace(" ", ""))
                    .append(
                            "(PlinthClient client, String id, Json input, String jobId) throws Exception {\n    return ")
                    .append(row.group(2))
                    .append(";\n  }\n");
        }
        Path file = Files.writeString(directory.resolve("Followed.java"), source.append("}\n"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        boolean compiles = compiler.getTask(
                        errors,
                        null,
                        null,
                        List.of("-proc:none", "-d", directory.toString(), "-cp", classPath),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
                .call();
        assertThat(compiles).as(errors + "\n" + source).isTrue();
        return new URLClassLoader(
                        new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())
                .loadClass("Followed");
    }
}
