/** Tests of the adapter, through real sockets. */
@NullMarked
package dev.plinth.engine.http;

import org.jspecify.annotations.NullMarked;
