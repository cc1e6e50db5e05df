import { html, useState } from "./view.js";
import { call, path } from "./api.js";
import { useLoad, usePages } from "./hooks.js";
import { Badge, Button, Empty, Facts, Field, Filters, Id, Loaded, Page, Pages, Section, Status, Text, Time } from "./ui.js";
import { micros, plural, visible } from "./text.js";

const HOME = "#/requests";

// The order in which the server evaluates a call. The first check that fails gives the answer.
export const STEPS = [
  ["Request id", "The call gets its id."],
  ["Route", "Path and method are known."],
  ["Authentication", "The credential opens a workspace."],
  ["Workspace and key", "Neither is suspended or disabled."],
  ["Rate limit", "The plan has units left."],
  ["Size and media type", "The body is small enough, and JSON."],
  ["Scope", "The key may make this call."],
  ["Idempotency key", "The key is fresh, or its answer is repeated."],
  ["Body and query", "Both are valid; all errors are told at once."],
  ["Visibility and role", "The thing exists for this caller, who may do this."],
  ["Preconditions", "The version is the one that If-Match names."],
  ["State", "The state of the thing allows the change."],
  ["Execution", "The change and its events are one commit."],
  ["Answer", "Sent once the change is durable."],
];

export const STEP_OF_CODE = {
  unauthenticated: 3, invalid_token: 3, workspace_suspended: 4, rate_limited: 5, too_many_concurrent_requests: 5, payload_too_large: 6, unsupported_media_type: 6,
  insufficient_scope: 7, idempotency_key_invalid: 8, idempotency_key_missing: 8, idempotency_key_reused: 8, idempotency_key_in_use: 8,
  malformed_request: 9, parameter_invalid: 9, cursor_invalid: 9, validation_failed: 9, not_found: 10, precondition_failed: 11, precondition_required: 11,
  resource_archived: 12, resource_paused: 12, job_finished: 12, lease_lost: 12, already_exists: 12, invalid_transition: 12, plan_limit_reached: 12, job_queue_full: 12,
  capacity_exhausted: 13, internal_error: 13, outcome_unknown: 13, shutting_down: 13,
};
const stepOfCode = (code) => (Object.hasOwn(STEP_OF_CODE, code) ? STEP_OF_CODE[code] : undefined);
const STEP_OF_REPLAY = 8;
// A `forbidden` is a disabled key at step 4 or a role too weak at step 10; without a word of the log it may be either.
const stepOf = (request) => request.step ?? (request.idempotency === "replayed" ? STEP_OF_REPLAY : request.code ? stepOfCode(request.code) : STEPS.length);

export function Requests({ rest }) {
  return rest[0] ? html`<${Entry} key=${rest[0]} id=${rest[0]} />` : html`<${Log} />`;
}

const isRead = (row) => row.method === "GET" || row.method === "HEAD";
const KINDS = { "": () => true, changes: (row) => !isRead(row), reads: isRead };
const CLASSES = {
  "": () => true,
  refused: (row) => row.status >= 400,
  "4xx": (row) => row.status >= 400 && row.status < 500,
  "5xx": (row) => row.status >= 500,
  "2xx": (row) => row.status < 300,
};
const choices = (names) => Object.keys(names).map((name) => [name, name || "all"]);

function Log() {
  const pages = usePages("/v1/requests", {});
  const [status, setStatus] = useState("");
  const [kind, setKind] = useState("");
  const [text, setText] = useState("");
  const words = (row) => [row.method, row.path, row.code, row.keyId, row.idempotencyKey, row.id];
  const rows = pages.rows.filter((row) => CLASSES[status](row) && KINDS[kind](row) && words(row).some((value) => value && value.includes(text)));
  const isFiltered = status || kind || text;
  const refresh = html`<${Button} onClick=${pages.reload} busy=${pages.loading}>Refresh<//>`;
  return html`<${Page} title="Requests" about="The last 1,000 calls of this workspace, why each got its answer, and what it caused." actions=${refresh}>
    <${Filters} label="Requests of this page">
      <${Field} kind="select" label="Answer" value=${status} onChange=${(event) => setStatus(event.target.value)} options=${choices(CLASSES)} />
      <${Field} kind="select" label="Kind" value=${kind} onChange=${(event) => setKind(event.target.value)} options=${choices(KINDS)} />
      <${Field} label="Contains" onInput=${(event) => setText(event.target.value.trim())} placeholder="path, code, key or id" hint="Looks through the calls of this page." />
    <//>
    <${Pages} of=${{ ...pages, rows }} label="Requests"
      columns=${[
        { title: "Call", kind: "main", cell: (row) => html`<a href=${`${HOME}/${row.id}`}><strong>${visible(row.method)}</strong> <${Text}>${row.path}<//></a>` },
        { title: "Answer", cell: (row) => html`<${Status} code=${row.status} /> ${row.code && html`<code>${visible(row.code)}</code>`} ${row.idempotency === "replayed" && html`<${Badge}>replayed<//>`}` },
        { title: "Caused", cell: (row) => caused(row) },
        { title: "Took", cell: (row) => micros(row.durationMicros) },
        { title: "When", cell: (row) => html`<${Time} value=${row.createdAt} />` },
      ]}
      empty=${isFiltered
        ? html`<${Empty} title="No such call on this page">The filters look at the calls of one page. Change them${pages.next && ", or go on with Older"}.<//>`
        : html`<${Empty} title="No calls yet">The log begins anew when the server starts. Make a call, then refresh.<//>`} />
  <//>`;
}

