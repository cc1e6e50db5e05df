package dev.plinth.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.client.PlinthClient;
import org.junit.jupiter.api.Test;

class InvoicesTest {
    @Test
    void run_createsIssuesAndPays() {
        assertThat(Invoices.run()).isEqualTo("Invoice of Acme: issuing has succeeded, and 20 is open.");
    }

    @Test
    void create_amountIsNegative_isRefusedAtItsPlace() {
        try (Engine engine = Invoices.builder().open()) {
            PlinthClient client =
                    engine.workspace(engine.admin().createWorkspace("shop", "invoices").call().id());

            assertThatThrownBy(() -> client.run("invoice.create", Json.of("{\"customer\":\"Acme\",\"amount\":-1}"))
                            .call())
                    .isInstanceOf(PlinthException.class)
                    .hasMessageContaining("amount must be above 0, got -1.");
        }
    }
}
