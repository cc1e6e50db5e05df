package dev.plinth.engine.spring.test;

import dev.plinth.engine.spring.PlinthAutoConfiguration;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTestContextBootstrapper;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.ContextCustomizerFactories;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Tests the handlers of an application without the rest of it, as {@code @DataJpaTest} tests its repositories.
 *
 * <p>The context has the engine in memory. A scan takes only the components that have handlers. No other
 * auto-configuration runs, and there is no web server. Beans that handlers need come by {@code @Import} or as mocks.
 * Beans of the application's own class are there too. These may be injected:
 *
 * <ul>
 * <li>{@link dev.plinth.engine.settings.ManualClock}, which stands at 2026-01-01 until the test advances it.
 * <li>{@link dev.plinth.engine.Engine}, with the workspace "default" of {@code Engine.firstStart}. Webhooks may go to
 * 127.0.0.0/8.
 * </ul>
 *
 * <p>The tests of a class share one engine and its clock. So do classes of equal configuration, because Spring keeps the
 * context. {@code @DirtiesContext} on a class or test gives the next one a new engine.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(SpringBootTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@ContextCustomizerFactories(EngineSliceFactory.class)
@ImportAutoConfiguration(PlinthAutoConfiguration.class)
@Import(EngineSliceConfiguration.class)
public @interface EngineTest {}
