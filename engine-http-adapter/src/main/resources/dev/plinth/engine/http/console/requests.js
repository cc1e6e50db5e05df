import { html } from "./view.js";
import { call, path } from "./api.js";
import { showFilters, useLoad, usePages } from "./hooks.js";
import { Badge, Button, Empty, Facts, Field, FilterField, Filters, Id, Loaded, Page, Pages, Section, Status, Text, Time, fieldError } from "./ui.js";
import { micros, plural, timeField, timeOf, visible } from "./text.js";

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
  ["Visibility and role", "The object is visible to the caller, and the caller's role allows the call."],
  ["Preconditions", "The version is the one that If-Match names."],
  ["State", "The state of the thing allows the change."],
  ["Execution", "The change and its events are one commit."],
  ["Answer", "Sent once the change is durable."],
];

const FILTERS = ["status", "code", "route", "keyId", "idempotencyKey", "createdAfter", "createdBefore"];
const STATUSES = [["", "all"], ["2xx", "2xx: done"], ["4xx", "4xx: refused"], ["5xx", "5xx: failed"], ["401", "401"], ["403", "403"], ["404", "404"], ["409", "409"], ["412", "412"], ["422", "422"], ["429", "429"]];

export function Requests({ rest, query }) {
  return rest[0] ? html`<${Entry} key=${rest[0]} id=${rest[0]} />` : html`<${Log} query=${query} />`;
}

function Log({ query }) {
  const filters = Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
  const pages = usePages("/v1/requests", filters);
  const show = (name, value) => showFilters(HOME, { ...filters, [name]: value });
  const field = (name) => ({
    value: filters[name] || "",
    onChange: (event) => show(name, event.target.value.trim()),
    error: fieldError(pages.error, name),
  });
  const time = (name) => ({ ...field(name), type: "datetime-local", value: timeField(filters[name]), onChange: (event) => show(name, timeOf(event.target.value)) });
  const isFiltered = Object.keys(filters).length > 0;
  const isOther = filters.status && !STATUSES.some(([value]) => value === filters.status);
  const refresh = html`<${Button} onClick=${pages.reload} busy=${pages.loading}>Refresh<//>`;
  return html`<${Page} title="Requests" about="The last 1,000 calls of this workspace, why each got its answer, and what it caused." actions=${refresh}>
    <${Filters} label="Requests">
      <${Field} kind="select" label="Answer" ...${field("status")} options=${isOther ? [...STATUSES, [filters.status, filters.status]] : STATUSES} />
      <${FilterField} label="Code" ...${field("code")} placeholder="validation_failed" />
      <${FilterField} label="Route" ...${field("route")} placeholder="/v1/resources/{id}" />
      <${FilterField} label="API key" ...${field("keyId")} placeholder="key_…" />
      <${FilterField} label="Idempotency key" ...${field("idempotencyKey")} />
      <${FilterField} label="After" ...${time("createdAfter")} />
      <${FilterField} label="Before" ...${time("createdBefore")} />
    <//>
    <${Pages} of=${pages} label="Requests"
      columns=${[
        { title: "Call", kind: "main", cell: (row) => html`<a href=${`${HOME}/${row.id}`}><strong>${visible(row.method)}</strong> <${Text}>${row.path}<//></a>` },
        { title: "Answer", cell: (row) => html`<${Status} code=${row.status} /> ${row.code && html`<code>${visible(row.code)}</code><small>${STEPS[row.step - 1][0]}</small>`} ${row.idempotency === "replayed" && html`<${Badge}>replayed<//>`}` },
        { title: "Caused", cell: (row) => caused(row) },
        { title: "Took", cell: (row) => micros(row.durationMicros) },
        { title: "When", cell: (row) => html`<${Time} value=${row.createdAt} />` },
      ]}
      empty=${isFiltered
        ? html`<${Empty} title="No such call">${pages.next ? "None of the calls looked at fits. Go on with Older, or change a filter." : "Change a filter, or take it away."}<//>`
        : html`<${Empty} title="No calls yet">Without <code>--request-log-bytes</code> the log begins anew when the server starts. Make a call, then refresh.<//>`} />
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
  const end = request.step;
  const isRefused = request.status >= 400;
  const isRepeated = request.idempotency === "replayed";
  return html`<ol class="steps">${STEPS.map(([title, meaning], i) => {
    const number = i + 1;
    const state = number < end ? "passed" : number > end ? "skipped" : isRefused ? "refused" : "ended";
    const said = { passed: "passed", skipped: "not reached", refused: isRepeated ? "repeats the first refusal" : "refused here", ended: number === STEPS.length ? "done" : "answered here" };
    return html`<li key=${number} class=${state}><p><strong>${title}</strong> <span class="quiet">${said[state]}</span></p>
      <p class="small">${meaning}</p>
      ${state === "refused" && html`<div class="notice bad"><p><code>${visible(request.code)}</code> ${request.detail && html`<${Text}>${request.detail}<//>`}</p>
        ${request.errors && html`<ul>${request.errors.map((error) => html`<li><code>${visible(error.pointer || error.parameter || "/")}</code> <${Text}>${error.detail}<//></li>`)}</ul>`}</div>`}
    </li>`;
  })}</ol>`;
}
