package dev.plinth.engine.internal.webhook.send;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The source of the addresses of a host name, so that tests can play a name server that lies. Thread-safe. */
@FunctionalInterface
interface Resolver {
    /** Returns all addresses of a name or of an address in text form. */
    InetAddress[] resolve(String host) throws UnknownHostException;
}
