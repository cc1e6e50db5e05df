/**
 * JSON: parse once, canonicalise, render.
 *
 * <p>The only importer of Jackson. The room knows the JSON of RFC 8259 and nothing of the meaning of members.
 */
@NullMarked
package dev.plinth.engine.internal.json;

import org.jspecify.annotations.NullMarked;
