/**
 * Who calls: workspaces, their plans and status, API keys and the operator's token.
 *
 * <p>It turns a credential into a caller and keeps the rows of workspaces and keys. It knows nothing of what the caller wants.
 */
@NullMarked
package dev.plinth.engine.internal.access;

import org.jspecify.annotations.NullMarked;
