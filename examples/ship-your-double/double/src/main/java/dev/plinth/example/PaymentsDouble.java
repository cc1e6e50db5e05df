package dev.plinth.example;

import dev.plinth.engine.testkit.PlinthTestServer;
import java.net.URI;

/** Runs the API of the payments company in the tests of a customer: in memory, on a free port, with a clock that stands still. */
public final class PaymentsDouble implements AutoCloseable {
    private final PlinthTestServer plinth = PlinthTestServer.builder()
            .plan(PaymentsApi.TRIAL)
            .engine(PaymentsApi::define)
            .start();

    /** Returns the address of the API. */
    public URI uri() {
        return plinth.uri();
    }

    /** Returns the customer's API key. */
    public String apiKey() {
        return plinth.apiKey();
    }

    /** Empties the account. Address and key stay the same. */
    public void reset() {
        plinth.reset();
    }

    /** Loses the answer to the next creation of a payment. The payment exists nevertheless. */
    public void loseTheNextAnswer() {
        plinth.faults().on("POST", "/v1/resources").loseTheAnswer();
    }

    /** Stops the API. */
    @Override
    public void close() {
        plinth.close();
    }
}
