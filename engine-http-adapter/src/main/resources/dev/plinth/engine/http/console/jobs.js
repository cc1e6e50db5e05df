import { html, useState } from "./view.js";
import { answer, call, path } from "./api.js";
import { numberOf } from "./json.js";
import { go, useAction, useLoad, usePages, usePoll } from "./hooks.js";
import {
  Badge, Button, Empty, Facts, Field, Filters, FormDialog, Id, Json, Loaded, Notice, Page, Pages, ProblemBox, Section, Text, Time, fieldError, jsonOf, toast,
} from "./ui.js";
import { count, timeOf } from "./text.js";

const HOME = "#/jobs";
export const STATUSES = ["scheduled", "queued", "running", "succeeded", "failed", "canceled"];
const LIVE_SECONDS = 3;
const isOpen = (job) => job.status === "queued" || job.status === "running" || job.status === "scheduled";

export function Jobs({ rest }) {
  return rest[0] ? html`<${Job} key=${rest[0]} id=${rest[0]} />` : html`<${All} />`;
}

function All() {
  const [starting, setStarting] = useState(false);
  const start = html`<${Button} kind="primary" onClick=${() => setStarting(true)}>Start job<//>`;
  return html`<${Page} title="Jobs" about="Work that goes on after its call, in this server or in workers elsewhere." actions=${start}>
    <${JobList} actions=${start} />
    ${starting && html`<${StartJob} onClose=${() => setStarting(false)} />`}
  <//>`;
}

export function JobList({ resourceId, actions }) {
  const [status, setStatus] = useState("");
  const [type, setType] = useState("");
  const pages = usePages("/v1/jobs", { status, type, resourceId });
  usePoll(pages.poll, LIVE_SECONDS, { active: pages.rows.some(isOpen) });
  return html`
    <${Filters} label="Jobs">
      <${Field} kind="select" label="Status" value=${status} onChange=${(event) => setStatus(event.target.value)}
        options=${[["", "all"], ...STATUSES.map((name) => [name, name])]} />
      <${Field} label="Type" onChange=${(event) => setType(event.target.value.trim())} placeholder="report.monthly" />
    <//>
    <${Pages} of=${pages} label="Jobs"
      columns=${[
        { title: "Type", kind: "main", cell: (row) => html`<a href=${`${HOME}/${row.id}`}><${Text}>${row.type}<//></a><small><${Id}>${row.id}<//></small>` },
        { title: "Status", cell: (row) => html`<${State} job=${row} /> ${row.handled === false && html`<${Badge} tone="warn">no worker<//>`}` },
        { title: "Progress", cell: (row) => html`<${Progress} job=${row} />` },
        { title: "Attempt", cell: (row) => `${row.attempt} of ${row.maxAttempts}` },
        { title: "Created", cell: (row) => html`<${Time} value=${row.createdAt} />` },
        { title: "Finished", cell: (row) => (row.finishedAt ? html`<${Time} value=${row.finishedAt} />` : html`<span class="quiet">not yet</span>`) },
      ]}
      empty=${status || type
        ? html`<${Empty} title="No such jobs">Choose another status or type to see the others.<//>`
        : html`<${Empty} title="No jobs yet" actions=${actions}>A job is made by <code>POST /v1/jobs</code>, a bulk call or an operation of the host.<//>`} />`;
}

const State = ({ job }) => html`<${Badge}>${job.status}<//> ${job.cancelRequested && html`<${Badge} tone="warn">cancel requested<//>`}`;

function Progress({ job }) {
  if (!job.progress) {
    return html`<span class="quiet">${job.status === "running" ? "not reported" : "none"}</span>`;
  }
  const done = numberOf(job.progress.done);
  const total = numberOf(job.progress.total);
  return html`<div class="progress"><progress max=${total || 1} value=${done} aria-label=${"Progress of " + job.id}></progress>
    <small>${count(done)} of ${count(total)} <${Text}>${job.progress.message}<//></small></div>`;
}

