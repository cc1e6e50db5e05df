package dev.plinth.engine.internal.store.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Passes everything on to another file. A subclass does some of it otherwise. */
public abstract class ForwardingFile implements Disk.File {
    public final Disk.File file;

    protected ForwardingFile(Disk.File file) {
        this.file = file;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        file.write(source, position);
    }

    @Override
    public void sync() throws IOException {
        file.sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
