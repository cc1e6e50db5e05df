package dev.plinth.engine.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a bean that receives all events in commit order, as {@link dev.plinth.engine.handler.EngineEventListener} does.
 *
 * <p>The method takes an {@link dev.plinth.engine.handler.EventContext} and an {@link dev.plinth.engine.api.Event}, and returns
 * nothing. It runs on the engine's executor, once the application has started. The start is refused if two methods have
 * one name.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface PlinthListener {
    /** Returns the name under which the engine keeps the listener's position. Keep it when the method is renamed. */
    String value();
}
