package dev.plinth.engine.benchmarks;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Reply;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Measures how long a warm JVM takes to open an engine in memory, and to start a WireMock server with its stubs. */
final class StartFigures {
    private static final int STARTS = 30;
    private static final int WARM_UP = 20;

    private StartFigures() {}

    /** Measures, with the answers of a directory. */
    static void run(Path directory) throws Exception {
        String unused = FixedAnswer.writeBoth(directory);
        Reply create = FixedAnswer.read(directory, "create");
        Reply get = FixedAnswer.read(directory, "get");
        double[] engines = new double[STARTS];
        double[] servers = new double[STARTS];
        for (int i = -WARM_UP; i < STARTS; i++) {
            long began = System.nanoTime();
            Engine engine = Engine.inMemory();
            note(engines, i, began);
            engine.close();
            began = System.nanoTime();
            WireMockServer server = HttpServers.wireMock(0, create, get);
            server.start();
            note(servers, i, began);
            server.stop();
        }
        print("start inMemory", engines);
        print("start WireMock", servers);
    }

    private static void note(double[] millis, int index, long began) {
        if (index >= 0) {
            millis[index] = (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
        }
    }

    private static void print(String name, double[] millis) {
        Arrays.sort(millis);
        Figures.print(name, millis[STARTS / 2], "ms");
    }
}
