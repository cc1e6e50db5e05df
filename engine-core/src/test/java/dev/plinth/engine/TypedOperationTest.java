package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.OperationRefused;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.handler.CallContext;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests operations without a resource, whose input and result are records. */
final class TypedOperationTest {
    private final AtomicInteger runs = new AtomicInteger();
    private final TestEngine store =
            TestEngine.open(builder -> builder.operation("invoice.create", NewInvoice.class, this::create)
                    .operation("told", Told.class, (input, call) -> Json.EMPTY_OBJECT)
                    .operation("day", Dated.class, (input, call) -> Json.EMPTY_OBJECT)
                    .operation("name", Named.class, (input, call) -> Json.EMPTY_OBJECT));

    @AfterEach
    void close() {
        store.close();
    }

    enum Currency {
        EUR,
        USD
    }

    record Line(String text, int quantity) {
        Line {
            if (quantity < 1) {
                throw new IllegalArgumentException("quantity must be 1 or more, got " + quantity + ".");
            }
        }
    }

    record Dated(String day, Currency currency) {
        Dated {
            LocalDate unused = LocalDate.parse(day);
        }
    }

    record Named(String name) {
        Named {
            Currency unused = Currency.valueOf(name);
        }
    }

    record NewInvoice(
            String customer,
            BigDecimal amount,
            Currency currency,
            List<Line> lines,
            Map<String, String> labels,
            Optional<Instant> due,
            Optional<Json> extra) {}

    record Made(String id, int lines, Optional<Instant> due) {}

    record Recursive(List<Recursive> more) {}

    record Unreadable(Thread thread) {}

    private Object create(NewInvoice input, CallContext call) throws OperationRefused {
        runs.incrementAndGet();
        if (input.customer().equals("nobody")) {
            throw new OperationRefused("customer must be known. Create the customer first.");
        }
        String id = call.effects().create(NewResource.of(input.customer()));
        for (Line line : input.lines()) {
            String unused = call.effects().createChild(id, NewResource.of(line.text()));
        }
        call.effects()
                .publish(NewEvent.of("invoice.created", Json.of(Map.of("id", id)))
                        .about(id));
        return new Made(id, input.lines().size(), input.due());
    }

    private Reply call(String input) {
        return store.call("POST", "/v1/operations/invoice.create", "{\"input\":" + input + "}");
    }

    record Told(String text) {
        Told {
            if (!text.isEmpty()) {
                throw new IllegalArgumentException(text + ".");
            }
        }
    }

    @Test
    void call_messageOfTheHostWithHalfAPair_isUtf8() {
        String halved = "x".repeat(499) + "\uD83D\uDE00" + "x".repeat(50);

        Reply reply = store.call("POST", "/v1/operations/told", "{\"input\":{\"text\":\"" + halved + "\"}}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text()).doesNotContain("\uFFFD").contains("x".repeat(499));
    }

    @Test
    void call_validInput_makesItsEffectsAndShowsTheResult() {
        Reply reply = call("{\"customer\":\"acme\",\"amount\":12.50,\"currency\":\"EUR\","
                + "\"lines\":[{\"text\":\"a\",\"quantity\":1},{\"text\":\"b\",\"quantity\":2}],"
                + "\"labels\":{\"team\":\"x\"},\"due\":\"2026-01-31T00:00:00Z\",\"extra\":[1]}");

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text()).contains("\"lines\":2", "\"due\":\"2026-01-31T00:00:00Z\"");
        assertThat(store.rows("resources")).isOne();
        assertThat(store.rows("children")).isEqualTo(2);
        assertThat(store.status("/v1/resources/" + TestEngine.id(reply))).isEqualTo(200);
    }

    @Test
    void call_inputThatDoesNotFit_isRefusedWithThePlaceOfEachError() {
        Reply reply = call("{\"amount\":\"12\",\"currency\":\"GBP\",\"lines\":[{\"text\":1,\"quantity\":1.5},"
                + "{\"text\":\"b\",\"quantity\":0}],\"labels\":{},\"due\":\"soon\",\"more\":1}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text())
                .contains(
                        "\"/input/customer\"",
                        "\"/input/amount\"",
                        "\"/input/currency\"",
                        "\"/input/lines/0/text\"",
                        "\"/input/lines/0/quantity\"",
                        "\"/input/lines/1\"",
                        "quantity must be 1 or more, got 0.",
                        "\"/input/due\"",
                        "\"/input/more\"");
        assertThat(runs).hasValue(0);
    }

    @Test
    void call_moreErrorsThanAnAnswerHas_endsWithThem() {
        String lines = "{},".repeat(50_000);

        Reply reply = call(
                "{\"customer\":\"a\",\"amount\":1,\"currency\":\"EUR\",\"labels\":{},\"lines\":[" + lines + "{}]}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text())
                .contains("100 errors or more", "\"/input/lines/49/quantity\"")
                .doesNotContain("\"/input/lines/50/");
    }

    @Test
    void call_numberOfAFewCharactersAndMillionsOfDigits_isRefused() {
        Reply reply = call("{\"customer\":\"a\",\"amount\":1e9999999,\"currency\":\"EUR\",\"labels\":{},\"lines\":[]}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text()).contains("\"/input/amount\"", "at most 1000 digits");
    }

    @Test
    void call_valueThatAConstructorCannotRead_isRefusedWithoutNamesOfClasses() {
        Reply day = store.call("POST", "/v1/operations/day", "{\"input\":{\"day\":\"soon\",\"currency\":\"EUR\"}}");
        Reply name = store.call("POST", "/v1/operations/name", "{\"input\":{\"name\":\"GBP\"}}");

        assertThat(day.status()).isEqualTo(422);
        assertThat(name.status()).isEqualTo(422);
        assertThat(day.text()).contains("\"/input\"", "refuses this value without a reason");
        assertThat(name.text()).contains("refuses this value without a reason").doesNotContain("TypedOperationTest");
    }

    @Test
    void call_refusedByTheHost_changesNothing() {
        Reply reply = call("{\"customer\":\"nobody\",\"amount\":1,\"currency\":\"EUR\",\"lines\":[],\"labels\":{}}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.text()).contains("customer must be known.");
        assertThat(store.rows("resources")).isZero();
    }

    @Test
    void call_unknownName_isRefusedWithTheNamesThereAre() {
        Reply reply = store.call("POST", "/v1/operations/nothing", "{}");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.text()).contains("Use one of day, invoice.create, name, told.");
    }

    @Test
    void document_hasTheSchemaOfTheInput() {
        String document = store.text("/openapi.json");

        assertThat(document)
                .contains("\"/v1/operations/invoice.create\"", "\"callOperation.invoice.create\"", "\"enum\":[\"EUR\"");
    }

    @Test
    void operation_classThatJsonCannotBeReadInto_isRefusedWithTheNameOfTheComponent() {
        assertThatThrownBy(() -> Engine.builder().operation("o", Unreadable.class, (input, call) -> Json.EMPTY_OBJECT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Unreadable.thread");
        assertThatThrownBy(() -> Engine.builder().operation("o", Recursive.class, (input, call) -> Json.EMPTY_OBJECT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not contain itself");
    }
}
