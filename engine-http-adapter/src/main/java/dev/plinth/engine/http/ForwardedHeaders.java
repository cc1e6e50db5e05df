package dev.plinth.engine.http;

import dev.plinth.engine.NodeForwarding;
import dev.plinth.engine.log.Leader;
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
 * The headers of calls between nodes. A node names itself, and proves with a seal which client it forwards a call of. The
 * seal holds for one leader and reign, so that it is of no use elsewhere.
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

    /** Adds the headers of a call to the request that forwards it. */
    static void addTo(HttpFields.Mutable request, Sender sender, NodeForwarding node, Leader leader) {
        Set<String> named = namedByConnection(sender.headers());
        for (HttpField field : sender.headers()) {
            if (!OF_A_CONNECTION.contains(field.getLowerCaseName()) && !named.contains(field.getLowerCaseName())) {
                request.add(field.getName(), field.getValue());
            }
        }
        request.add(FORWARDED, node.node().id());
        String client = sender.address().map(InetAddress::getHostAddress).orElse(UNKNOWN);
        node.seal(text(node.node().id(), client, leader)).ifPresent(seal -> request.add(CLIENT, client + " " + seal));
    }

    /**
     * Returns the client of a call that another node has forwarded, with an address if that node knows it. Empty if the
     * headers do not prove it, because any client can send such headers.
     *
     * @param me this node with its reign
     */
    static Optional<Optional<InetAddress>> client(HttpFields headers, NodeForwarding node, Leader me) {
        List<String> names = headers.getValuesList(FORWARDED);
        List<String> clients = headers.getValuesList(CLIENT);
        if (names.size() != 1 || clients.size() != 1) {
            return Optional.empty();
        }
        String value = clients.get(0);
        int space = value.indexOf(' ');
        if (space < 0
                || !node.isSealed(text(names.get(0), value.substring(0, space), me), value.substring(space + 1))) {
            return Optional.empty();
        }
        return Optional.of(ClientAddress.parse(value.substring(0, space)));
    }

    private static String text(String from, String client, Leader leader) {
        return from + "\n" + client + "\n" + leader.node().id() + "\n" + leader.epoch();
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
