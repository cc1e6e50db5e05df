package dev.plinth.engine.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.log.NodeRole;
import dev.plinth.engine.log.postgres.server.Pair;
import dev.plinth.engine.log.postgres.server.Patience;
import java.nio.file.Path;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests applications that share a log, each with its own pool of connections to a real database. */
@Timeout(300)
final class SharedLogTest {
    private static final int POOL = 5;

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PlinthAutoConfiguration.class));
    private final String cell = UUID.randomUUID().toString();

    @TempDir
    private Path base;

    @Test
    void applications_ofOneLog_followAndTakeOver() {
        String[] key = new String[1];
        application("first").run(first -> {
            Engine leader = first.getBean(Engine.class);
            Patience.until(() -> leader.role() == NodeRole.LEADER);
            String workspace =
                    leader.admin().createWorkspace("acme", "pro").call().id();
            key[0] = leader.admin().createKey(workspace, "k").call().secret().orElseThrow();
            assertThat(post(leader, key[0]).status()).isEqualTo(201);
            application("second").run(second -> {
                Engine follower = second.getBean(Engine.class);
                assertThat(follower.role()).isEqualTo(NodeRole.FOLLOWER);
                Patience.until(() -> post(follower, key[0]).header("Plinth-Leader") != null);
                Reply refused = post(follower, key[0]);
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.text()).contains("not_leader");
                assertThat(refused.header("Plinth-Leader")).isEqualTo("http://first.example");
                HikariDataSource pool = first.getBean(HikariDataSource.class);
                assertThat(pool.isRunning()).isTrue();

                first.close();

                assertThat(pool.isClosed()).isTrue();
                Patience.until(() -> follower.role() == NodeRole.LEADER);
                assertThat(post(follower, key[0]).header("Idempotent-Replayed")).isEqualTo("true");
            });
        });
    }

    @Test
    void properties_thatContradictTheLog_refuseTheStart() {
        refuses(
                runner.withUserConfiguration(Database.class)
                        .withPropertyValues(
                                "plinth.log.cell=c",
                                "plinth.store.secret-key-file=" + base.resolve("k"),
                                "plinth.store.directory=d"),
                "plinth.store.directory must not be set beside plinth.log.cell, which keeps everything in a database.");
        refuses(
                runner.withUserConfiguration(Database.class).withPropertyValues("plinth.log.cell=c"),
                "plinth.store.secret-key-file must be set beside plinth.log.cell.");
        refuses(
                runner.withPropertyValues("plinth.log.cell=c", "plinth.store.secret-key-file=" + base.resolve("k")),
                "plinth.log.cell needs one DataSource, and the application has none");
        refuses(
                runner.withUserConfiguration(Database.class)
                        .withPropertyValues(
                                "plinth.log.cell=c",
                                "plinth.store.secret-key-file=" + base.resolve("k"),
                                "plinth.log.lease=1ms"),
                "lease must be 500 ms to 5 min");
    }

    @Test
    void application_withoutTheLibrary_isToldItsName() {
        refuses(
                runner.withUserConfiguration(Database.class)
                        .withClassLoader(new FilteredClassLoader("dev.plinth.engine.log.postgres"))
                        .withPropertyValues("plinth.log.cell=c", "plinth.store.secret-key-file=" + base.resolve("k")),
                "Add dev.plinth:engine-log-postgres");
    }

    private static void refuses(ApplicationContextRunner application, String sentence) {
        application.run(
                context -> assertThat(context.getStartupFailure()).rootCause().hasMessageContaining(sentence));
    }

    private ApplicationContextRunner application(String name) {
        return runner.withUserConfiguration(Database.class)
                .withPropertyValues(
                        "plinth.log.cell=" + cell,
                        "plinth.log.node-id=" + name,
                        "plinth.log.advertise=http://" + name + ".example",
                        "plinth.admin-token=shared-log-token-of-tests",
                        "plinth.store.secret-key-file=" + base.resolve("secret.key"));
    }

    private static Reply post(Engine engine, String key) {
        return engine.call(Call.of("POST", "/v1/resources")
                .withKey(key)
                .withHeader("Idempotency-Key", "k1")
                .withBody(Json.of("{\"name\":\"n\"}")));
    }

    /** The database of an application. */
    @Configuration(proxyBeanMethods = false)
    static class Database {
        @Bean
        DataSource dataSource() {
            HikariConfig config = new HikariConfig();
            config.setDataSource(Pair.shared().primary().source());
            config.setMaximumPoolSize(POOL);
            return new HikariDataSource(config);
        }
    }
}
