package dev.plinth.engine.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class an engine as {@link PlinthExtension} describes it, without configuration. Some classes need
 * another plan, clock or seed, operations of their own, or the address before the first test. Such a class registers an
 * extension of {@link PlinthExtension#builder} instead.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PlinthExtension.class)
public @interface PlinthTest {}