const caused = ({ caused: { events, jobs } }) =>
  events.length + jobs.length === 0
    ? html`<span class="quiet">nothing</span>`
    : [events.length && plural(events.length, "event"), jobs.length && plural(jobs.length, "job")].filter(Boolean).join(", ");

function Entry({ id }) {
  const request = useLoad((signal) => call("GET", path`/v1/requests/${id}`, { signal }), [id]);
  return html`<${Page} title=${request.data ? html`${visible(request.data.method)} <${Text}>${request.data.path}<//>` : "Request"} trail=${[["Requests", HOME]]}>
    <${Loaded} of=${request}>${(data) => html`
      <${Facts} items=${[
        ["Id", html`<${Id}>${data.id}<//>`], ["Answer", html`<${Status} code=${data.status} /> ${data.code && html`<code>${visible(data.code)}</code>`}`],
        ["Route", html`<code>${visible(data.route)}</code>`], ["API key", data.keyId ? html`<${Id}>${data.keyId}<//>` : data.caller === "host" && "the host application"],
        ["Idempotency key", data.idempotencyKey && html`<${Id}>${data.idempotencyKey}<//> ${data.idempotency && html`<${Badge}>${data.idempotency}<//>`}`],
        ["Units taken", data.units], ["Policy", data.policy], ["Node", data.node],
        ["Took", micros(data.durationMicros)], ["When", html`<${Time} exact value=${data.createdAt} />`],
      ]} />
      <${Section} title="Why it got this answer"><${Steps} request=${data} /><//>
      <${Section} title="What it caused">
        ${data.caused.events.length + data.caused.jobs.length === 0
          ? html`<p class="quiet">No events and no jobs.</p>`
          : html`<ul class="links">
          ${data.caused.events.map((event) => html`<li key=${event}>Event <a href=${"#/events/" + event}><${Id}>${event}<//></a></li>`)}
          ${data.caused.jobs.map((job) => html`<li key=${job}>Job <a href=${"#/jobs/" + job}><${Id}>${job}<//></a></li>`)}
        </ul>`}
      <//>`}<//>
  <//>`;
}

function Steps({ request }) {
  const end = stepOf(request);
  if (!end) {
    return html`<p>The log tells the code <code>${visible(request.code)}</code>, which several checks can give.</p>`;
  }
  const isRefused = request.status >= 400;
  return html`<ol class="steps">${STEPS.map(([title, meaning], i) => {
    const number = i + 1;
    const state = number < end ? "passed" : number > end ? "skipped" : isRefused ? "refused" : "ended";
    const said = { passed: "passed", skipped: "not reached", refused: "refused here", ended: number === STEPS.length ? "done" : "answered here" };
    return html`<li key=${number} class=${state}><p><strong>${title}</strong> <span class="quiet">${said[state]}</span></p>
      <p class="small">${meaning}</p>
      ${state === "refused" && html`<div class="notice bad"><p><code>${visible(request.code)}</code> ${request.detail && html`<${Text}>${request.detail}<//>`}</p>
        ${request.errors && html`<ul>${request.errors.map((error) => html`<li><code>${visible(error.pointer || error.parameter || "/")}</code> <${Text}>${error.detail}<//></li>`)}</ul>`}</div>`}
    </li>`;
  })}</ol>`;
}
