/**
 * Commands that span domains, one file each: bulk, the host's operations, starting a job, deleting a workspace.
 *
 * <p>The room combines the domains' own commands and has no rows of its own.
 */
@NullMarked
package dev.plinth.engine.internal.command;

import org.jspecify.annotations.NullMarked;
