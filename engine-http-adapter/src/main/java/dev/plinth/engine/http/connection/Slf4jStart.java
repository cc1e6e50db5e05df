package dev.plinth.engine.http.connection;

import java.lang.System.Logger.Level;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Starts SLF4J, to which Jetty logs, in a host without a provider. SLF4J would write three lines to standard error there.
 * This class has the engine's own logger say it instead, at the level DEBUG.
 */
public final class Slf4jStart {
    private static final System.Logger LOG = System.getLogger(Slf4jStart.class.getName());

    /** SLF4J reads this property of the system once, at its start. It exists since SLF4J 2.0.10. */
    private static final String VERBOSITY = "slf4j.internal.verbosity";

    private static final String PROVIDER = "slf4j.provider";
    private static final String OLD_BINDING = "org/slf4j/impl/StaticLoggerBinder.class";

    private Slf4jStart() {}

    /** Starts SLF4J if there is no provider and the host has set nothing about it. Leaves it alone otherwise. */
    public static synchronized void withoutComplaint() {
        if (System.getProperty(VERBOSITY) != null || System.getProperty(PROVIDER) != null || hasProvider()) {
            return;
        }
        System.setProperty(VERBOSITY, "ERROR");
        try {
            ILoggerFactory unused = LoggerFactory.getILoggerFactory();
        } finally {
            System.clearProperty(VERBOSITY);
        }
        LOG.log(
                Level.DEBUG,
                "No SLF4J provider is on the class path, so messages of Jetty are dropped. Add one to read them,"
                        + " such as org.slf4j:slf4j-jdk14.");
    }

    /** Returns true also if a provider is broken or too old, or SLF4J is: then its own warning is of use. */
    private static boolean hasProvider() {
        ClassLoader loader = LoggerFactory.class.getClassLoader();
        try {
            return loader.getResource(OLD_BINDING) != null
                    || ServiceLoader.load(SLF4JServiceProvider.class, loader).stream()
                            .findAny()
                            .isPresent();
        } catch (ServiceConfigurationError | LinkageError unknown) {
            return true;
        }
    }
}
