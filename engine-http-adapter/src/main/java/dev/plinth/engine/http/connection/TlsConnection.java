package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingLimits;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's TLS connection, whose handshake takes turns with those of other addresses on threads of their own. A handshake
 * computes for a millisecond or more, and a selector thread has other connections to serve.
 */
final class TlsConnection extends SslConnection implements SslHandshakeListener {
    private final AddressTurns turns;
    private final AddressTurns.Owner owner;
    private volatile boolean handshaken;
    private volatile AddressTurns.@Nullable Turn turn;
    private int recordsWithoutData;

    /**
     * Makes the connection of an endpoint.
     *
     * @param owner the owner of its turns, from {@link Addresses#owner}
     */
    TlsConnection(
            ByteBufferPool buffers,
            Executor executor,
            SslContextFactory contexts,
            EndPoint endPoint,
            SSLEngine engine,
            AddressTurns turns,
            AddressTurns.Owner owner) {
        super(buffers, executor, contexts, endPoint, engine);
        this.turns = turns;
        this.owner = owner;
        addHandshakeListener(this);
    }

    /** Returns true once the handshake is over. */
    boolean isHandshaken() {
        return handshaken;
    }

    @Override
    public void handshakeSucceeded(Event event) {
        handshaken = true;
        AddressTurns.Turn ended = turn;
        if (ended != null) {
            ended.end(); // The first requests may have come with the end of the handshake, and take their time.
        }
    }

    @Override
    public void onFillable() {
        if (handshaken) {
            super.onFillable();
        } else {
            turns.run(owner, this::shakeHands);
        }
    }

    private void shakeHands(AddressTurns.Turn begun) {
        turn = begun;
        super.onFillable();
    }

    /**
     * Also counts the records without data, such as parts of a hello and updates of keys. A client needs few of them,
     * and each takes as much time as one with data.
     */
    @Override
    protected SSLEngineResult unwrap(SSLEngine engine, ByteBuffer input, ByteBuffer output) throws SSLException {
        SSLEngineResult result = super.unwrap(engine, input, output);
        if (result.bytesConsumed() > 0 && result.bytesProduced() == 0) {
            recordsWithoutData++;
            if (recordsWithoutData > FramingLimits.TLS_RECORDS_WITHOUT_DATA_MAX) {
                throw new SSLException("The client sent more than " + FramingLimits.TLS_RECORDS_WITHOUT_DATA_MAX
                        + " records without data.");
            }
        }
        return result;
    }
}
