package dev.plinth.engine.http.hostile;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Thousands of handshakes of TLS from many addresses, none of which ends. One half has the server compute its keys and
 * sends nothing more. The other half stops in the middle of a hello that is as long as a hello may be.
 */
final class HandshakesOfStrangers implements Attack {
    private static final int CONNECTIONS = 6_000;
    private static final int CONNECTIONS_PER_ADDRESS = 250;
    private static final int SECONDS = 8;
    private static final int HELLO_BYTES = 32_000;
    private static final int RECORD_BYTES = 16 * 1024;
    private static final int RECORD_HEAD_BYTES = 5;

    @Override
    public boolean hasTls() {
        return true;
    }

    /** A client on the machine of the server is not bounded otherwise. */
    @Override
    public List<String> options() {
        return List.of("--limit-loopback");
    }

    @Override
    public int seconds() {
        return SECONDS;
    }

    @Override
    public void run(AttackContext context) throws Exception {
        byte[] whole = hello();
        byte[] half = halfAHello();
        try (ConnectionSwarm swarm = new ConnectionSwarm(context)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                swarm.open(
                        AttackContext.address(i / CONNECTIONS_PER_ADDRESS),
                        i % 2 == 0 ? whole : half,
                        0,
                        ConnectionSwarm.GREEDY);
            }
            swarm.runToTheEnd();
            context.told().note("connections open at the end: " + swarm.opened());
        }
    }

    /** Returns what a client begins with. */
    private static byte[] hello() throws Exception {
        SSLEngine client = SSLContext.getDefault().createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    /** Returns two records with a part of a hello, without the end of the second. */
    private static byte[] halfAHello() {
        ByteBuffer bytes = ByteBuffer.allocate(RECORD_HEAD_BYTES + RECORD_BYTES);
        bytes.put(head()).put((byte) 1).put((byte) 0).putShort((short) HELLO_BYTES);
        byte[] first = bytes.array();
        byte[] both = Arrays.copyOf(first, 2 * first.length - 1);
        System.arraycopy(head(), 0, both, first.length, RECORD_HEAD_BYTES);
        return both;
    }

    private static byte[] head() {
        return ByteBuffer.allocate(RECORD_HEAD_BYTES)
                .put((byte) 22)
                .putShort((short) 0x0301)
                .putShort((short) RECORD_BYTES)
                .array();
    }

    @Override
    public Set<String> refusals() {
        return Set.of("closed");
    }
}
