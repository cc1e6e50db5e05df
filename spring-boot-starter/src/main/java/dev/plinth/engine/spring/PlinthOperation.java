package dev.plinth.engine.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a bean that is a synchronous operation on resources, as {@link dev.plinth.engine.handler.OperationHandler}
 * is.
 *
 * <p>The method takes an {@link dev.plinth.engine.handler.OperationContext} and returns an
 * {@link dev.plinth.engine.api.OperationResult}. The start is refused if two methods have one name.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface PlinthOperation {
    /** Returns the name of the operation. */
    String value();
}
