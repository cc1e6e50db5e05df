package dev.plinth.engine.spring.test;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.spring.PlinthJob;
import java.util.Map;
import org.springframework.stereotype.Component;

/** A component with a handler. */
@Component
class SliceHandler {
    @PlinthJob("greet")
    Json greet(JobContext job) {
        return Json.of(Map.of("text", "Hello " + job.input().asMap().get("name")));
    }
}
