package dev.plinth.engine.handler;

import dev.plinth.engine.api.Json;

/** Shows the code of an operation on a resource its call, and records its effects. Thread-safe. */
public interface OperationContext extends CallContext {
    /** Returns the id of the resource, {@code res_…}. */
    String resourceId();

    /** Returns the resource as the caller sees it, an object. */
    Json resource();

    /** Returns the input, an object. */
    Json input();
}
