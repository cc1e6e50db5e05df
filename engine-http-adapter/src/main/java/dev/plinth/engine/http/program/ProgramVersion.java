package dev.plinth.engine.http.program;

import picocli.CommandLine;

/** The version of the jar. */
final class ProgramVersion implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = ProgramVersion.class.getPackage().getImplementationVersion();
        return new String[] {"plinth " + (version == null ? "(not run from its jar)" : version)};
    }
}
