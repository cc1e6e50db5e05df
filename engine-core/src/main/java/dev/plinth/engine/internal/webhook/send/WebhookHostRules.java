package dev.plinth.engine.internal.webhook.send;

import dev.plinth.engine.internal.base.problem.Quoted;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The rules for hosts in an endpoint's URL. Every host has one spelling here. So no address passes as decimal, hex,
 * octal, short, mapped or with a trailing dot (WHATWG URL §3.5, {@code inet_aton(3)}).
 */
final class WebhookHostRules {
    private static final int HOST_MAX = 253;
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?");
    /** The numbers of {@code inet_aton}: a host that ends in one is an address to some readers. */
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9A-Fa-f]*");

    private static final String OPEN_IT =
            " Use a host that the internet can reach, or ask the operator to open the range with --webhook-allow.";

    private WebhookHostRules() {}

    /** Returns why the host of a URL, including brackets, is refused. Empty if it is accepted. */
    static Optional<String> problem(String host, AddressFilter filter) {
        if (host.length() > HOST_MAX) {
            return Optional.of("A host may have " + HOST_MAX + " characters, and this one has " + host.length()
                    + ". Use a shorter name.");
        }
        if (host.startsWith("[")) {
            return v6(host.substring(1, host.length() - 1), filter);
        }
        String[] labels = host.split("\\.", -1);
        for (String label : labels) {
            if (!LABEL.matcher(label).matches()) {
                return Optional.of("Each part of a host must be 1 to 63 letters, digits or inner hyphens, got "
                        + Quoted.of(host) + ". Leave out a trailing dot, percent escapes or a zone.");
            }
        }
        if (NUMBER.matcher(labels[labels.length - 1]).matches()) {
            return v4(host, filter);
        }
        if (AddressFilter.isLocalhost(host) && filter.allowedLoopback().isEmpty()) {
            return Optional.of("Webhooks go to other machines, and the host " + Quoted.of(host)
                    + " always means this one." + OPEN_IT);
        }
        return Optional.empty();
    }

    private static Optional<String> v4(String host, AddressFilter filter) {
        Optional<InetAddress> address = AddressLiteral.v4(host);
        if (address.isEmpty()) {
            return Optional.of("An IPv4 address must be four decimal numbers from 0 to 255, got " + Quoted.of(host)
                    + ". Write it as 192.0.2.1.");
        }
        return blocked(address.get(), filter);
    }

    private static Optional<String> v6(String literal, AddressFilter filter) {
        Optional<InetAddress> address = AddressLiteral.v6(literal);
        if (address.isEmpty()) {
            return Optional.of("The brackets must hold an IPv6 address without a zone, got " + Quoted.of(literal)
                    + ". Write a mapped IPv4 address as IPv4.");
        }
        return blocked(address.get(), filter);
    }

    private static Optional<String> blocked(InetAddress address, AddressFilter filter) {
        return filter.allows(address)
                ? Optional.empty()
                : Optional.of("Webhooks go to public addresses, and " + address.getHostAddress()
                        + " is private, loopback, reserved or this machine's own." + OPEN_IT);
    }
}
