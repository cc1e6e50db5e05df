package dev.plinth.engine.spring;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Audience;
import dev.plinth.engine.server.CallDoor;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/** The engine behind the application's web server. */
final class PlinthWebConfiguration {
    private PlinthWebConfiguration() {}

    /** The wire below {@code /v1}. A controller of the application comes first. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(HttpRequestHandler.class)
    @ConditionalOnProperty(name = "plinth.wire.enabled", havingValue = "true")
    static class Wire {
        /** Behind the mapping of controllers, which has 0. */
        private static final int ORDER = 1;

        @Bean
        WireThreads plinthWireThreads() {
            return new WireThreads();
        }

        @Bean
        CallDoor plinthDoor(Engine engine, WireThreads plinthWireThreads) {
            return engine.door(plinthWireThreads::execute, Set.of(Audience.TENANT));
        }

        @Bean
        WireFormFilter plinthWireFormFilter() {
            return new WireFormFilter();
        }

        @Bean
        WireLifecycle plinthWireLifecycle(CallDoor plinthDoor) {
            return new WireLifecycle(plinthDoor);
        }

        @Bean
        SimpleUrlHandlerMapping plinthMapping(CallDoor plinthDoor, Engine engine) {
            return new SimpleUrlHandlerMapping(
                    Map.of(
                            "/v1/**",
                            new WireHandler(plinthDoor, engine.callBudgets(), engine::refusal, System::nanoTime)),
                    ORDER);
        }
    }

    /** Answers a refusal by the engine with its problem document. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(HttpRequestHandler.class)
    @ConditionalOnProperty(name = "plinth.problem-details", havingValue = "true", matchIfMissing = true)
    static class Problems {
        @Bean
        ProblemAdvice plinthProblemAdvice() {
            return new ProblemAdvice();
        }
    }
}
