package dev.plinth.engine.http.program;

import java.lang.reflect.Proxy;

/**
 * Runs an action on SIGHUP. The JDK's class for signals is outside of its supported API, so a compiler warns of it, and
 * reflection finds it.
 */
final class HangupSignal {
    private HangupSignal() {}

    /** Runs the action on each SIGHUP, on a thread of the JVM. Does nothing where the system has no such signal. */
    static void handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object runs = Proxy.newProxyInstance(
                    HangupSignal.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                            return null;
                        }
                        return method.invoke(action, arguments);
                    });
            Object unused = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), runs);
        } catch (ReflectiveOperationException none) {
            System.getLogger(HangupSignal.class.getName())
                    .log(System.Logger.Level.DEBUG, "This system has no SIGHUP", none);
        }
    }
}
