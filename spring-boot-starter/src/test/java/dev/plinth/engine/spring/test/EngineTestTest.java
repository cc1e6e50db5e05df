package dev.plinth.engine.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewJob;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.settings.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestPropertySource;

/** A slice with the handlers of {@link SliceApplication}, which shares a log where it runs. */
@EngineTest
@TestPropertySource(properties = "plinth.log.cell=c")
class EngineTestTest {
    @Autowired
    private Engine engine;

    @Autowired
    private ManualClock clock;

    @Autowired
    private ApplicationContext context;

    @Test
    void handler_runsOnceTheClockIsThere() {
        PlinthClient client = engine.workspace(engine.firstStart().orElseThrow().workspaceId());
        String id = client.startJob(NewJob.of("greet", Json.of(Map.of("name", "Ada")))
                        .at(clock.now().plus(Duration.ofDays(3))))
                .call()
                .jobId();
        clock.advance(Duration.ofDays(2));
        assertThat(client.job(id).call().status()).isEqualTo(JobStatus.SCHEDULED);

        clock.advance(Duration.ofDays(1));

        Job job = client.job(id).call();
        assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void store_ofTheApplication_isNotOpened(@Autowired Path store) {
        assertThat(engine.isHealthy()).isTrue();
        assertThat(store).doesNotExist();
    }

    @Test
    void handler_thatIsInherited_isInTheSlice() {
        assertThat(context.getBeansOfType(SliceInheritor.class)).hasSize(1);
    }

    @Test
    void slice_hasHandlersAndNothingElse() {
        assertThat(context.getBeansOfType(SliceHandler.class)).hasSize(1);
        assertThat(context.getBeansOfType(SliceMailer.class)).isEmpty();
        assertThat(context.containsBean("applicationTaskExecutor"))
                .as("another auto-configuration")
                .isFalse();
    }
}
