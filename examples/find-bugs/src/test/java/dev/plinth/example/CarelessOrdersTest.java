package dev.plinth.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.plinth.engine.testkit.PlinthServer;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Shows that the suite finds the three bugs, and blames nothing else. */
class CarelessOrdersTest {
    @Test
    void suite_onTheCarelessClient_findsItsThreeBugs() {
        Events tests = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(OfTheCarelessClient.class))
                .execute()
                .testEvents();

        assertThat(tests.failed()
                        .map(event -> event.getTestDescriptor().getDisplayName().replaceAll("\\(.*", "")))
                .containsExactlyInAnyOrder(
                        "place_answerLost_isOneOrder",
                        "place_serverAsksToComeAgain_isOneOrder",
                        "names_ofMoreThanAPage_areAll");
        assertThat(tests.succeeded().count()).isEqualTo(1);
    }

    static class OfTheCarelessClient extends OrdersContract {
        @Override
        Orders client(PlinthServer server) {
            return new CarelessOrders(server.uri(), server.apiKey());
        }
    }
}
