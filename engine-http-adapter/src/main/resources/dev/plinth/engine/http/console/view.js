// The view library in one place: the pages import from here, so that an exchange of it touches one file.
import { h, render, Fragment } from "./preact.js";
import htm from "./htm.js";

export { render, Fragment };
export { useState, useEffect, useRef, useMemo, useCallback, useErrorBoundary } from "./preact-hooks.js";
export const html = htm.bind(h);
