package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.testkit.PlinthTest;
import org.junit.jupiter.api.Test;

/** A project with the BOM, the engine and the testkit, none with a version of its own. */
@PlinthTest
class BomTest {
    @Test
    void engineAndTestkit_ofTheBom_work(PlinthClient client) {
        assertThat(client.resources().create("Order 1").call().name()).isEqualTo("Order 1");
    }
}
