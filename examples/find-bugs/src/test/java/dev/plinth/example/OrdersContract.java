package dev.plinth.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.client.PlinthClient;
import dev.plinth.engine.testkit.Faults;
import dev.plinth.engine.testkit.PlinthServer;
import dev.plinth.engine.testkit.PlinthTest;
import org.junit.jupiter.api.Test;

/** The tests that each client of the API has to pass. */
@PlinthTest
abstract class OrdersContract {
    private static final int MORE_THAN_A_PAGE = 25;

    abstract Orders client(PlinthServer server);

    @Test
    void place_isOneOrder(PlinthServer server, PlinthClient engine) throws Exception {
        String id = client(server).place("Order 1");
        assertThat(engine.resources().get(id).call().name()).isEqualTo("Order 1");
    }

    @Test
    void place_answerLost_isOneOrder(PlinthServer server, PlinthClient engine, Faults faults) throws Exception {
        faults.on("POST", "/v1/resources").loseTheAnswer();
        client(server).place("Order 1");
        assertThat(engine.resources().list().call().data()).hasSize(1);
    }

    @Test
    void place_serverAsksToComeAgain_isOneOrder(PlinthServer server, PlinthClient engine, Faults faults)
            throws Exception {
        faults.on("POST", "/v1/resources").refuseWith503(1);
        client(server).place("Order 1");
        assertThat(engine.resources().list().call().data()).hasSize(1);
    }

    @Test
    void names_ofMoreThanAPage_areAll(PlinthServer server, PlinthClient engine) throws Exception {
        for (int i = 0; i < MORE_THAN_A_PAGE; i++) {
            engine.resources().create("Order " + i).call();
        }
        assertThat(client(server).names()).hasSize(MORE_THAN_A_PAGE);
    }
}
