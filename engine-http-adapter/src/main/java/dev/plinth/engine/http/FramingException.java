package dev.plinth.engine.http;

import org.eclipse.jetty.http.HttpException;

/** Stops Jetty's parser at a request that is not framed as it must be; Jetty then answers it and closes the connection. */
final class FramingException extends HttpException.RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int BAD_REQUEST = 400;

    /** @param found what came instead of a proper request, to follow the words "but got" */
    FramingException(String found) {
        super(BAD_REQUEST, found);
    }
}
