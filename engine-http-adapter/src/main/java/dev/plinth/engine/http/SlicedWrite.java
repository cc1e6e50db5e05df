package dev.plinth.engine.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingNestedCallback;

/**
 * Writes bytes in slices, each with a deadline of its own. A client that takes a byte now and then makes progress at
 * the socket. So only the end of a slice tells whether it is too slow. {@link ConnectionSweep} cuts it.
 */
final class SlicedWrite extends IteratingNestedCallback {
    private final EngineConnection connection;
    private final Response response;
    private final byte[] bytes;
    private final boolean last;
    private int written;
    private boolean begun;

    private SlicedWrite(EngineConnection connection, Response response, byte[] bytes, boolean last, Callback then) {
        super(then);
        this.connection = connection;
        this.response = response;
        this.bytes = bytes;
        this.last = last;
    }

    /**
     * Writes bytes.
     *
     * @param last true if the body ends after them
     */
    static void write(EngineConnection connection, Response response, byte[] bytes, boolean last, Callback then) {
        new SlicedWrite(connection, response, bytes, last, then).iterate();
    }

    @Override
    protected Action process() {
        connection.endSlice();
        if (begun && written == bytes.length) {
            return Action.SUCCEEDED;
        }
        begun = true;
        int length = Math.min(FramingLimits.SLICE_BYTES_MAX, bytes.length - written);
        ByteBuffer slice = ByteBuffer.wrap(bytes, written, length);
        written += length;
        connection.beginSlice();
        response.write(last && written == bytes.length, slice, this);
        return Action.SCHEDULED;
    }

    @Override
    protected void onFailure(Throwable cause) {
        connection.endSlice();
        super.onFailure(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
