import { parse } from "./json.js";
import { kept, secretsShown, store } from "./store.js";

const KEY = /^(sk|rk)_(live|test)_/;
const PRINTABLE = /^[\x21-\x7e]+$/;
const ID = /^[a-z]+_[0-9a-z]{26}$/;
const UNANSWERED_MAX = 100;
const RECONNECT_SECONDS_MAX = 15;
// A stream that has lived this long is not one that a proxy ends at once.
const STEADY_MILLIS = 20_000;
// As long as this a user is taken to try the same change again, rather than to want it once more.
const LAPSE_MILLIS = 30_000;
// Longer than any call takes: a test of a webhook has 15 s, a call waits 5 s for a leader.
const ANSWER_MILLIS = 30_000;

const stored = kept("sessionStorage", "plinth.credential");

// `ended` says why the last session is over. `number` counts the sessions: a rotated key goes on in the same one.
export const session = store({ credential: stored.get(), ended: "", number: 0 });

// The rate limit as the last answer told it: {name, limit, remaining}, or null before the first.
export const limits = store(null);

// The name that this tab has given its workspace; empty before.
export const renamed = store("");

export const isKey = (credential) => KEY.test(credential);

export const isOperator = () => !isKey(session.get().credential);

// Whether this tab is signed in with the key.
export const isOwn = ({ prefix, last4 }) => {
  const { credential } = session.get();
  return credential.startsWith(prefix) && credential.endsWith(last4);
};

export class Problem extends Error {
  constructor(members) {
    super(members.detail);
    Object.assign(this, members);
  }
}

export function signOut(sentence = "") {
  stored.set("");
  limits.set(null);
  renamed.set("");
  session.set({ credential: "", ended: sentence, number: session.get().number });
}

export async function signIn(credential) {
  if (!PRINTABLE.test(credential)) {
    throw new Problem({
      title: "This is not a key",
      detail: "A key or token has visible ASCII characters only. Copy it again, without spaces and line breaks.",
    });
  }
  const opensWorkspace = isKey(credential);
  try {
    await call("GET", opensWorkspace ? "/v1/workspace" : "/admin/v1/workspaces", { query: opensWorkspace ? {} : { limit: 1 }, credential });
  } catch (failure) {
    // With a port of its own for the operator, each port knows one of the two.
    if (failure.code === "route_not_found") {
      failure.detail = opensWorkspace
        ? "This port serves the operator only. Open the console on the port of the API and sign in with the key there."
        : "This port does not serve the operator. Open the console on the admin port and sign in with the token there.";
    }
    if (failure.status === 401) {
      failure.title = opensWorkspace ? "This key opens nothing here" : "This token opens nothing here";
      failure.detail = opensWorkspace
        ? "Check that it was copied whole and belongs to this server. It may also be revoked or have expired: make another one under API keys."
        : "Check that it was copied whole. An API key begins with sk_ or rk_; the operator's token is the one that the server was started with.";
    }
    throw failure;
  }
  stored.set(credential);
  session.set({ credential, ended: "", number: session.get().number + 1 });
}

// Goes on with the new secret of the key that this tab is signed in with.
export function goOnWith(secret) {
  stored.set(secret);
  session.set({ ...session.get(), credential: secret });
}

// A path with ids in it. Nothing else gets in: neither a step up nor the name of another route.
export function path(strings, ...ids) {
  return strings.reduce((text, part, i) => text + checked(ids[i - 1]) + part);
}

function checked(id) {
  if (!ID.test(id)) {
    throw new Problem({ title: "This is not an id", detail: `An id is a prefix, _ and 26 characters, such as ws_…, got "${id}".` });
  }
  return id;
}

