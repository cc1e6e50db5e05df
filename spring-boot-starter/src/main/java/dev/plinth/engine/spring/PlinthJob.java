package dev.plinth.engine.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a bean that handles a type of job, as {@link dev.plinth.engine.handler.JobHandler} does.
 *
 * <p>The method takes a {@link dev.plinth.engine.handler.JobContext} and returns {@link dev.plinth.engine.api.Json} or nothing.
 * It runs on the engine's executor, at least once for each job, once the application has started. The start is refused
 * if two methods handle one type.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface PlinthJob {
    /** Returns the type of job. */
    String value();

    /** Returns true if an asynchronous operation of this name starts the job, too. */
    boolean operation() default false;
}