function StartJob({ onClose }) {
  const submit = async ({ type, input, resourceId, runAt, priority, uniqueKey, maxAttempts }) => {
    const job = await call("POST", "/v1/jobs", {
      body: {
        type, input: jsonOf(input, "/input"), priority: Number(priority), maxAttempts: Number(maxAttempts),
        ...(resourceId ? { resourceId: resourceId.trim() } : {}), ...(runAt ? { runAt: timeOf(runAt) } : {}), ...(uniqueKey ? { uniqueKey } : {}),
      },
    });
    toast(job.deduplicated ? "A job with this key is not finished yet; this is it." : "Job started.");
    go(`${HOME}/${job.job_id}`);
  };
  return html`<${FormDialog} title="Start job" action="Start" submit=${submit} onClose=${onClose} wide>${(problem) => html`
    <${Field} label="Type" name="type" required maxlength="64" placeholder="report.monthly" error=${fieldError(problem, "/type")} />
    <${Field} kind="text" label="Input" name="input" defaultValue="{}" hint="A JSON object." error=${fieldError(problem, "/input")} />
    <div class="columns">
      <${Field} kind="select" label="Priority" name="priority" value="3" options=${[["1", "1, first"], ["2", "2"], ["3", "3"], ["4", "4, last"]]} />
      <${Field} label="Attempts at most" name="maxAttempts" type="number" min="1" max="25" defaultValue="5" required />
      <${Field} label="Run at" name="runAt" type="datetime-local" hint="Empty for now." error=${fieldError(problem, "/runAt")} />
      <${Field} label="Resource" name="resourceId" placeholder="res_…" error=${fieldError(problem, "/resourceId")} />
    </div>
    <${Field} label="Unique key" name="uniqueKey" maxlength="255" hint="While a job of this type and key is not finished, no second one is made." error=${fieldError(problem, "/uniqueKey")} />`}
  <//>`;
}

function Job({ id }) {
  const target = path`/v1/jobs/${id}`;
  const job = useLoad((signal) => call("GET", target, { signal }), [id]);
  usePoll(job.poll, LIVE_SECONDS, { active: Boolean(job.data) && isOpen(job.data) });
  const change = useAction(async (verb) => {
    const done = await answer("POST", `${target}/${verb}`);
    job.set(done.body);
    toast(verb === "retry" ? "The job is queued again." : done.status === 202 ? "The job runs; it was asked to end." : "Job canceled.");
  });
  const data = job.data;
  return html`<${Page} title=${data ? html`<${Text}>${data.type}<//>` : "Job"} trail=${[["Jobs", HOME]]}
    actions=${data && html`
      ${isOpen(data) && html`<${Button} kind="danger" busy=${change.busy} onClick=${() => change.run("cancel")}>Cancel job<//>`}
      ${data.status === "failed" && html`<${Button} kind="primary" busy=${change.busy} onClick=${() => change.run("retry")}>Retry<//>`}`}>
    <${ProblemBox} problem=${change.problem} />
    <${Loaded} of=${job}>${() => html`
      ${data.handled === false && html`<${Notice} tone="warn" title="Nothing takes this type">No code in the server handles it, and no worker has leased it within the last hour. Start a worker for it.<//>`}
      <${Facts} items=${[
        ["Id", html`<${Id}>${data.id}<//>`], ["Status", html`<${State} job=${data} />`],
        ["Attempt", `${data.attempt} of ${data.maxAttempts}`],
        ["Resource", data.resourceId && html`<a href=${"#/resources/" + data.resourceId}><${Id}>${data.resourceId}<//></a>`],
        ["Created", html`<${Time} exact value=${data.createdAt} />`], ["Runs at", data.runAt && html`<${Time} exact value=${data.runAt} />`],
        ["Started", data.startedAt && html`<${Time} exact value=${data.startedAt} />`], ["Next attempt", data.nextAttemptAt && html`<${Time} exact value=${data.nextAttemptAt} />`],
        ["Finished", data.finishedAt && html`<${Time} exact value=${data.finishedAt} />`],
      ]} />
      ${data.progress && html`<${Section} title="Progress"><${Progress} job=${data} /><//>`}
      ${data.error && html`<${Section} title=${data.status === "failed" ? "Why it failed" : "Last failed attempt"}><${ProblemBox} problem=${data.error} /><//>`}
      ${data.input !== undefined && html`<${Section} title="Input"><${Json} label="Input" value=${data.input} /><//>`}
      ${data.result !== undefined && html`<${Section} title="Result"><${Json} label="Result" value=${data.result} /><//>`}
      ${isOpen(data) && !data.progress && html`<p class="quiet">This page refreshes every ${LIVE_SECONDS} s until the job has ended.</p>`}`}<//>
  <//>`;
}
