/**
 * JSON: parse once, canonicalise, render.
 *
 * <p>The only importer of Jackson. It knows the JSON of RFC 8259 and nothing of what the members mean.
 */
@NullMarked
package dev.plinth.engine.internal.json;

import org.jspecify.annotations.NullMarked;
