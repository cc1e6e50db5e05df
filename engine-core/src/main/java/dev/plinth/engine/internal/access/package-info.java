/**
 * Callers: workspaces, their plans and status, API keys and the operator's token.
 *
 * <p>The room turns a credential into a caller and keeps the rows of workspaces and keys. It knows nothing of the
 * caller's request.
 */
@NullMarked
package dev.plinth.engine.internal.access;

import org.jspecify.annotations.NullMarked;
