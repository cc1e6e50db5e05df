/**
 * Directories of older formats: how they are recognized, read and converted.
 */
@NullMarked
package dev.plinth.engine.internal.store.log.upgrade;

import org.jspecify.annotations.NullMarked;
