package dev.plinth.example

import dev.plinth.engine.Engine
import dev.plinth.engine.EngineBuilder
import dev.plinth.engine.api.Json
import dev.plinth.engine.api.OperationRefused
import dev.plinth.engine.api.OperationResult
import dev.plinth.engine.api.Resource
import dev.plinth.engine.api.ResourceChange
import dev.plinth.engine.client.PlinthClient

/** Adds the operation of the shop to an engine: `ship` sends an order, once. */
fun EngineBuilder.withShop(): EngineBuilder = operation("ship") { operation ->
    val metadata = operation.resource().asMap()["metadata"] as Map<*, *>
    if (metadata["state"] == "shipped") {
        throw OperationRefused("The order is shipped already; create another order.")
    }
    operation.effects().patch(operation.resourceId(), ResourceChange.NONE.withMetadata(mapOf("state" to "shipped")))
    OperationResult.of(Json.of(mapOf("shipped" to true)))
}

/** A shop's orders. */
class Shop(private val client: PlinthClient) {
    /** Creates the order of this number. A repeat returns the same order. */
    fun place(number: Int): Resource =
        client.resources().create("Order $number").idempotencyKey("order-$number").call()

    /** Ships an order, and returns it as it is then. */
    fun ship(order: Resource): Resource {
        client.resources().run(order.id(), "ship", Json.of(mapOf<String, Any>())).call()
        return client.resources().get(order.id()).call()
    }
}

fun main() {
    Engine.builder().withShop().open().use { engine ->
        val workspace = engine.admin().createWorkspace("shop", "pro").call()
        val secret = engine.admin().createKey(workspace.id(), "server").call().secret().orElseThrow()
        val shop = Shop(engine.client(secret))
        println(shop.ship(shop.place(4711)))
    }
}
