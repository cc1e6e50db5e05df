package dev.plinth.engine.spring.test;

import org.springframework.stereotype.Component;

/** A component whose handler is declared above it. */
@Component
class SliceInheritor extends SliceListener {}
