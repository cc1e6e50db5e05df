package dev.plinth.engine.internal.list;

/**
 * The page of a list that a caller asks for.
 *
 * @param limit the most items, 1–100
 * @param edge the number next to which the page starts; it is not part of the page
 * @param oldestFirst true to go up from the edge, false to go down from it
 * @param cursors makes the cursor of the next page
 */
public record PageRequest(int limit, long edge, boolean oldestFirst, Cursors cursors) {}
