package dev.plinth.engine.http.program;

import dev.plinth.engine.http.config.Config;
import dev.plinth.engine.http.config.Source;
import dev.plinth.engine.http.connection.HostNames;
import dev.plinth.engine.http.tls.KeyFileMode;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds what a configuration shows to others, in sentences that say how to end it. */
final class Exposures {
    private Exposures() {}

    static List<String> of(Config config) {
        List<String> sentences = new ArrayList<>();
        addOpenFile(config, sentences);
        addOpenPort(config, sentences);
        addOpenPeer(config, sentences);
        return sentences;
    }

    private static void addOpenFile(Config config, List<String> sentences) {
        Path file = config.get(ServeSettings.CONFIG);
        if (file == null || config.source(ServeSettings.ADMIN_TOKEN) != Source.FILE) {
            return;
        }
        KeyFileMode.openToOthers(file)
                .ifPresent(mode -> sentences.add("The configuration file " + file + " has the mode " + mode
                        + ", so other users can read the admin token in it. Run: chmod 600 " + file));
    }

    private static void addOpenPort(Config config, List<String> sentences) {
        String host = config.get(ServeSettings.HOST);
        if (host == null || HostNames.isLoopback(host)) {
            return;
        }
        List<String> open = new ArrayList<>();
        List<String> steps = new ArrayList<>();
        if (!config.has(ServeSettings.TLS_CERT) && !config.has(ServeSettings.TRUSTED_PROXY)) {
            open.add("keys and answers cross its network in clear");
            steps.add("--tls-cert and --tls-key, or --trusted-proxy for a proxy with TLS");
        }
        if (!config.has(ServeSettings.ADMIN_PORT)) {
            open.add("/admin and /metrics are open to all who reach it");
            steps.add("--admin-port");
        }
        if (!open.isEmpty()) {
            sentences.add("The server listens on " + host + ", so " + String.join(", and ", open) + ". Give "
                    + String.join("; and ", steps) + ".");
        }
    }

    private static void addOpenPeer(Config config, List<String> sentences) {
        String advertised = config.get(ServeSettings.ADVERTISE);
        if (advertised == null || LogOptions.isTls(advertised)) {
            return;
        }
        URI url = AdvertisedUrl.parse(advertised);
        if (!HostNames.isLoopback(url.getHost())) {
            sentences.add("Other nodes hand calls on to " + url
                    + ", with the keys of clients in clear. Give --advertise with https, and --peer-tls.");
        }
    }
}
