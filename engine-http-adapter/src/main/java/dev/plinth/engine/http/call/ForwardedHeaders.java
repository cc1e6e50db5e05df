package dev.plinth.engine.http.call;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.log.Leader;
import dev.plinth.engine.log.Node;
import dev.plinth.engine.server.NodeForwarding;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
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
 * which door the call came. The MAC covers method, target and body of this one call, and its leader and reign. It holds
 * once, and for {@link #PROOF_MILLIS} before and after its time (decision 080).
 */
public final class ForwardedHeaders {
    /** The name of the node that forwards; the mark against loops. */
    public static final String FORWARDED = "Plinth-Forwarded";

    /** The same in a {@code Call}. */
    public static final String FORWARDED_LOWER = "plinth-forwarded";

    /** For how long a proof holds by the clock of its receiver, before and after its time. */
    public static final long PROOF_MILLIS = 30_000;

    private static final String CLIENT = "Plinth-Forwarded-For";
    private static final String UNKNOWN = "-";
    private static final int PARTS = 7;

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
    public static void addTo(
            HttpFields.Mutable request, RemoteCaller sender, Content content, NodeForwarding node, Leader leader) {
        for (HttpField field : sender.headers()) {
            if (!OF_A_CONNECTION.contains(field.getLowerCaseName())) {
                request.add(field.getName(), field.getValue());
            }
        }
        addOrigin(request, sender.address(), content, node, leader);
    }

    /**
     * The part of a call that a proof covers besides its way.
     *
     * @param door the door at which the call came
     * @param target path and query as they are sent
     * @param body the digest of the body
     */
    public record Content(String door, String method, String target, String body) {
        /** Returns the content of a call; with an empty body if it has none. */
        public static Content of(String door, Call head, byte[] body) {
            return new Content(door, head.method(), target(head), digest(body));
        }

        private static String target(Call head) {
            String path = LeaderRequest.sent(head.path());
            return head.query() == null ? path : path + "?" + head.query();
        }
    }

    /** Returns the digest of a body, in characters of a header. */
    static String digest(byte[] body) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected SHA-256 of every JDK, but got none", e);
        }
    }

    /**
     * Adds the headers that prove where a call comes from.
     *
     * @param client the address of the client; empty if it is not known
     */
    public static void addOrigin(
            HttpFields.Mutable request,
            Optional<InetAddress> client,
            Content content,
            NodeForwarding node,
            Leader leader) {
        request.add(FORWARDED, node.node().id());
        String from = String.join(
                " ",
                client.map(ClientAddress::text).orElse(UNKNOWN),
                content.door(),
                Long.toString(leader.epoch()),
                Long.toString(node.nowMillis()),
                node.nextNonce(),
                content.body());
        node.mac(text(node.node().id(), from, content.method(), content.target(), leader.node()))
                .ifPresent(mac -> request.add(CLIENT, from + " " + mac));
    }

    /**
     * The proven origin of a call.
     *
     * @param node the id of the node that has forwarded it
     * @param client the address of the client; empty if that node does not know it
     * @param door the door of that node
     * @param epoch the reign of this node for which it is meant
     * @param proof the values with which the proof holds once, and for one body
     */
    public record Origin(String node, Optional<InetAddress> client, String door, long epoch, Proof proof) {}

    /**
     * The values of a proof.
     *
     * @param millis its time by the clock of its node, in epoch milliseconds
     * @param body the digest of the body
     */
    public record Proof(long millis, String nonce, String body) {
        /** Returns true if the time is near that of its receiver. */
        public boolean isInTime(NodeForwarding receiver) {
            return Math.abs(receiver.nowMillis() - millis) <= PROOF_MILLIS;
        }

        /** Returns true if a body is that of the call. */
        public boolean isOf(byte[] received) {
            return digest(received).equals(body);
        }
    }

    /**
     * Returns the origin of a call that another node has forwarded. Empty if the headers do not prove it, because any client
     * can send such headers, or if they are for another node.
     */
    public static Optional<Origin> origin(Call head, HttpFields headers, NodeForwarding node) {
        List<String> names = headers.getValuesList(FORWARDED);
        List<String> clients = headers.getValuesList(CLIENT);
        if (names.size() != 1 || clients.size() != 1) {
            return Optional.empty();
        }
        List<String> parts = List.of(clients.get(0).split(" ", -1));
        boolean isProven = parts.size() == PARTS
                && node.verifies(
                        text(
                                names.get(0),
                                String.join(" ", parts.subList(0, PARTS - 1)),
                                head.method(),
                                Content.target(head),
                                node.node()),
                        parts.get(PARTS - 1));
        return isProven
                ? Optional.of(new Origin(
                        names.get(0),
                        ClientAddress.parse(parts.get(0)),
                        parts.get(1),
                        Long.parseLong(parts.get(2)), // a node has written it
                        new Proof(Long.parseLong(parts.get(3)), parts.get(4), parts.get(5))))
                : Optional.empty();
    }

    private static String text(String node, String from, String method, String target, Node leader) {
        return String.join("\n", node, from, method, target, leader.id());
    }

    /** Adds the headers of the leader's answer to that of this node. */
    public static void addTo(HttpFields.Mutable response, HttpFields answer) {
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
