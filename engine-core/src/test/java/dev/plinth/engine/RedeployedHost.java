package dev.plinth.engine;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs in a child JVM as a container that an application is deployed to again and again. The application is an engine
 * with all its libraries, in a class loader of its own for each round. The threads of the container outlive it.
 *
 * <p>No class of an engine is on the class path of the container.
 */
final class RedeployedHost {
    private static final int THREADS = 8;
    /** Rounds after which the container looks for class loaders that have stayed. */
    private static final int ROUNDS_PER_LOOK = 10;
    /** Caches of one entry in the JDK hold the last loader until another class takes their place. */
    private static final int KEPT_BY_THE_JDK_MAX = 1;

    private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final URL[] classPath;
    private final String tables;
    private final Path directory;

    private RedeployedHost(URL[] classPath, String tables, Path directory) {
        this.classPath = classPath;
        this.tables = tables;
        this.directory = directory;
    }

    /** Takes the number of rounds, the tables, a directory for the engines, and the class path of an engine. */
    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        RedeployedHost host = new RedeployedHost(entries(arguments[3]), arguments[1], Path.of(arguments[2]));
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(body.length == 0 ? 400 : 200, -1);
            exchange.close();
        });
        receiver.start();
        try {
            host.deploy(rounds, "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook");
        } finally {
            host.threads.shutdown();
            receiver.stop(0);
        }
    }

    private static URL[] entries(String classPath) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(Pattern.quote(File.pathSeparator), -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    private void deploy(int rounds, String receiver) throws Exception {
        int threadsBefore = 0;
        for (int round = 1; round <= rounds; round++) {
            deployOnce(round, receiver);
            if (round % ROUNDS_PER_LOOK == 0 || round == rounds) {
                look(round);
                threadsBefore = threadsBefore == 0 ? Thread.activeCount() : threadsBefore;
            }
        }
        System.out.println("rounds " + rounds + ", all but the last class loader are gone: "
                + (reachable() <= KEPT_BY_THE_JDK_MAX) + ", more threads: "
                + (Thread.activeCount() > threadsBefore));
    }

    /** Opens, uses and closes an engine on the next thread. */
    private void deployOnce(int round, String receiver) throws Exception {
        Future<WeakReference<ClassLoader>> end = threads.submit(() -> {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            URLClassLoader application = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader());
            thread.setContextClassLoader(application);
            try (application) {
                use(application, round, receiver);
            } finally {
                thread.setContextClassLoader(before);
            }
            return new WeakReference<>(application);
        });
        try {
            loaders.add(end.get());
        } catch (ExecutionException e) {
            throw new IllegalStateException("Round " + round + " failed", e);
        }
    }

    private void use(ClassLoader application, int round, String receiver) throws ReflectiveOperationException {
        Method use = application
                .loadClass("dev.plinth.engine.UsedEngine")
                .getDeclaredMethod("openUseAndClose", String.class, String.class, String.class);
        use.setAccessible(true);
        try {
            use.invoke(null, tables, directory.resolve("round-" + round).toString(), receiver);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
        }
    }

    private void look(int round) {
        try {
            Patience.until(() -> {
                System.gc();
                return reachable() <= KEPT_BY_THE_JDK_MAX;
            });
        } catch (AssertionError stayed) {
            System.out.println("After " + round + " rounds " + reachable() + " class loaders are reachable");
            Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> isOfAnApplication(thread.getContextClassLoader()))
                    .forEach(thread -> System.out.println("One is the context of the thread " + thread.getName()));
            throw stayed;
        }
    }

    private boolean isOfAnApplication(@Nullable ClassLoader loader) {
        return loader != null && loaders.stream().anyMatch(each -> each.refersTo(loader));
    }

    private long reachable() {
        return loaders.stream().filter(each -> each.get() != null).count();
    }
}
