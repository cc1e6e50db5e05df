package dev.plinth.engine.internal.store;

import java.nio.file.Path;

/**
 * The place in which a clean close leaves the tables for the next start.
 *
 * @param directory the directory, best in memory
 * @param release the release, because another one may derive other sets from the same rows
 */
record QuickFiles(Path directory, String release) {}
