package dev.plinth.example;

import java.io.IOException;
import java.util.List;

/** A client of an API with orders. */
interface Orders {
    /** Places an order, once, and returns its id. */
    String place(String name) throws IOException, InterruptedException;

    /** Returns the names of all orders, newest first. */
    List<String> names() throws IOException, InterruptedException;
}
