import { useCallback, useEffect, useRef, useState } from "./view.js";
import { call, limits, Problem } from "./api.js";

// A poll leaves this part of the rate limit to the workspace's own programs.
const RESERVED_PART = 0.4;

// Where the address bar is: the parts of the path behind #/, and the query.
export function useRoute() {
  const read = () => {
    const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
    return {
      parts: path.split("/").filter(Boolean).map(decoded),
      query: Object.fromEntries(new URLSearchParams(query || "")),
    };
  };
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const changed = () => setRoute(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const go = (hash) => {
  location.hash = hash;
};

// Loads when the dependencies change. A load that a newer one overtakes is aborted.
export function useLoad(load, dependencies) {
  const [state, setState] = useState({ loading: true });
  const current = useRef(null);
  const run = useCallback(async () => {
    current.current?.abort();
    const controller = (current.current = new AbortController());
    setState((before) => ({ ...before, loading: true }));
    try {
      const data = await load(controller.signal);
      if (!controller.signal.aborted) {
        setState({ data, loading: false });
      }
    } catch (error) {
      if (!controller.signal.aborted) {
        setState((before) => ({ data: before.data, error, loading: false }));
      }
    }
  }, dependencies);
  useEffect(() => {
    setState({ loading: true });
    run();
    return () => current.current?.abort();
  }, [run]);
  return { ...state, reload: run, set: (data) => setState({ data, loading: false }) };
}

// Loads again every so often while the tab is seen, and the rate limit has room if the call costs units.
export function usePoll(reload, seconds, { active = true, free = false } = {}) {
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    const timer = setInterval(() => {
      const known = limits.get();
      const hasRoom = free || !known || known.remaining > known.limit * RESERVED_PART;
      if (!document.hidden && hasRoom) {
        reload();
      }
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [reload, seconds, active, free]);
}

// One page of a list at a time, so that a list of any length costs the browser the same.
export function usePages(target, query) {
  const filters = JSON.stringify(query);
  const [cursors, setCursors] = useState([""]);
  useEffect(() => setCursors([""]), [target, filters]);
  const cursor = cursors[cursors.length - 1];
  const page = useLoad(
    (signal) => (target ? call("GET", target, { query: { limit: 50, ...query, cursor }, signal }) : { data: [] }),
    [target, filters, cursor],
  );
  const next = page.data?.hasMore ? page.data.nextCursor : null;
  return {
    ...page,
    rows: page.data?.data || [],
    number: cursors.length,
    next: next && (() => setCursors([...cursors, next])),
    previous: cursors.length > 1 ? () => setCursors(cursors.slice(0, -1)) : null,
  };
}

// Runs a change once at a time: {run, busy, problem, clear}.
export function useAction(action) {
  const [state, setState] = useState({ busy: false });
  const run = async (...values) => {
    setState({ busy: true });
    try {
      const result = await action(...values);
      setState({ busy: false });
      return result;
    } catch (failure) {
      setState({ busy: false, problem: failure instanceof Problem ? failure : unexpected(failure) });
      return undefined;
    }
  };
  return { ...state, run, clear: () => setState({ busy: false }) };
}

export function unexpected(failure) {
  return new Problem({ title: "The console failed", detail: String(failure?.message || failure) });
}
