package dev.plinth.engine.internal.base;

/** The workspaces whose rows no other workspace may see. */
public final class HiddenWorkspaces {
    private HiddenWorkspaces() {}

    /** Returns true if a workspace was deleted recently, or if its import has not ended. */
    public static boolean has(Rows rows, Id workspace) {
        return DeletedWorkspaces.has(rows, workspace) || ImportedWorkspaces.isUnfinished(rows, workspace);
    }
}
