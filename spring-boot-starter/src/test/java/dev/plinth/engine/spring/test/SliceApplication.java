package dev.plinth.engine.spring.test;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application with a component that handles, and one that does not. */
@SpringBootApplication
class SliceApplication {}
