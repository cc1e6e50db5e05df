package dev.plinth.example;

import dev.plinth.engine.testkit.PlinthServer;

class CarefulOrdersTest extends OrdersContract {
    @Override
    Orders client(PlinthServer server) {
        return new CarefulOrders(server.uri(), server.apiKey());
    }
}
