import { call, isOperator } from "./api.js";
import { store } from "./store.js";

const SAMPLE_SECONDS = 5;
const SECOND_SAMPLE_MILLIS = 1000;
const HOUR_SECONDS = 3600;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
// These wait on purpose; their time says nothing of the server.
const WAITING_ROUTES = new Set(["/v1/jobs/lease", "/v1/events/stream"]);

// The samples of the last hour, oldest first. They live in this tab's memory.
export const history = store({ samples: [], error: null });

// Takes samples until the returned function is called.
export function watchHealth() {
  history.set({ samples: [], error: null });
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
      const sample = sampleOf(await call("GET", "/metrics", { signal: stopped.signal }));
      const samples = history.get().samples.filter(({ at }) => at > sample.at - HOUR_SECONDS);
      next = { samples: [...samples, sample], error: null };
    } catch (error) {
      next = { ...history.get(), error };
    }
    taking = false;
    if (!stopped.signal.aborted) {
      history.set(next);
    }
  };
  take();
  // A rate needs two samples; the second comes early, so that the page has something to show.
  const second = setTimeout(take, SECOND_SAMPLE_MILLIS);
  const timer = setInterval(take, SAMPLE_SECONDS * 1000);
  return () => {
    stopped.abort();
    clearTimeout(second);
    clearInterval(timer);
  };
}

function sampleOf(text) {
  const sample = { at: Date.now() / 1000, classes: {}, limited: 0, buckets: {}, jobs: {}, deliveries: {}, gauges: {} };
  for (const line of text.split("\n")) {
    const match = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match) {
      note(sample, match[1], Object.fromEntries(Array.from((match[2] || "").matchAll(LABEL), ([, name, value]) => [name, value])), Number(match[3]));
    }
  }
  return sample;
}

function note(sample, name, labels, value) {
  const add = (sums, key) => (sums[key] = (sums[key] || 0) + value);
  if (name === "plinth_requests_total") {
    add(sample.classes, labels.status);
  } else if (name === "plinth_rate_limited_requests_total") {
    sample.limited = value;
  } else if (name === "plinth_request_duration_seconds_bucket") {
    if (!WAITING_ROUTES.has(labels.route)) {
      add(sample.buckets, labels.le);
    }
  } else if (name === "plinth_jobs") {
    sample.jobs[labels.status] = value;
  } else if (name === "plinth_deliveries") {
    sample.deliveries[labels.status] = value;
  } else if (Object.keys(labels).length === 0) {
    sample.gauges[name] = value;
  }
}

// Pairs of samples, so that what only rises becomes a rate. A restart of the server begins anew.
function steps(samples, figure) {
  return samples.map((sample, i) => {
    const before = samples[i - 1];
    return before && total(sample) >= total(before) ? figure(sample, before, sample.at - before.at) : null;
  });
}

const total = (sample) => Object.values(sample.classes).reduce((sum, value) => sum + value, 0);

export const times = (samples) => samples.map((sample) => sample.at);
export const requestRate = (samples) => steps(samples, (now, before, seconds) => (total(now) - total(before)) / seconds);
export const classRate = (samples, name) => steps(samples, (now, before, seconds) => ((now.classes[name] || 0) - (before.classes[name] || 0)) / seconds);
export const limitedRate = (samples) => steps(samples, (now, before, seconds) => (now.limited - before.limited) / seconds);
export const gauge = (samples, read) => samples.map((sample) => read(sample) ?? null);

// The edge of the histogram's bucket in which the quantile lies, in milliseconds.
export const latency = (samples, quantile) =>
  steps(samples, (now, before) => {
    const edges = Object.keys(now.buckets).map((edge) => [edge === "+Inf" ? Infinity : Number(edge), now.buckets[edge] - (before.buckets[edge] || 0)]);
    edges.sort(([a], [b]) => a - b);
    const all = edges.length ? edges[edges.length - 1][1] : 0;
    const found = all > 0 && edges.find(([, count]) => count >= all * quantile);
    return found ? (found[0] === Infinity ? null : found[0] * 1000) : null;
  });
