package dev.plinth.engine.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class an engine as {@link PlinthExtension} describes it, with nothing to configure. A class that needs another plan,
 * clock or seed, operations of its own, or the address before its first test, registers an extension made by
 * {@link PlinthExtension#builder} instead.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PlinthExtension.class)
public @interface PlinthTest {}
