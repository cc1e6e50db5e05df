package dev.plinth.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.client.PlinthClient;
import org.junit.jupiter.api.Test;

class InvoicesTest {
    @Test
    void run_createsIssuesAndPays() {
        assertThat(Invoices.run()).isEqualTo("Invoice of Acme: issuing has succeeded, and 20 is open.");
    }

    @Test
    void print_repeatedUnderItsKey_isThereOnce() {
        try (Engine engine = Invoices.builder().open()) {
            String workspace =
                    engine.admin().createWorkspace("shop", "invoices").call().id();
            String secret =
                    engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
            String invoice = String.valueOf(engine.workspace(workspace)
                    .run("invoice.create", Json.of("{\"customer\":\"Acme\",\"amount\":1}"))
                    .call()
                    .asMap()
                    .get("invoice"));
            Call call = Call.of("POST", "/invoices/print?" + invoice).withHeader("Idempotency-Key", "print-1");

            Reply first = Invoices.print(engine, call.withKey(secret));
            Reply again = Invoices.print(engine, call.withKey(secret));

            assertThat(first.text()).isEqualTo("Invoice of Acme\n");
            assertThat(again.body()).isEqualTo(first.body());
            assertThat(engine.workspace(workspace)
                            .events()
                            .where("type", "invoice.printed")
                            .call()
                            .data())
                    .hasSize(1);
            assertThat(Invoices.print(engine, call).status()).isEqualTo(401);
        }
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
