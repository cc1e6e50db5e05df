package dev.plinth.engine.log.postgres.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** Unpacks the programs of PostgreSQL, which are in an archive on the class path of the tests. */
final class Binaries {
    private static final List<String> ARCHIVES = List.of(
            "postgres-linux-x86_64.txz",
            "postgres-linux-arm_64.txz",
            "postgres-darwin-x86_64.txz",
            "postgres-darwin-arm_64.txz");
    private static final int OWNER_MAY_RUN = 0100;
    private static final Set<PosixFilePermission> RUN = EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE,
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_EXECUTE);

    private Binaries() {}

    /** Unpacks into a directory. Every user may run the programs. */
    static void unpack(Path directory) throws IOException {
        for (String name : ARCHIVES) {
            try (InputStream archive = Binaries.class.getResourceAsStream("/" + name)) {
                if (archive != null) {
                    unpack(new TarArchiveInputStream(new XZInputStream(archive)), directory);
                    return;
                }
            }
        }
        throw new IOException("Expected one of " + ARCHIVES + " on the class path; see pom.xml");
    }

    private static void unpack(TarArchiveInputStream archive, Path directory) throws IOException {
        for (TarArchiveEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
            Path file = directory.resolve(entry.getName());
            if (entry.isDirectory()) {
                Files.createDirectories(file);
                Files.setPosixFilePermissions(file, RUN);
                continue;
            }
            Files.createDirectories(file.getParent());
            if (entry.isSymbolicLink()) {
                Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            } else {
                Files.copy(archive, file);
                if ((entry.getMode() & OWNER_MAY_RUN) != 0) {
                    Files.setPosixFilePermissions(file, RUN);
                }
            }
        }
    }
}
