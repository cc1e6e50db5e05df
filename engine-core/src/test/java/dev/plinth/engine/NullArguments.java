package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives null to each parameter of public constructors and methods that is not marked {@link Nullable}, and sensible values
 * to the others. The failure has to name the parameter.
 */
public final class NullArguments {
    private static final Pattern WORDS_BEFORE_THE_LAST = Pattern.compile(".*(?=[A-Z])");

    private final Map<Class<?>, Object> values;
    private final Predicate<? super Method> isLeftOut;
    private final List<String> wrong = new ArrayList<>();
    private int checked;

    /**
     * Makes a walk.
     *
     * @param values a value of each type, for the other parameters and to call methods on; records, enums and interfaces
     *     need none
     * @param isLeftOut tells the methods that are not called
     */
    public NullArguments(Map<Class<?>, Object> values, Predicate<? super Method> isLeftOut) {
        this.values = new HashMap<>(values);
        this.isLeftOut = isLeftOut;
    }

    /** Adds a value of its own class. */
    public void add(Object value) {
        values.put(value.getClass(), value);
    }

    /** Checks the public types of packages that lie where a class lies. Of interfaces, it checks static methods only. */
    public void checkTypes(Class<?> one, Set<String> packages) throws IOException, ReflectiveOperationException {
        for (Class<?> type : publicTypes(one, packages)) {
            checkType(type);
        }
    }

    /** Asserts that every null was refused by its name, and that so many were given at least. */
    public void end(int checkedMin) {
        assertThat(wrong).isEmpty();
        assertThat(checked).isGreaterThanOrEqualTo(checkedMin);
    }

    private static List<Class<?>> publicTypes(Class<?> one, Set<String> packages)
            throws IOException, ClassNotFoundException {
        Path root =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().getPath());
        ClassLoader loader = one.getClassLoader();
        List<Class<?>> types = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted().toList()) {
                String name = root.relativize(file).toString().replace(File.separatorChar, '.');
                if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                    types.add(Class.forName(name.substring(0, name.length() - ".class".length()), false, loader));
                }
            }
        }
        types.removeIf(type -> !packages.contains(type.getPackageName()) || !isPublic(type));
        return types;
    }

    private static boolean isPublic(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        return Modifier.isPublic(type.getModifiers()) && (outer == null || isPublic(outer));
    }

    private void checkType(Class<?> type) throws ReflectiveOperationException {
        if (!Modifier.isAbstract(type.getModifiers())) {
            for (Constructor<?> constructor : type.getConstructors()) {
                check(constructor, constructor::newInstance);
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isForHosts(method) && !isLeftOut.test(method) && (!type.isInterface() || isStatic(method))) {
                check(method, arguments -> method.invoke(isStatic(method) ? null : instance(type), arguments));
            }
        }
    }

    /** Checks the methods of an interface on an object of it. */
    public void checkMethods(Class<?> type, Object target) {
        try {
            for (Method method : type.getDeclaredMethods()) {
                if (isForHosts(method) && !isStatic(method)) {
                    check(method, arguments -> method.invoke(target, arguments));
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isStatic(Method method) {
        return Modifier.isStatic(method.getModifiers());
    }

    private static boolean isForHosts(Method method) {
        return Modifier.isPublic(method.getModifiers())
                && !method.isSynthetic()
                && !method.getName().equals("equals")
                && !(method.getDeclaringClass().isEnum() && method.getName().equals("valueOf"));
    }

    /** Returns a value of a type, or an object that does nothing for an interface. */
    private @Nullable Object valueOf(Class<?> type) throws ReflectiveOperationException {
        Object value = values.get(type);
        if (value != null) {
            return value;
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isRecord()) {
            return type.getConstructors()[0].newInstance(valuesOf(type.getConstructors()[0].getParameterTypes()));
        }
        if (type.isSealed()) {
            return valueOf(type.getPermittedSubclasses()[0]);
        }
        if (type.isInterface()) {
            return Proxy.newProxyInstance(
                    type.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, arguments) ->
                            method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, arguments) : null);
        }
        return null;
    }

    private Object instance(Class<?> type) throws ReflectiveOperationException {
        Object value = valueOf(type);
        return Objects.requireNonNull(value, () -> "The test needs a value of " + type);
    }

    private @Nullable Object[] valuesOf(Class<?>[] types) throws ReflectiveOperationException {
        @Nullable Object[] arguments = new @Nullable Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = instance(types[i]);
        }
        return arguments;
    }

    /** Calls code with arguments. */
    @FunctionalInterface
    private interface Code {
        @Nullable
        Object call(@Nullable Object... arguments) throws ReflectiveOperationException;
    }

    private void check(Executable code, Code call) throws ReflectiveOperationException {
        Parameter[] parameters = code.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].getType().isPrimitive() || mayBeNull(parameters[i])) {
                continue;
            }
            @Nullable Object[] arguments = valuesOf(code.getParameterTypes());
            arguments[i] = null;
            checked++;
            try {
                call.call(arguments);
                wrong.add(code + " takes null as " + parameters[i].getName());
            } catch (InvocationTargetException e) {
                if (!names(e.getCause(), parameters[i])) {
                    wrong.add(code + ", " + parameters[i].getName() + ": " + e.getCause());
                }
            }
        }
    }

    /** An array has its annotation at the place of its brackets, and a variable may have it at its bound. */
    private static boolean mayBeNull(Parameter parameter) {
        AnnotatedType type = parameter.getAnnotatedType();
        return type.isAnnotationPresent(Nullable.class)
                || type instanceof AnnotatedTypeVariable variable
                        && variable.getAnnotatedBounds()[0].isAnnotationPresent(Nullable.class);
    }

    /**
     * Returns true if a failure names a parameter. A record may name the component that a method replaces, and the
     * builder the setting that its method is called by.
     */
    private static boolean names(Throwable failure, Parameter parameter) {
        Executable code = parameter.getDeclaringExecutable();
        List<String> names = new ArrayList<>(List.of(parameter.getName()));
        if (code.getDeclaringClass().isRecord()) {
            Stream.of(code.getDeclaringClass().getRecordComponents())
                    .map(RecordComponent::getName)
                    .forEach(names::add);
        } else if (code.getDeclaringClass().getSimpleName().endsWith("Builder")) {
            names.addAll(List.of(
                    code.getName(),
                    WORDS_BEFORE_THE_LAST
                            .matcher(code.getName())
                            .replaceFirst("")
                            .toLowerCase(Locale.ROOT)));
        }
        return failure instanceof NullPointerException
                && failure.getMessage() != null
                && names.stream()
                        .anyMatch(name ->
                                failure.getMessage().matches("(The )?" + name + "\\b.* must not be null[.;].*"));
    }
}
