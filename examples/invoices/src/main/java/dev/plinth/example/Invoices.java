package dev.plinth.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plinth.engine.handler.CallContext;
import dev.plinth.engine.Engine;
import dev.plinth.engine.EngineBuilder;
import dev.plinth.engine.Guard;
import dev.plinth.engine.handler.JobContext;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Job;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.NewEvent;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.settings.Plan;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.api.ResourceChange;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.client.PlinthClient;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;

/** A platform for invoices: a type, an operation, a job with effects, a unit of work, a guarded route and a plan of its own. */
public final class Invoices {
    private static final Plan PLAN = Plan.perMinute("invoices", 1200).withEndpointsMax(5);
    private static final Json SCHEMA = Json.of("""
            {"type": "object", "required": ["customer", "amount"],
             "properties": {"customer": {"type": "string"}, "amount": {"type": "number", "exclusiveMinimum": 0},
                            "paid": {"type": "number"}, "number": {"type": "integer"}}}""");

    private Invoices() {}

    /** The input of {@code invoice.create}. */
    record NewInvoice(String customer, BigDecimal amount) {
        NewInvoice {
            if (amount.signum() <= 0) {
                throw new IllegalArgumentException("amount must be above 0, got " + amount + ".");
            }
        }
    }

    /** The result of {@code invoice.create}. */
    record Created(String invoice, String job) {}

    /** Opens the engine with all that the platform adds. */
    static EngineBuilder builder() {
        return Engine.builder()
                .plan(PLAN)
                .resourceType("invoice", SCHEMA)
                .operation("invoice.create", NewInvoice.class, Invoices::create)
                .jobHandler("invoice.issue", Invoices::issue);
    }

    /** Creates the invoice and starts the job that issues it, in the record of the answer. */
    private static Created create(NewInvoice input, CallContext call) {
        String invoice = call.effects()
                .create(NewResource.of("Invoice of " + input.customer())
                        .ofType("invoice")
                        .withData(Json.of(Map.of("customer", input.customer(), "amount", input.amount()))));
        return new Created(invoice, call.effects().startJob("invoice.issue", Json.of(Map.of("invoice", invoice))));
    }

    /** Adds the document and tells of it, in the record of the job's success. */
    private static Json issue(JobContext job) {
        String invoice = String.valueOf(job.input().asMap().get("invoice"));
        String document = job.effects().createChild(invoice, NewResource.of("invoice.pdf"));
        job.effects().publish(NewEvent.of("invoice.issued", Json.of(Map.of("document", document))).about(invoice));
        return Json.of(Map.of("document", document));
    }

    /** Adds a payment to what was paid, on the version that it has read. Returns what is open. */
    static BigDecimal pay(Engine engine, String workspace, String invoice, BigDecimal payment) {
        return engine.transact(workspace, unit -> {
            Map<String, Object> data =
                    unit.resource(invoice).orElseThrow().data().asMap();
            BigDecimal paid =
                    new BigDecimal(String.valueOf(data.getOrDefault("paid", 0))).add(payment);
            unit.effects().patch(invoice, ResourceChange.NONE.withData(Json.of(Map.of("paid", paid))));
            unit.effects().publish(NewEvent.of("invoice.paid", Json.of(Map.of("amount", payment))).about(invoice));
            return new BigDecimal(String.valueOf(data.get("amount"))).subtract(paid);
        });
    }

    /** Answers a call of an HTTP server, once under its idempotency key: the invoice of the query as text, and an event. */
    static Reply print(Engine engine, Call call) {
        Guard guard = engine.guard().route("/invoices/print").scope(Scope.RESOURCES_WRITE);
        return guard.handle(call, request -> {
            String invoice = String.valueOf(request.call().query());
            String text = request.workspace().resources().get(invoice).call().name() + "\n";
            request.effects().publish(NewEvent.of("invoice.printed", Json.EMPTY_OBJECT).about(invoice));
            return Reply.of(200, Map.of("Content-Type", "text/plain"), text.getBytes(UTF_8));
        });
    }

    /** Creates, issues and pays an invoice, and returns a sentence on it. */
    static String run() {
        try (Engine engine = builder().open()) {
            String workspace =
                    engine.admin().createWorkspace("shop", PLAN.name()).call().id();
            PlinthClient client = engine.client(
                    engine.admin().createKey(workspace, "server").call().secret().orElseThrow());
            Map<String, Object> created = client.run(
                            "invoice.create", Json.of(Map.of("customer", "Acme", "amount", 120)))
                    .idempotencyKey("order-4711")
                    .call().asMap();
            String invoice = String.valueOf(created.get("invoice"));
            Job issued = client.job(String.valueOf(created.get("job")), Duration.ofSeconds(30)).call();
            BigDecimal left = pay(engine, workspace, invoice, BigDecimal.valueOf(100));
            return client.resources().get(invoice).call().name() + ": issuing has "
                    + issued.status().wireName() + ", and " + left + " is open.";
        }
    }

    /** Runs the platform once and prints what it says. */
    public static void main(String[] args) {
        System.out.println(run());
    }
}
