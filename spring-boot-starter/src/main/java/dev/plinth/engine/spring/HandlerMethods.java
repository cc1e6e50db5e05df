package dev.plinth.engine.spring;

import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.api.Event;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.OperationResult;
import dev.plinth.engine.handler.EventContext;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.handler.OperationContext;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodIntrospector.MetadataLookup;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * Finds the annotated methods of all beans and registers them with a builder. It looks at the classes of beans and makes
 * none of them, so that a bean with a handler may depend on the engine.
 */
final class HandlerMethods {
    private static final List<Class<? extends Annotation>> ANNOTATIONS =
            List.of(PlinthJob.class, PlinthOperation.class, PlinthListener.class);

    private final ConfigurableListableBeanFactory beans;
    private final EngineBuilder builder;
    private final Started started;
    private final Map<String, BeanMethod> taken = new HashMap<>();

    HandlerMethods(ConfigurableListableBeanFactory beans, EngineBuilder builder, Started started) {
        this.beans = beans;
        this.builder = builder;
        this.started = started;
    }

    /**
     * Registers the methods of all beans.
     *
     * @throws IllegalStateException if two methods have one name, or a method has other parameters or another result
     */
    void register() {
        for (String bean : beans.getBeanDefinitionNames()) {
            if (ScopedProxyUtils.isScopedTarget(bean)) {
                continue; // The definition of its proxy comes too, has the same class, and takes the calls.
            }
            Class<?> type = AutoProxyUtils.determineTargetClass(beans, bean);
            if (type != null
                    && !type.getName().startsWith("org.springframework.")
                    && AnnotationUtils.isCandidateClass(type, ANNOTATIONS)) {
                methods(type, PlinthJob.class).forEach((method, job) -> job(job, method(bean, method)));
                methods(type, PlinthOperation.class)
                        .forEach((method, operation) -> operation(operation.value(), method(bean, method)));
                methods(type, PlinthListener.class)
                        .forEach((method, listener) -> listener(listener.value(), method(bean, method)));
            }
        }
    }

    private static <A extends Annotation> Map<Method, A> methods(Class<?> type, Class<A> annotation) {
        MetadataLookup<A> lookup = method -> AnnotatedElementUtils.findMergedAnnotation(method, annotation);
        return MethodIntrospector.selectMethods(type, lookup);
    }

    private BeanMethod method(String bean, Method method) {
        return new BeanMethod(beans, bean, method);
    }

    private void job(PlinthJob job, BeanMethod method) {
        claim("jobs of type \"" + job.value() + "\"", method);
        check(method, Set.of(Json.class, void.class), JobContext.class);
        builder.jobHandler(job.value(), context -> {
            started.await();
            return (Json) method.call(context);
        });
        if (job.operation()) {
            claim("operations \"" + job.value() + "\"", method);
            builder.asyncOperation(job.value());
        }
    }

    private void operation(String name, BeanMethod method) {
        claim("operations \"" + name + "\"", method);
        check(method, Set.of(OperationResult.class), OperationContext.class);
        builder.operation(name, context -> operate(method, context));
    }

    private static OperationResult operate(BeanMethod method, OperationContext context) throws OperationRefused {
        Object result;
        try {
            result = method.call(context);
        } catch (OperationRefused | RuntimeException thrown) {
            throw thrown;
        } catch (Exception checked) {
            throw new UndeclaredThrowableException(checked);
        }
        if (result == null) {
            throw new IllegalStateException(method + " returned null. Return an OperationResult.");
        }
        return (OperationResult) result;
    }

    private void listener(String name, BeanMethod method) {
        claim("events as the listener \"" + name + "\"", method);
        check(method, Set.of(void.class), EventContext.class, Event.class);
        builder.listener(name, (context, event) -> {
            started.await();
            method.callUnchecked(context, event);
        });
    }

    private void claim(String what, BeanMethod method) {
        BeanMethod other = taken.putIfAbsent(what, method);
        if (other != null) {
            throw new IllegalStateException(
                    "Two methods handle " + what + ": " + other + ", and " + method + ". Keep one of them.");
        }
    }

    private static void check(BeanMethod method, Set<Class<?>> results, Class<?>... parameters) {
        if (!Arrays.equals(method.method().getParameterTypes(), parameters)
                || !results.contains(method.method().getReturnType())) {
            String expected =
                    Arrays.stream(parameters).map(Class::getSimpleName).collect(Collectors.joining(", "));
            String result = results.stream().map(Class::getSimpleName).sorted().collect(Collectors.joining(" or "));
            throw new IllegalStateException(method + " must take (" + expected + ") and return " + result + ", got "
                    + method.method().toGenericString() + ".");
        }
    }
}
