package dev.plinth.engine.spring.test;

import dev.plinth.engine.api.Event;
import dev.plinth.engine.handler.EventContext;
import dev.plinth.engine.spring.PlinthListener;

/** Declares a handler for components below it. */
abstract class SliceListener {
    @PlinthListener("slice")
    void noted(EventContext context, Event event) {
        // The slice only has to find it.
    }
}
