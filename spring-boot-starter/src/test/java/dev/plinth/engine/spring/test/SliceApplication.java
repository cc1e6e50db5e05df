package dev.plinth.engine.spring.test;

import dev.plinth.engine.spring.PlinthCustomizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** An application with a component that handles, and one that does not. Its customizer without an order sets a store. */
@SpringBootApplication
class SliceApplication {
    @Bean
    Path store() {
        try {
            return Files.createTempDirectory("slice").resolve("store");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Bean
    PlinthCustomizer ownStore(Path store) {
        return builder -> builder.directory(store.resolve("data"))
                .quickRestart(store.resolve("quick"))
                .secretKeyFile(store.resolve("secret.key"))
                .requestLogBytes(1_000_000);
    }
}
