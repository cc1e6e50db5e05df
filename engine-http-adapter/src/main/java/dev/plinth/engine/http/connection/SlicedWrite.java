package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.FramingLimits;
import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingNestedCallback;

/**
 * Writes bytes in slices, each with a deadline of its own. A client that takes a byte now and then makes progress at
 * the socket. So only the end of a slice tells whether it is too slow. {@link ConnectionSweep} cuts it.
 */
public final class SlicedWrite extends IteratingNestedCallback {
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
    public static void write(
            EngineConnection connection, Response response, byte[] bytes, boolean last, Callback then) {
        if (last && bytes.length <= FramingLimits.SLICE_BYTES_MAX) {
            writeAtOnce(connection, response, bytes, then);
        } else {
            new SlicedWrite(connection, response, bytes, last, then).iterate();
        }
    }

    /** Writes the only slice of a body, which most answers are. It needs no iteration. */
    private static void writeAtOnce(EngineConnection connection, Response response, byte[] bytes, Callback then) {
        OnlySlice slice = new OnlySlice(connection, then);
        connection.beginSlice();
        try {
            response.write(true, ByteBuffer.wrap(bytes), slice);
        } catch (RuntimeException | Error e) {
            slice.failed(e); // as an iteration does
        }
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

    /** Ends the write of an only slice. */
    private record OnlySlice(EngineConnection connection, Callback then) implements Callback {
        @Override
        public void succeeded() {
            connection.endSlice();
            then.succeeded();
        }

        @Override
        public void failed(Throwable cause) {
            connection.endSlice();
            then.failed(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
