package dev.plinth.engine.internal.store.memory;

import java.util.Arrays;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.hash.AbstractData;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.hash.serialization.DataAccess;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/**
 * Gives keys of one length to a Chronicle map. Each context of the map has one, which copies each key into the same
 * buffer. The library's own access wraps each key in a new buffer, which is half a dozen objects.
 *
 * <p>Public, because the library makes it by reflection when it opens a file. Not thread-safe, like its context.
 */
public final class KeyAccess extends AbstractData<byte[]> implements DataAccess<byte[]> {
    private static final byte[] NO_KEY = {};

    private transient byte[] buffer = NO_KEY;
    private transient BytesStore<?, ?> bytes = BytesStore.wrap(NO_KEY);

    @Override
    public Data<byte[]> getData(byte[] key) {
        if (key.length != buffer.length) {
            buffer = new byte[key.length];
            bytes = BytesStore.wrap(buffer);
        }
        System.arraycopy(key, 0, buffer, 0, key.length);
        return this;
    }

    @Override
    public RandomDataInput bytes() {
        return bytes;
    }

    @Override
    public long offset() {
        return bytes.start();
    }

    @Override
    public long size() {
        return buffer.length;
    }

    @Override
    public byte[] get() {
        return buffer.clone();
    }

    @Override
    public byte[] getUsing(byte @Nullable [] using) {
        if (using == null || using.length != buffer.length) {
            return get();
        }
        System.arraycopy(buffer, 0, using, 0, buffer.length);
        return using;
    }

    /** Keeps the buffer for the next key. */
    @Override
    public void uninit() {}

    @Override
    public DataAccess<byte[]> copy() {
        return new KeyAccess();
    }

    /** Writes nothing, because nothing of it is kept in a file. */
    @Override
    public void writeMarshallable(WireOut wire) {}

    @Override
    public void readMarshallable(WireIn wire) {
        buffer = NO_KEY;
        bytes = BytesStore.wrap(NO_KEY);
    }

    @Override
    public String toString() {
        return Arrays.toString(buffer);
    }
}
