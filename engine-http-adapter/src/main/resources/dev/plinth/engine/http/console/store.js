import { useEffect, useState } from "./view.js";

// A value that several parts of the page show.
export function store(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      value = next;
      listeners.forEach((listener) => listener(next));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore(source) {
  const [value, setValue] = useState(source.get());
  useEffect(() => {
    setValue(source.get());
    return source.subscribe((next) => setValue(next));
  }, [source]);
  return value;
}

// How many secrets the page shows that no later answer repeats. While there is one, no change of the address and no end of the session
// takes the page away.
export const secretsShown = store(0);

// One text in `sessionStorage` or `localStorage`. A browser that blocks them throws: then the text lasts as long as the page.
export function kept(area, name) {
  let value = "";
  const attempt = (action) => {
    try {
      return action(window[area]);
    } catch {
      return null;
    }
  };
  return {
    get: () => attempt((storage) => storage.getItem(name)) ?? value,
    set(next) {
      value = next;
      attempt((storage) => (next ? storage.setItem(name, next) : storage.removeItem(name)));
    },
  };
}
