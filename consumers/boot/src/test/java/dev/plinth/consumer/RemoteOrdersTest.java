package dev.plinth.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.testkit.PlinthExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The engine as a test double for a Spring application, which is told address and key before the first test. */
@SpringBootTest(classes = RemoteOrders.class, webEnvironment = SpringBootTest.WebEnvironment.NONE)
class RemoteOrdersTest {
    @RegisterExtension
    static final PlinthExtension PLINTH = PlinthExtension.builder().plan("pro").build();

    @DynamicPropertySource
    static void plinth(DynamicPropertyRegistry registry) {
        PLINTH.properties("plinth", registry::add);
    }

    @BeforeEach
    void empty() {
        PLINTH.reset();
    }

    @RepeatedTest(2)
    void order_answerLost_isPlacedOnce(@Autowired RemoteOrders orders) throws Exception {
        PLINTH.faults().on("POST", "/v1/resources").loseTheAnswer();

        assertThat(orders.place("order-1")).isEqualTo(201);

        assertThat(PLINTH.client().resources().list().call().data()).hasSize(1);
        PLINTH.faults().assertAllUsed();
    }
}
