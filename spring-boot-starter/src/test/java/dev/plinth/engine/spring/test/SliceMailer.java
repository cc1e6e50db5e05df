package dev.plinth.engine.spring.test;

import org.springframework.stereotype.Component;

/** A component that the slice leaves out. */
@Component
class SliceMailer {
    SliceMailer() {
        throw new IllegalStateException("A slice must not make this component.");
    }
}
