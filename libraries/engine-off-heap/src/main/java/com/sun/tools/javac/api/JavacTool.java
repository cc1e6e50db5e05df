package com.sun.tools.javac.api;

/**
 * Replaces the Java compiler if there is none, such as on a JRE.
 *
 * <p>Chronicle asks for a compiler while it loads, and fails without one, although the only class that it would compile
 * is in this jar. If the module {@code jdk.compiler} is present, its class of this name wins and this one is never
 * loaded. See {@code docs/decisions/004-chronicle-without-compiler.md}.
 */
public final class JavacTool {
    private JavacTool() {}

    /** Returns no compiler. Chronicle keeps the result and does not use it. */
    public static Object create() {
        return null;
    }
}
