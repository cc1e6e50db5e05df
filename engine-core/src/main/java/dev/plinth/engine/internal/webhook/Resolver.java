package dev.plinth.engine.internal.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Where the addresses of a host name come from, so that tests can play a name server that lies. Thread-safe. */
@FunctionalInterface
interface Resolver {
    /** All addresses of a name or of an address in text form. */
    InetAddress[] resolve(String host) throws UnknownHostException;
}
