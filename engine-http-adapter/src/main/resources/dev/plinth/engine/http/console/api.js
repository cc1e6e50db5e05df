import { store } from "./store.js";

const STORED = "plinth.credential";
const KEY = /^(sk|rk)_(live|test)_/;
const PRINTABLE = /^[\x21-\x7e]+$/;
const RECONNECT_SECONDS_MAX = 15;

// `ended` says why the last session is over. The credential lives as long as the tab.
export const session = store({ credential: sessionStorage.getItem(STORED) || "", ended: "" });

// The rate limit as the last answer told it: {name, limit, remaining}, or null before the first.
export const limits = store(null);

export const isOperator = () => !KEY.test(session.get().credential);

export class Problem extends Error {
  constructor(members) {
    super(members.detail);
    Object.assign(this, members);
  }
}

export function signOut(sentence = "") {
  sessionStorage.removeItem(STORED);
  limits.set(null);
  session.set({ credential: "", ended: sentence });
}

export async function signIn(credential) {
  if (!PRINTABLE.test(credential)) {
    throw new Problem({
      title: "This is not a key",
      detail: "A key or token has visible ASCII characters only. Copy it again, without spaces and line breaks.",
    });
  }
  const isKey = KEY.test(credential);
  try {
    await call("GET", isKey ? "/v1/workspace" : "/admin/v1/workspaces", { query: isKey ? {} : { limit: 1 }, credential });
  } catch (failure) {
    // With a port of its own for the operator, each port knows one of the two.
    if (failure.code === "route_not_found") {
      failure.detail = isKey
        ? "This port serves the operator only. Open the console on the port of the API and sign in with the key there."
        : "This port does not serve the operator. Open the console on the admin port and sign in with the token there.";
    }
    throw failure;
  }
  sessionStorage.setItem(STORED, credential);
  session.set({ credential, ended: "" });
}

export function path(strings, ...values) {
  return strings.reduce((text, part, i) => text + encodeURIComponent(values[i - 1]) + part);
}

function queryOf(query) {
  const parameters = new URLSearchParams();
  Object.entries(query || {}).forEach(([name, value]) => {
    if (value !== undefined && value !== null && value !== "") {
      parameters.append(name, value);
    }
  });
  const text = parameters.toString();
  return text ? "?" + text : "";
}

function newKey() {
  return "console-" + Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function send(url, init) {
  try {
    return await fetch(url, { ...init, cache: "no-store", redirect: "error" });
  } catch (failure) {
    if (failure.name === "AbortError") {
      throw failure;
    }
    throw new Problem({
      title: "The server does not answer",
      detail: "The connection failed. Check that the server runs, then try again.",
      retryable: true,
    });
  }
}

async function problem(response, credential) {
  let members = {};
  try {
    members = await response.json();
  } catch {
    // Not from the engine: a proxy in between, for instance.
  }
  if (response.status === 401 && credential === session.get().credential && credential) {
    signOut(
      !KEY.test(credential)
        ? "The server no longer takes this operator token. Sign in with the current one."
        : "This API key no longer opens the workspace: it was revoked, rotated or has expired. Sign in with another key.",
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
  });
}

function noteLimits(headers) {
  const policy = /^"([^"]*)";q=(\d+)/.exec(headers.get("RateLimit-Policy") || "");
  const left = /;r=(\d+)/.exec(headers.get("RateLimit") || "");
  if (policy && left) {
    limits.set({ name: policy[1], limit: Number(policy[2]), remaining: Number(left[1]) });
  }
}

// Calls the public API. Gives the body, or throws a Problem. Each change has an idempotency key, and may so be repeated by a proxy.
export async function call(method, target, options = {}) {
  return (await answer(method, target, options)).body;
}

export async function answer(method, target, { query, body, headers, signal, credential = session.get().credential } = {}) {
  const response = await send(target + queryOf(query), {
    method,
    signal,
    headers: {
      Accept: "application/json",
      ...(credential ? { Authorization: "Bearer " + credential } : {}),
      ...(method === "GET" ? {} : { "Idempotency-Key": newKey() }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  noteLimits(response.headers);
  if (!response.ok) {
    throw await problem(response, credential);
  }
  const text = await response.text();
  const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
  return { status: response.status, etag: response.headers.get("ETag"), body: isJson ? JSON.parse(text) : text };
}

// Follows the stream of events until the returned function is called. EventSource cannot: it sends no Authorization.
export function follow({ query, onEvents, onState }) {
  const stopped = new AbortController();
  let lastId = "";
  let failures = 0;
  const pause = (seconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      stopped.signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
  (async () => {
    while (!stopped.signal.aborted) {
      try {
        await readStream();
        onState({ live: false });
      } catch (failure) {
        if (stopped.signal.aborted) {
          return;
        }
        const isFinal = failure.status >= 400 && failure.status < 500 && failure.status !== 429;
        onState({ live: false, error: failure });
        if (isFinal) {
          return;
        }
      }
      failures++;
      await pause(Math.min(2 ** (failures - 1), RECONNECT_SECONDS_MAX));
    }
  })();

  async function readStream() {
    const credential = session.get().credential;
    const response = await send("/v1/events/stream" + queryOf(query), {
      signal: stopped.signal,
      headers: { Authorization: "Bearer " + credential, ...(lastId ? { "Last-Event-ID": lastId } : {}) },
    });
    noteLimits(response.headers);
    if (!response.ok) {
      throw await problem(response, credential);
    }
    failures = 0;
    onState({ live: true });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
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
    const event = { id: "", type: "", data: "" };
    block.split("\n").forEach((line) => {
      const colon = line.indexOf(":");
      const value = line.slice(colon + 1).replace(/^ /, "");
      const name = line.slice(0, colon);
      if (name === "id") {
        event.id = lastId = value;
      } else if (name === "event") {
        event.type = value;
      } else if (name === "data") {
        event.data += value;
      }
    });
    return event;
  }

  return () => stopped.abort();
}
