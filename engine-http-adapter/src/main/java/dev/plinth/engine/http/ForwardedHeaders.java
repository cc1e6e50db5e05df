package dev.plinth.engine.http;

import dev.plinth.engine.NodeForwarding;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The headers of calls between nodes. A node names itself, and proves with a MAC which client it forwards a call of, and at
 * which door the call came. The MAC holds for one leader and reign. That node learns from it also at another time that a node
 * has sent the call.
 */
final class ForwardedHeaders {
    /** The name of the node that forwards; the mark against loops. */
    static final String FORWARDED = "Plinth-Forwarded";

    /** The same in a {@code Call}. */
    static final String FORWARDED_LOWER = "plinth-forwarded";

    private static final String CLIENT = "Plinth-Forwarded-For";
    private static final String UNKNOWN = "-";

    /** Headers that concern one connection only (RFC 9110 §7.6.1), or are made anew. */
    private static final Set<String> OF_A_CONNECTION = Set.of(
            "connection",
            "proxy-connection",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "host",
            "content-length",
            "expect",
            FORWARDED_LOWER,
            CLIENT.toLowerCase(Locale.ROOT));

    private ForwardedHeaders() {}

    /**
     * Adds the headers of a call to the request that forwards it. Those that {@code Connection} names are kept, because the
     * leader does not look at that header either. A call without its idempotency key would be another call.
     */
    static void addTo(
            HttpFields.Mutable request, RemoteCaller sender, String door, NodeForwarding node, Leader leader) {
        for (HttpField field : sender.headers()) {
            if (!OF_A_CONNECTION.contains(field.getLowerCaseName())) {
                request.add(field.getName(), field.getValue());
            }
        }
        addOrigin(request, sender.address(), door, node, leader);
    }

    /**
     * Adds the headers that prove where a call comes from.
     *
     * @param client the address of the client; empty if it is not known
     */
    static void addOrigin(
            HttpFields.Mutable request, Optional<InetAddress> client, String door, NodeForwarding node, Leader leader) {
        request.add(FORWARDED, node.node().id());
        String from = client.map(ClientAddress::text).orElse(UNKNOWN) + " " + door + " " + leader.epoch();
        node.mac(text(node.node().id(), from, leader.node())).ifPresent(mac -> request.add(CLIENT, from + " " + mac));
    }

    /**
     * The proven origin of a call.
     *
     * @param node the id of the node that has forwarded it
     * @param client the address of the client; empty if that node does not know it
     * @param door the door of that node
     * @param epoch the reign of this node for which it is meant
     */
    record Origin(String node, Optional<InetAddress> client, String door, long epoch) {}

    /**
     * Returns the origin of a call that another node has forwarded. Empty if the headers do not prove it, because any client
     * can send such headers, or if they are for another node.
     */
    static Optional<Origin> origin(HttpFields headers, NodeForwarding node) {
        List<String> names = headers.getValuesList(FORWARDED);
        List<String> clients = headers.getValuesList(CLIENT);
        if (names.size() != 1 || clients.size() != 1) {
            return Optional.empty();
        }
        List<String> parts = List.of(clients.get(0).split(" ", -1));
        boolean isProven = parts.size() == 4
                && node.verifies(text(names.get(0), String.join(" ", parts.subList(0, 3)), node.node()), parts.get(3));
        return isProven
                ? Optional.of(new Origin(
                        names.get(0),
                        ClientAddress.parse(parts.get(0)),
                        parts.get(1),
                        Long.parseLong(parts.get(2)))) // a node has written it
                : Optional.empty();
    }

    private static String text(String node, String from, Node leader) {
        return node + "\n" + from + "\n" + leader.id();
    }

    /** Adds the headers of the leader's answer to that of this node. */
    static void addTo(HttpFields.Mutable response, HttpFields answer) {
        Set<String> named = namedByConnection(answer);
        response.remove(HttpHeader.DATE);
        for (HttpField field : answer) {
            String name = field.getLowerCaseName();
            boolean isKept = name.equals("content-length") || !OF_A_CONNECTION.contains(name) && !named.contains(name);
            if (isKept) {
                response.add(field.getName(), field.getValue());
            }
        }
    }

    private static Set<String> namedByConnection(HttpFields fields) {
        Set<String> names = new HashSet<>();
        for (String name : fields.getCSV(HttpHeader.CONNECTION, false)) {
            names.add(name.toLowerCase(Locale.ROOT));
        }
        return names;
    }
}
