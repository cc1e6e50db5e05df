package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.api.JobStatus;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.settings.ManualClock;
import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.spring.test.EngineTest;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

/** The handlers of the application by themselves, with the engine in memory and a manual clock. */
@EngineTest
class DeskSliceTest {
    @Test
    void greeting_ofTheJob_namesTheGuest(@Autowired PlinthClient client, @Autowired ManualClock clock) {
        String id = client.startJob("greet", Json.of(Map.of("name", "Ada"))).call().jobId();

        clock.advance(Duration.ofSeconds(1));

        assertThat(client.job(id).call().status()).isEqualTo(JobStatus.SUCCEEDED);
    }

    @Test
    void slice_hasNoServer(@Autowired ApplicationContext context) {
        assertThat(context.getBeansOfType(Desk.class)).hasSize(1);
        assertThat(context.containsBean("dispatcherServlet")).isFalse();
    }
}
