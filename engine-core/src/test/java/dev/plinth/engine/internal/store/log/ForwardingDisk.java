package dev.plinth.engine.internal.store.log;

import dev.plinth.engine.internal.store.log.disk.Disk;
import dev.plinth.engine.internal.store.log.disk.ForwardingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk that leaves everything to another one; who extends it changes something. */
public class ForwardingDisk implements Disk {
    private final Disk disk;

    public ForwardingDisk(Disk disk) {
        this.disk = disk;
    }

    public int read(String name, File file, ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
    }

    public void write(String name, File file, ByteBuffer source, long position) throws IOException {
        file.write(source, position);
    }

    public void sync(String name, File file) throws IOException {
        file.sync();
    }

    @Override
    public List<String> names() throws IOException {
        return disk.names();
    }

    @Override
    public File create(String name) throws IOException {
        return new Named(name, disk.create(name));
    }

    @Override
    public File open(String name) throws IOException {
        return new Named(name, disk.open(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void renameNew(String from, String to) throws IOException {
        disk.renameNew(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public void makeDirectory(String name) throws IOException {
        disk.makeDirectory(name);
    }

    @Override
    public void syncNames() throws IOException {
        disk.syncNames();
    }

    @Override
    public String own(String name) {
        return disk.own(name);
    }

    @Override
    public String boot() {
        return disk.boot();
    }

    @Override
    public boolean isOurs() {
        return disk.isOurs();
    }

    @Override
    public boolean isStillOurs() {
        return disk.isStillOurs();
    }

    @Override
    public void close() {
        disk.close();
    }

    private final class Named extends ForwardingFile {
        private final String name;

        Named(String name, File file) {
            super(file);
            this.name = name;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return ForwardingDisk.this.read(name, file, target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            ForwardingDisk.this.write(name, file, source, position);
        }

        @Override
        public void sync() throws IOException {
            ForwardingDisk.this.sync(name, file);
        }
    }
}
