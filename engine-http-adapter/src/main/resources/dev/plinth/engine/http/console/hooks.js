import { useCallback, useEffect, useRef, useState } from "./view.js";
import { call, limits, Problem } from "./api.js";
import { secretsShown } from "./store.js";

// A poll leaves this part of the rate limit to the workspace's own programs.
const RESERVED_PART = 0.4;

// Reads an address: the parts of the path behind #/, and the query.
export function routeOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  return { parts: path.split("/").filter(Boolean).map(decoded), query: Object.fromEntries(new URLSearchParams(query || "")) };
}

export function useRoute() {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const changed = () => secretsShown.get() === 0 && setRoute(routeOf(location.hash));
    addEventListener("hashchange", changed);
    const unsubscribe = secretsShown.subscribe(changed);
    // The address may have changed between the first drawing and now.
    changed();
    return () => {
      removeEventListener("hashchange", changed);
      unsubscribe();
    };
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

// Keeps filters in the address, so that Back and a copied address bring them again; without an entry of history for each.
export function showFilters(page, filters) {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value)).toString();
  location.replace(page + (query ? "?" + query : ""));
}

// Holds the page while a secret is on it that no later answer repeats.
export function useSecretShown() {
  useEffect(() => {
    const ask = (event) => event.preventDefault();
    secretsShown.set(secretsShown.get() + 1);
    addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("beforeunload", ask);
      secretsShown.set(secretsShown.get() - 1);
    };
  }, []);
}

// Longer than a dialog needs to be on the page.
const DIALOG_MILLIS = 1000;

// Makes a change whose answer alone has a secret. It holds the page from the call until the dialog with the secret does.
export async function withSecret(change) {
  secretsShown.set(secretsShown.get() + 1);
  try {
    return await change();
  } finally {
    setTimeout(() => secretsShown.set(secretsShown.get() - 1), DIALOG_MILLIS);
  }
}

// Loads when the dependencies change, and keeps what it has until the new is there. A load that a newer one overtakes is aborted, a poll
// overtakes none.
export function useLoad(load, dependencies) {
  const [state, setState] = useState({ loading: true });
  const current = useRef(null);
  const start = useCallback(async (isOther) => {
    current.current?.abort();
    const controller = (current.current = new AbortController());
    setState((before) => ({ ...before, loading: true }));
    let next;
    try {
      const data = await load(controller.signal);
      next = () => ({ data, loading: false });
    } catch (failure) {
      next = (before) => ({ data: isOther ? undefined : before.data, error: problemOf(failure), loading: false });
    }
    if (current.current === controller) {
      current.current = null;
      setState(next);
    }
  }, dependencies);
  const end = () => {
    current.current?.abort();
    current.current = null;
  };
  useEffect(() => {
    start(true);
    return end;
  }, [start]);
  const reload = useCallback(() => start(false), [start]);
  const poll = useCallback(() => current.current || start(false), [start]);
  const set = (data) => {
    end();
    setState({ data, loading: false });
  };
  return { ...state, reload, poll, set };
}

// Loads again every so often while the tab is seen, and the rate limit has room if the call costs units.
export function usePoll(poll, seconds, { active = true, free = false } = {}) {
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    const timer = setInterval(() => {
      const known = limits.get();
      const hasRoom = free || !known || known.remaining > known.limit * RESERVED_PART;
      if (!document.hidden && hasRoom) {
        poll();
      }
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [poll, seconds, active, free]);
}

// One page of a list at a time, so that a list of any length costs the browser the same. A cursor belongs to its filters.
// `turning` is true while another page than the one at hand is wanted.
export function usePages(target, query) {
  const filters = JSON.stringify([target, query]);
  const [place, setPlace] = useState({ filters, cursors: [""] });
  const cursors = place.filters === filters ? place.cursors : [""];
  const cursor = cursors[cursors.length - 1];
  const at = filters + cursor;
  const page = useLoad(
    async (signal) => ({ at, ...(await call("GET", target, { query: { limit: 50, ...query, cursor }, signal })) }),
    [at],
  );
  const turning = page.loading && page.data?.at !== at;
  const to = (changed) => () => turning || setPlace({ filters, cursors: changed });
  return {
    ...page,
    turning,
    rows: page.data?.data || [],
    number: cursors.length,
    next: page.data?.hasMore ? to([...cursors, page.data.nextCursor]) : null,
    previous: cursors.length > 1 ? to(cursors.slice(0, -1)) : null,
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
      setState({ busy: false, problem: problemOf(failure) });
      return undefined;
    }
  };
  return { ...state, run, clear: () => setState({ busy: false }) };
}

const problemOf = (failure) =>
  failure instanceof Problem ? failure : new Problem({ title: "The console failed", detail: String(failure?.message || failure) });
