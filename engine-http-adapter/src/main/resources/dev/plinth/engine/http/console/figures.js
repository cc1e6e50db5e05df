import { call, isOperator } from "./api.js";
import { store } from "./store.js";

const SAMPLE_SECONDS = 10;
const SECOND_SAMPLE_MILLIS = 2500;
const HOUR_MILLIS = 3_600_000;

// The points of the last hour, which the server keeps, oldest first. `gauges` has the newest figures without labels.
export const history = store({ points: [], gauges: {}, error: null });

// Asks for what is new until the returned function is called.
export function watchHealth() {
  history.set({ points: [], gauges: {}, error: null });
  const stopped = new AbortController();
  let taking = false;
  const take = async () => {
    // A server that answers late gets no second call meanwhile.
    if (!isOperator() || taking) {
      return;
    }
    taking = true;
    let next;
    try {
      const { signal } = stopped;
      const known = history.get().points;
      const createdAfter = known.length ? known[known.length - 1].at : "";
      const { data } = await call("GET", "/admin/v1/health/history", { query: { createdAfter }, signal });
      const points = [...known, ...data];
      const oldest = points.length ? Date.parse(points[points.length - 1].at) - HOUR_MILLIS : 0;
      next = {
        points: points.filter(({ at }) => Date.parse(at) >= oldest),
        gauges: gaugesOf(await call("GET", "/metrics", { signal })),
        error: null,
      };
    } catch (error) {
      next = { ...history.get(), error };
    }
    taking = false;
    if (!stopped.signal.aborted) {
      history.set(next);
    }
  };
  take();
  // A server that has just started has its second point after two seconds.
  const second = setTimeout(take, SECOND_SAMPLE_MILLIS);
  const timer = setInterval(take, SAMPLE_SECONDS * 1000);
  return () => {
    stopped.abort();
    clearTimeout(second);
    clearInterval(timer);
  };
}

function gaugesOf(text) {
  return Object.fromEntries(Array.from(text.matchAll(/^(\w+) (\S+)$/gm), ([, name, value]) => [name, Number(value)]));
}

export const times = (points) => points.map(({ at }) => Date.parse(at) / 1000);
export const rate = (points, name) => points.map((point) => (point[name] * 1000) / point.millis);
export const level = (points, name) => points.map((point) => point[name]);
// Absent where no request was answered.
export const latency = (points, name) => points.map((point) => (point[name] === undefined ? null : point[name] / 1000));
