// The view library in one place: the pages import from here, so that an exchange of it touches one file.
import { h, render } from "./preact.js";
import htm from "./htm.js";

export { render };
export { useState, useEffect, useRef, useCallback, useErrorBoundary } from "./preact-hooks.js";
export const html = htm.bind(h);