function queryOf(query) {
  const given = Object.entries(query || {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? "?" + new URLSearchParams(given) : "";
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "console-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Waits for something of the connection, whose failures the browser tells without a word.
// `limit` is the signal that ends a call which takes too long.
async function reached(step, limit) {
  try {
    return await step;
  } catch (failure) {
    if (failure.name === "AbortError" && !limit?.aborted) {
      throw failure;
    }
    throw new Problem({
      title: "The server does not answer",
      detail: "The connection failed. Check that the server runs, then try again.",
      retryable: true,
    });
  }
}

const send = (url, init, limit) => reached(fetch(url, { ...init, cache: "no-store", redirect: "error" }), limit);

function problem(response, text, credential) {
  let members = {};
  try {
    members = JSON.parse(text);
  } catch {
    // Not from the engine: a proxy in between, for instance.
  }
  const isEnd = response.status === 401 && credential && credential === session.get().credential;
  // The next poll ends a session that a secret on the page still holds.
  if (isEnd && secretsShown.get() === 0) {
    signOut(
      isKey(credential)
        ? "This API key no longer opens the workspace: it was revoked, rotated or has expired. Sign in with another key."
        : "The server no longer takes this operator token. Sign in with the current one.",
    );
  }
  return new Problem({
    status: response.status,
    title: members.title || "The call failed",
    detail: members.detail || `The server answered with status ${response.status}.`,
    code: members.code,
    errors: members.errors || [],
    retryable: members.retryable,
    retryAfter: response.headers.get("Retry-After"),
    requestId: members.requestId || response.headers.get("Request-Id"),
    document: members,
  });
}

// Keeps the one of several limits that is nearest to its end.
function noteLimits(headers) {
  const figures = (name, pattern) => Array.from((headers.get(name) || "").matchAll(pattern), ([, key, number]) => [key, Number(number)]);
  const left = new Map(figures("RateLimit", /"([^"]*)";r=(\d+)/g));
  const known = figures("RateLimit-Policy", /"([^"]*)";q=(\d+)/g)
    .filter(([name]) => left.has(name))
    .map(([name, limit]) => ({ name, limit, remaining: left.get(name) }));
  if (known.length > 0) {
    limits.set(known.reduce((least, each) => (each.remaining / each.limit < least.remaining / least.limit ? each : least)));
  }
}

// The idempotency keys of changes whose outcome is unknown, by the change. The same change carries the same key again, so it is done once.
// Not for ever: once the thing has changed otherwise, the same change is a new one, and an earlier answer would be wrong.
const unanswered = new Map();

// With another key a second try would make a second thing, so these keep theirs while the page lasts.
const CREATES = /^POST \S*\/(children|keys) /;
// No other answer has the new secret, so the next try has to be the same change, however late.
const ROTATES = /^POST \S*\/rotate /;
const THING = /^\S+ (\S*?_[0-9a-z]{26})/;

// The path of the thing that is there and that a change is of; undefined for a creation.
const thingOf = (change) => (CREATES.test(change) ? undefined : THING.exec(change)?.[1]);

function keyOf(change) {
  const kept = unanswered.get(change);
  const lapses = thingOf(change) && !ROTATES.test(change);
  return kept && !(lapses && Date.now() - kept.at > LAPSE_MILLIS) ? kept.key : newKey();
}

const isOutcomeUnknown = (failure) => failure.status === undefined || failure.status >= 500 || failure.code === "idempotency_key_in_use";

function note(change, key, failure) {
  unanswered.delete(change);
  const thing = thingOf(change);
  if (!failure && thing) {
    [...unanswered.keys()].filter((other) => thingOf(other) === thing).forEach((other) => unanswered.delete(other));
  }
  if (failure && isOutcomeUnknown(failure)) {
    unanswered.set(change, { key, at: Date.now() });
    if (unanswered.size > UNANSWERED_MAX) {
      unanswered.delete(unanswered.keys().next().value);
    }
  }
}

// Calls the public API. Gives the body, or throws a Problem.
export async function call(method, target, options = {}) {
  return (await answer(method, target, options)).body;
}

export async function answer(method, target, { query, body, headers, signal, credential = session.get().credential } = {}) {
  const url = target + queryOf(query);
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const change = method === "GET" ? "" : [method, url, sent].join(" ");
  const key = change && keyOf(change);
  const limit = AbortSignal.timeout(ANSWER_MILLIS);
  try {
    const init = {
      method,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headers: {
        Accept: "application/json",
        ...(credential ? { Authorization: "Bearer " + credential } : {}),
        ...(key ? { "Idempotency-Key": key } : {}),
        ...(sent === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: sent,
    };
    const response = await send(url, init, limit);
    noteLimits(response.headers);
    const text = await reached(response.text(), limit);
    if (!response.ok) {
      throw problem(response, text, credential);
    }
    note(change, key);
    const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
    return { status: response.status, etag: response.headers.get("ETag"), body: isJson ? parse(text) : text };
  } catch (failure) {
    if (change) {
      note(change, key, failure);
    }
    throw failure;
  }
}

// Follows the stream of events until the returned function is called. EventSource cannot: it sends no Authorization.
// `after` is the id of the event to begin behind; empty for what happens from now on. A tab that is not seen has no stream.
export function follow({ query, after, onEvents, onState }) {
  const stopped = new AbortController();
  let reading = null;
  let lastId = after;
  let failures = 0;
  const seen = () => document.hidden && reading?.abort();
  document.addEventListener("visibilitychange", seen);
  (async () => {
    while (!stopped.signal.aborted) {
      await untilSeen(stopped.signal);
      const began = { at: Date.now(), id: lastId };
      let wait = 0;
      try {
        await readStream();
        onState({ live: false });
      } catch (failure) {
        if (stopped.signal.aborted) {
          return;
        }
        if (failure.name === "AbortError") {
          onState({ live: false });
          continue;
        }
        onState({ live: false, error: failure });
        if (failure.status >= 400 && failure.status < 500 && failure.status !== 429) {
          return;
        }
        wait = Number(failure.retryAfter) || 0;
      }
      const isSteady = lastId !== began.id || Date.now() - began.at > STEADY_MILLIS;
      failures = isSteady ? 1 : failures + 1;
      await pause(Math.max(wait, Math.min(2 ** (failures - 1), RECONNECT_SECONDS_MAX)), stopped.signal);
    }
  })();

  async function readStream() {
    const credential = session.get().credential;
    reading = new AbortController();
    const response = await send("/v1/events/stream" + queryOf(query), {
      signal: reading.signal,
      headers: { Authorization: "Bearer " + credential, ...(lastId ? { "Last-Event-ID": lastId } : {}) },
    });
    noteLimits(response.headers);
    if (!response.ok) {
      throw problem(response, await reached(response.text()), credential);
    }
    onState({ live: true });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reached(reader.read());
      if (done) {
        return;
      }
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      const events = blocks.map(eventOf).filter((event) => event.data);
      if (events.length) {
        onEvents(events);
      }
    }
  }

  function eventOf(block) {
    const event = { id: "", data: "" };
    block.split("\n").forEach((line) => {
      const colon = line.indexOf(":");
      const value = line.slice(colon + 1).replace(/^ /, "");
      const name = line.slice(0, colon);
      if (name === "id") {
        event.id = lastId = value;
      } else if (name === "data") {
        event.data += value;
      }
    });
    return event;
  }

  return () => {
    document.removeEventListener("visibilitychange", seen);
    stopped.abort();
    reading?.abort();
  };
}

const pause = (seconds, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

const untilSeen = (signal) =>
  document.hidden &&
  new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
    signal.addEventListener("abort", resolve, { once: true });
  });
