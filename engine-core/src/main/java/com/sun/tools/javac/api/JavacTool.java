package com.sun.tools.javac.api;

/**
 * Stands in for the Java compiler where there is none, such as on a JRE.
 *
 * <p>Chronicle asks for a compiler while it loads, and fails without one, although the only class it would compile is in this jar.
 * Where the module {@code jdk.compiler} is present its class of this name wins and this one is never loaded. See
 * {@code docs/decisions/004-chronicle-without-compiler.md}.
 */
public final class JavacTool {
    private JavacTool() {}

    /** No compiler: Chronicle keeps what it gets here and does not use it. */
    public static Object create() {
        return null;
    }
}
