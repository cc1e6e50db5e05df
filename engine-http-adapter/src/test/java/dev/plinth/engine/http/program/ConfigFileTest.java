package dev.plinth.engine.http.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plinth.engine.Engine;
import dev.plinth.engine.TestScale;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.RatePolicy;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.http.config.Fault;
import dev.plinth.engine.http.config.FaultyConfigException;
import dev.plinth.engine.http.config.Source;
import dev.plinth.engine.settings.EngineSetting;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.settings.TableShare;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what {@code serve} makes of a configuration file. */
@Tag("scaled")
@Tag("portable")
class ConfigFileTest {
    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("plinth.yaml");
    }

    private ServeOptions read(String yaml, Map<String, String> environment, String... flags) throws IOException {
        Files.writeString(file(), yaml);
        List<String> arguments = new ArrayList<>(List.of("serve", "--config", file().toString()));
        arguments.addAll(List.of(flags));
        return new CommandLineReader(environment).read(arguments);
    }

    private ServeOptions read(String yaml) throws IOException {
        return read(yaml, Map.of());
    }

    /** Returns the faults as {@code line: sentence}. */
    private List<String> faults(byte[] bytes) throws IOException {
        Files.write(file(), bytes);
        FaultyConfigException wrong = catchThrowableOfType(
                FaultyConfigException.class,
                () -> new CommandLineReader(Map.of()).read(List.of("--config", file().toString())));
        assertThat(wrong).as("a file with a fault").isNotNull();
        return wrong.faults().stream()
                .map(Fault::toString)
                .map(fault -> fault.replace(file() + ":", ""))
                .toList();
    }

    private List<String> faults(String yaml) throws IOException {
        return faults(yaml.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void file_withEverything_isRead() throws IOException {
        ServeOptions options = read("""
                host: 0.0.0.0
                port: 9
                tables: off-heap
                data: some/where
                durability: os
                max-resources: 10
                admin-token: a-token-of-20-chars.
                webhook-allow: [127.0.0.0/8, "::1/128"]
                webhook-host-rate:
                  hooks.example.com: 8000
                  "*": 100
                plans:
                  free:
                    requests: 30
                    window-seconds: 10
                    endpoints-max: 1
                    queued-jobs-max: 2
                    resources-max: 3
                    jobs-running-max: 4
                    deliveries-running-max: 5
                    policies:
                      burst: {requests: 5, window-seconds: 1, per: key, mode: shadow}
                    shares:
                      events: {rows: 1000, bytes: 2000000}
                """);

        assertThat(options.host()).isEqualTo("0.0.0.0");
        assertThat(options.port()).isEqualTo(9);
        assertThat(options.data()).isEqualTo(Path.of("some/where"));
        assertThat(options.durability()).hasToString("OS");
        assertThat(options.maxResources()).isEqualTo(10);
        assertThat(options.adminToken()).isEqualTo("a-token-of-20-chars.");
        assertThat(options.webhookAllow()).containsExactly("127.0.0.0/8", "::1/128");
        assertThat(options.webhookHostRates())
                .containsOnly(Map.entry("hooks.example.com", 8000L), Map.entry("*", 100L));
        assertThat(options.config().get(ServeSettings.PLANS))
                .containsOnly(Map.entry(
                        "free",
                        Plan.of("free", 30, Duration.ofSeconds(10))
                                .withEndpointsMax(1)
                                .withQueuedJobsMax(2)
                                .withResourcesMax(3)
                                .withRunningMax(4, 5)
                                .withPolicy(RatePolicy.of("burst", 5, Duration.ofSeconds(1))
                                        .perKey()
                                        .shadow())
                                .withShare("events", new TableShare(1000, 2_000_000))));
    }

    @Test
    void plan_withItsRequestsAlone_hasTheDefaultBounds() throws IOException {
        assertThat(read("plans: {free: {requests: 7}}").config().get(ServeSettings.PLANS))
                .containsOnly(Map.entry("free", Plan.perMinute("free", 7)));
    }

    @Test
    void value_ofSeveralSources_flagWinsOverVariableOverFile() throws IOException {
        ServeOptions options = read(
                "port: 1\nhost: a\ndata: f\nwebhook-allow: [10.0.0.0/8]\n",
                Map.of("PLINTH_PORT", "2", "PLINTH_HOST", "b", "PLINTH_WEBHOOK_ALLOW", "11.0.0.0/8"),
                "--port=3");

        assertThat(options.port()).isEqualTo(3);
        assertThat(options.host()).isEqualTo("b");
        assertThat(options.data()).isEqualTo(Path.of("f"));
        assertThat(options.webhookAllow()).containsExactly("11.0.0.0/8");
        assertThat(options.config().source(ServeSettings.PORT)).isEqualTo(Source.FLAG);
        assertThat(options.config().source(ServeSettings.HOST)).isEqualTo(Source.ENVIRONMENT);
        assertThat(options.config().line(ServeSettings.DATA)).isEqualTo(file() + ":3");
        assertThat(options.config().source(ServeSettings.DURABILITY)).isEqualTo(Source.DEFAULT);
    }

    @Test
    void file_namedByTheEnvironment_isRead() throws IOException {
        Files.writeString(file(), "port: 7");

        assertThat(new CommandLineReader(Map.of("PLINTH_CONFIG", file().toString()))
                        .read(List.of())
                        .port())
                .isEqualTo(7);
    }

    @Test
    void file_contradictsAStrongerSource_isOverruled() throws IOException {
        assertThat(read("data: d\ndurability: os\nmax-resources: 5\n", Map.of(), "--memory")
                        .memory())
                .isTrue();
        assertThat(read("memory: true\n", Map.of("PLINTH_DATA", "d")).memory()).isFalse();
        assertThat(faults("memory: true\ndata: d\n"))
                .singleElement()
                .asString()
                .startsWith("2: ")
                .contains("data", "memory", "Remove one of them");
    }

    @Test
    void sentence_ofAValueFromTheFile_namesFileAndLine() throws IOException {
        ServeOptions options = read("port: 9\ndata: some/where\n", Map.of());

        assertThat(options.named("Choose another one, with --host or --port."))
                .isEqualTo("Choose another one, with --host or port in " + file() + ":1.");
        assertThat(options.named("Expected a directory, but some/where is a file."))
                .isEqualTo("Expected a directory, but some/where is a file (data in " + file() + ":2).");
    }

    @Test
    void faults_ofAllKinds_areToldAtOnceInTheOrderOfTheLines() throws IOException {
        assertThat(faults("""
                        prot: 8080
                        host:
                        port: 70000
                        memory: perhaps
                        webhook-allow: [nonsense]
                        plans:
                          free: {requests: 0, window: 3}
                          paid: {}
                          Full: {requests: 1}
                        durability: never
                        max-resources: "10"
                        """))
                .satisfiesExactly(
                        fault -> assertThat(fault).isEqualTo("1: Unknown key \"prot\". The nearest name is port."),
                        fault -> assertThat(fault).startsWith("2: host must be a name or an address, got no value"),
                        fault -> assertThat(fault).isEqualTo("3: port must be 0 to 65535, got \"70000\"."),
                        fault -> assertThat(fault).isEqualTo("4: memory must be true or false, got \"perhaps\"."),
                        fault -> assertThat(fault)
                                .startsWith("5: webhook-allow: ")
                                .contains("nonsense"),
                        fault -> assertThat(fault).isEqualTo("7: plans.free.requests must be 1 to 1000000, got \"0\"."),
                        fault -> assertThat(fault)
                                .isEqualTo("7: Unknown key \"plans.free.window\". Use one of requests, window-seconds,"
                                        + " endpoints-max, queued-jobs-max, resources-max, jobs-running-max,"
                                        + " deliveries-running-max, policies, shares."),
                        fault -> assertThat(fault).startsWith("8: plans.paid must have requests, 1 to 1000000"),
                        fault -> assertThat(fault).startsWith("9: plans.Full: ").contains("\"Full\""),
                        fault -> assertThat(fault).isEqualTo("10: durability must be fsync or os, got \"never\"."),
                        fault -> assertThat(fault).startsWith("11: max-resources must be 1 to 1000000000"));
    }

    @Test
    void numbersOfTheEngine_beyondTheirLimitsOrMisspelt_nameTheirLineAndTheNearestName() throws IOException {
        assertThat(faults("""
                        jobs-runing: 5
                        jobs-running: 0
                        deliveries-running: 65537
                        deliveries-running-per-endpoint: many
                        jobs-kept-days: 0
                        events-kept-days: 6
                        revoked-keys-kept-days: 3651
                        drain-seconds: 0
                        close-seconds: 4
                        request-log-entries: 999
                        plans:
                          free: {requests: 1, jobs-running-max: 0}
                        """))
                .satisfiesExactly(
                        fault -> assertThat(fault)
                                .isEqualTo("1: Unknown key \"jobs-runing\". The nearest name is jobs-running."),
                        fault -> assertThat(fault).isEqualTo("2: jobs-running must be 1 to 10000, got \"0\"."),
                        fault ->
                                assertThat(fault).isEqualTo("3: deliveries-running must be 1 to 65536, got \"65537\"."),
                        fault -> assertThat(fault).startsWith("4: deliveries-running-per-endpoint must be 1 to 10000"),
                        fault -> assertThat(fault).startsWith("5: jobs-kept-days must be 1 to 3650"),
                        fault -> assertThat(fault).startsWith("6: events-kept-days must be 7 to 3650"),
                        fault -> assertThat(fault).startsWith("7: revoked-keys-kept-days must be 1 to 3650"),
                        fault -> assertThat(fault).startsWith("8: drain-seconds must be 1 to 3600"),
                        fault -> assertThat(fault).startsWith("9: close-seconds must be 5 to 36000"),
                        fault -> assertThat(fault).startsWith("10: request-log-entries must be 1000 to 10000000"),
                        fault -> assertThat(fault)
                                .startsWith("12: plans.free.jobs-running-max must be 1 to 2147483647"));
    }

    @Test
    void numbersOfTheEngine_thatContradictEachOther_areToldAtTheirLines() throws IOException {
        assertThat(faults("events-kept-days: 10\ndrain-seconds: 30\n"))
                .satisfiesExactly(
                        fault -> assertThat(fault)
                                .startsWith("1: retention.deliveries (deliveries-kept-days) must be at most")
                                .contains("got 30 and 10"),
                        fault -> assertThat(fault)
                                .startsWith("2: grace.close (close-seconds) must be at least twice")
                                .contains("got 40 and 30"));
        assertThat(faults("events-kept-days: 10\ndeliveries-kept-days: 11\n"))
                .singleElement()
                .asString()
                .startsWith("2: retention.deliveries");
    }

    @Test
    void textsOfTheEngine_ofAnotherForm_areToldAtTheirLines() throws IOException {
        assertThat(faults("problem-base: /problems/\nrealm: 'a\"b'\nwebhook-user-agent: ' x'\n"))
                .satisfiesExactly(
                        fault -> assertThat(fault)
                                .startsWith(
                                        "1: problem-base: identity.problemBase (problem-base) must be an absolute URI")
                                .contains("got \"/problems/\""),
                        fault -> assertThat(fault).startsWith("2: realm: identity.realm (realm) must be 1 to 100"),
                        fault -> assertThat(fault)
                                .startsWith(
                                        "3: webhook-user-agent: identity.userAgent (webhook-user-agent) must be 1 to 200"));
    }

    @Test
    void textsOfTheEngine_given_reachIt() throws IOException {
        String yaml = "memory: true\nproblem-base: 'https://acme.example/p/'\nrealm: Acme\nwebhook-user-agent: A/1\n";
        try (Engine engine = read(yaml).engine().open()) {
            Reply reply = engine.call(Call.of("GET", "/v1/jobs"));

            assertThat(reply.text()).contains("\"type\":\"https://acme.example/p/unauthenticated\"");
            assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"Acme\"");
        }
    }

    @Test
    void numbersOfTheEngine_atTheirLimits_openAnEngine() throws IOException {
        for (Function<EngineSetting, Long> limit :
                List.<Function<EngineSetting, Long>>of(EngineSetting::min, EngineSetting::max)) {
            StringBuilder yaml = new StringBuilder("memory: true\ntables: heap\nclose-seconds: 36000\n");
            for (EngineSetting setting : EngineSetting.values()) {
                if (!Set.of(
                                EngineSetting.MAX_RESOURCES,
                                EngineSetting.REQUEST_LOG_BYTES,
                                EngineSetting.WEBHOOK_HOST_RATE,
                                EngineSetting.CLOSE)
                        .contains(setting)) {
                    yaml.append(setting.settingName())
                            .append(": ")
                            .append(limit.apply(setting))
                            .append('\n');
                }
            }
            read(yaml.toString()).engine().open().close();
        }
    }

    @Test
    void plan_againstRulesOfTheEngine_namesTheLineOfThePlan() throws IOException {
        assertThat(faults("""
                        plans:
                          twice: {requests: 1, policies: {twice: {requests: 1}}}
                          shelf:
                            requests: 1
                            shares: {shelves: {rows: 1, bytes: 1}}
                        """))
                .satisfiesExactly(
                        fault -> assertThat(fault).startsWith("2: plans.twice: "),
                        fault ->
                                assertThat(fault).startsWith("3: plans.shelf: ").contains("shelves"));
    }

    @Test
    void typeAndOperation_wrong_nameTheirLines() throws IOException {
        assertThat(faults("""
                        resource-types:
                          order: {type: object, properties: {sku: {type: sting}}}
                          Order: {type: object}
                        child-types: {part: [1]}
                        operations: {"export all": , plinth.bulk: }
                        """))
                .satisfiesExactly(
                        fault -> assertThat(fault).startsWith("2: resource-types.order: "),
                        fault -> assertThat(fault).startsWith("3: resource-types.Order: "),
                        fault -> assertThat(fault).startsWith("4: child-types.part must be a JSON Schema"),
                        fault -> assertThat(fault).startsWith("5: operations.export all: "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "'port: 1\nport: 2' => 2: The key \"port\" must be there once, and is in line 1 too",
                "'plans:\n  a: &x {requests: 1}\n  b: *x' => 2: The file must have no anchors, got &x",
                "'port: *x' => 1: The file must have no aliases, got *x",
                "'port: !!int \"8080\"' => 1: The file must have no tags",
                "'port: !java.net.URL [x]' => 1: The file must have no tags",
                "'plans:\n\tfree: {requests: 1}' => 2: The file must be YAML",
                "'port: 1\n---\nport: 2' => 2: The file must have one document",
                "'just words' => 1: The file must have keys and values",
                "'- port: 1' => 1: The file must have keys and values",
                "'? [a, b]\n: 1' => 1: A key must be a text",
                "'port: [' => 1: The file must be YAML",
                "'port: \"1' => 1: The file must be YAML",
                "'port: 1\n  host: a' => 2: The file must be YAML",
                "'port: {a: 1}' => 1: port must be 0 to 65535, got an object",
                "'port: 0x10' => 1: port must be 0 to 65535, got \"0x10\"",
                "'port: 99999999999999999999' => 1: port must be 0 to 65535",
                "'host: [a]' => 1: host must be a name or an address, got a list",
                "'webhook-allow: 127.0.0.0/8' => 1: webhook-allow must be a list",
                "'<<: {port: 1}' => 1: Unknown key \"<<\"",
                "'config: other.yaml' => 1: Unknown key \"config\"",
                "'data: \"a\\0b\"' => 1: data: "
            })
    void file_garbage_isToldWithItsLine(String yaml, String expected) throws IOException {
        assertThat(faults(yaml)).first().asString().startsWith(expected).endsWith(".");
    }

    @Test
    void file_withBytesThatAreNoText_isRefusedWithALine() throws IOException {
        assertThat(faults(new byte[] {'p', ':', ' ', (byte) 0xC3, (byte) 0x28}))
                .containsExactly("1: The file must be UTF-8, but has other bytes. Save it as UTF-8.");
        assertThat(faults("port: 1\nhost: a\u0000b\n"))
                .singleElement()
                .asString()
                .startsWith("2: The file must be text, got the character U+0000");
        byte[] random = new byte[50_000];
        new Random(1).nextBytes(random);
        assertThat(faults(random)).isNotEmpty();
    }

    @Test
    void file_tooLarge_isRefusedUnread() throws IOException {
        try (RandomAccessFile large = new RandomAccessFile(file().toFile(), "rw")) {
            large.setLength(100_000_000);
        }

        assertThat(faultsOf(file()))
                .singleElement()
                .asString()
                .contains("must have at most 1048576 bytes, got 100000000");
    }

    private static List<String> faultsOf(Path path) {
        FaultyConfigException wrong = catchThrowableOfType(
                FaultyConfigException.class,
                () -> new CommandLineReader(Map.of()).read(List.of("--config", path.toString())));
        assertThat(wrong).as("a file with a fault").isNotNull();
        return wrong.faults().stream().map(Fault::toString).toList();
    }

    @Test
    void file_absentOrADirectory_isTold() {
        assertThat(faultsOf(directory.resolve("none")))
                .singleElement()
                .asString()
                .contains("no such file");
        assertThat(faultsOf(directory)).singleElement().asString().contains("directory");
    }

    @Test
    void file_deepOrWithManyFaults_isBounded() throws IOException {
        assertThat(faults("plans: " + "[".repeat(100_000)))
                .singleElement()
                .asString()
                .contains("at most 64 levels deep");
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            many.append("key-").append(i).append(": 1\n");
        }
        assertThat(faults(many.toString())).hasSize(101).last().asString().contains("49900 more faults");
        assertThat(faults("x".repeat(500_000) + ": 1"))
                .singleElement()
                .asString()
                .hasSizeLessThan(1000);
    }

    @Test
    void keys_longOrWithControlCharacters_areShownShortAndOnOneLine() throws IOException {
        for (String key : List.of("x".repeat(1_000), "a\\e[31mb\\nc\\u202Ed")) {
            assertThat(faults("plans: {\"" + key + "\": {requests: 0}}\noperations: {\"" + key + "\": }\n"))
                    .hasSize(2)
                    .allSatisfy(
                            fault -> assertThat(fault).hasSizeLessThan(1000).doesNotContain("\n", "\u001B", "\u202E"));
        }
    }

    /** Bytes of a right file are changed, left out or doubled. */
    @Test
    void file_mutated_isReadOrToldInSentences() throws IOException {
        byte[] right = """
                port: 9
                webhook-allow: [127.0.0.0/8, "::1/128"]
                plans:
                  free: {requests: 30, policies: {burst: {requests: 5, per: key}}}
                  paid:
                    requests: 60 # more
                operations: {export: {cost: 5}}
                """.getBytes(StandardCharsets.UTF_8);
        byte[] alphabet = ":{}[]\"'&*!|>-#?,%@`\\\t\n\u0000\u007F \u00FFax9".getBytes(StandardCharsets.ISO_8859_1);
        long seed = TestScale.seed();
        Random random = new Random(seed);
        for (int i = 0; i < TestScale.count(2_000); i++) {
            byte[] wrong = right.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                wrong[random.nextInt(wrong.length)] = alphabet[random.nextInt(alphabet.length)];
            }
            Files.write(file(), wrong);
            try {
                assertThat(new CommandLineReader(Map.of())
                                .read(List.of("--config", file().toString()))
                                .port())
                        .isNotNegative();
            } catch (FaultyConfigException told) {
                assertThat(told.faults())
                        .as("round %d; %s", i, TestScale.repeatWith(seed))
                        .isNotEmpty()
                        .allSatisfy(fault -> assertThat(fault.toString())
                                .startsWith(file() + ":")
                                .endsWith(".")
                                .doesNotContain("\n", "Exception"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# nothing\n", "---\n", "~", "\uFEFFport: 8080"})
    void file_withNothingToSay_leavesTheDefaults(String yaml) throws IOException {
        assertThat(read(yaml).port()).isEqualTo(8080);
    }

    @Test
    void lines_showEverySettingWithItsSourceAndNoSecret() throws IOException {
        ServeOptions options = read(
                "port: 9\nadmin-token: a-token-of-20-chars.\nplans: {free: {requests: 1}}\n",
                Map.of("PLINTH_DATA", "d"),
                "--durability=os");

        assertThat(options.config().lines())
                .hasSize(ServeSettings.ALL.size())
                .noneMatch(line -> line.contains("a-token"))
                .anyMatch(line -> line.matches("port +9  \\(" + file() + ":1\\)"))
                .anyMatch(line -> line.matches("data +d  \\(PLINTH_DATA\\)"))
                .anyMatch(line -> line.matches("durability +os  \\(--durability\\)"))
                .anyMatch(line -> line.matches("host +127.0.0.1  \\(default\\)"))
                .anyMatch(line -> line.matches("plans +free  \\(.*:3\\)"))
                .anyMatch(line -> line.matches("admin-token +…  \\(.*:2\\)"));
    }

    @Test
    void secret_inAFault_isNotShown() throws IOException {
        assertThat(faults("admin-token: too-short\n"))
                .singleElement()
                .asString()
                .doesNotContain("too-short");
        assertThat(faults("admin-token: [a-token-of-20-chars.]\n"))
                .singleElement()
                .asString()
                .doesNotContain("a-token");
    }

    @Test
    void routes_thatTheEngineLacks_areFoundByTheWholeCheck() throws IOException {
        ServeOptions wrong = read("port: 1\nroutes:\n  POST /v1/nothing: {cost: 2}\n");

        FaultyConfigException told = catchThrowableOfType(FaultyConfigException.class, wrong::checkTogether);

        assertThat(told.faults())
                .singleElement()
                .asString()
                .startsWith(file() + ":2: ")
                .contains("POST /v1/nothing");
        read("routes:\n  POST /v1/resources: {cost: 2, require-idempotency-key: true}\n")
                .checkTogether();
    }
}
