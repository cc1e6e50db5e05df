package dev.plinth.example;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShopTest {
    @Test
    void run_createsTheOrderOnce() {
        assertThat(Shop.run()).isEqualTo("Order 4711 was created once, and there is 1 order.");
    }
}
