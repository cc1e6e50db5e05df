package dev.plinth.engine.spring;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.ReflectionUtils;

/**
 * A method of a bean. The bean is asked for with each call, so that it may depend on the engine, and may have any scope.
 *
 * @param bean the name of the bean
 */
record BeanMethod(BeanFactory beans, String bean, Method method) {
    /** Calls the method, and throws what it throws. */
    @Nullable
    Object call(Object... arguments) throws Exception {
        Object target = beans.getBean(bean);
        Method callable = AopUtils.selectInvocableMethod(method, target.getClass());
        ReflectionUtils.makeAccessible(callable);
        try {
            return callable.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Error error) {
                throw error;
            }
            if (thrown.getCause() instanceof Exception exception) {
                throw exception;
            }
            throw new UndeclaredThrowableException(thrown.getCause());
        }
    }

    /** Calls a method that declares no checked exception. */
    @Nullable
    Object callUnchecked(Object... arguments) {
        try {
            return call(arguments);
        } catch (RuntimeException unchecked) {
            throw unchecked;
        } catch (Exception checked) {
            throw new UndeclaredThrowableException(checked);
        }
    }

    /** Returns class, method and bean, for a sentence. */
    @Override
    public String toString() {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName() + " of the bean \"" + bean + "\"";
    }
}
