import { html, useState } from "./view.js";
import { call, renamed } from "./api.js";
import { mergePatch } from "./json.js";
import { useLoad, usePoll } from "./hooks.js";
import {
  Badge, Button, Facts, Field, FormDialog, Fullness, Id, Json, Loaded, Page, Section, Table, Text, Time, fieldError, fieldText, jsonOf, toast,
} from "./ui.js";
import { bytes, count, fieldLine } from "./text.js";

const LIVE_SECONDS = 2;
const USE_SECONDS = 10;
const LIMITS = { resources: "Resources", webhookEndpoints: "Webhook endpoints", waitingJobs: "Waiting jobs" };

export function Plan() {
  const workspace = useLoad((signal) => call("GET", "/v1/workspace", { signal }), []);
  const rate = useLoad((signal) => call("GET", "/v1/rate-limit", { signal }), []);
  const use = useLoad((signal) => call("GET", "/v1/plan", { signal }), []);
  const [editing, setEditing] = useState(false);
  usePoll(use.poll, USE_SECONDS);
  usePoll(rate.poll, LIVE_SECONDS, { free: true });
  const edit = html`<${Button} onClick=${() => setEditing(true)} disabled=${!workspace.data}>Edit workspace<//>`;
  return html`<${Page} title="Plan and limits" about="What the workspace may do, and what is left of it now." actions=${edit}>
    <${Section} title="Rate limit">
      <${Loaded} of=${rate}>${(data) => html`<div class="cards">${data.policies.map((policy) => html`<div class="card" key=${policy.name}>
        <h3><${Text}>${policy.name}<//></h3>
        <p class="figure">${count(policy.remaining)} <span>of ${count(policy.limit)} requests left</span></p>
        <progress max=${policy.limit} value=${policy.remaining} aria-label=${`${policy.name}: requests left`}></progress>
        <p class="small quiet">${policy.resetSeconds > 0 ? `One more in ${policy.resetSeconds} s.` : "Full."} ${count(policy.limit)} in ${count(policy.windowSeconds)} s, given back one by one.</p>
      </div>`)}</div>`}<//>
      <p class="small quiet">The rate limit is asked at no cost. Everything else in the console takes from the same limit as your programs, and leaves 40 % of
        it to them when it refreshes by itself.</p>
    <//>
    <${Section} title="Limits">
      <${Loaded} of=${use}>${({ limits }) => html`<div class="cards">${limits.map(({ name, used, max }) => html`<div class="card" key=${name}>
        <h3>${LIMITS[name] || name}</h3>
        ${max === undefined ? html`<p class="figure">${count(used)}</p><p class="small quiet">No limit.</p>` : html`
          <p class="figure">${count(Math.max(0, max - used))} <span>of ${count(max)} left</span></p>
          <progress max=${Math.max(1, max)} value=${used} aria-label=${`${LIMITS[name] || name}: used`}></progress><p class="small quiet">${count(used)} used.</p>`}
      </div>`)}</div>`}<//>
    <//>
    <${Section} title="Share of the server">
      <${Loaded} of=${use}>${({ tables }) => html`<${Table} label="Share of the server" rows=${tables} rowKey=${(row) => row.name}
        columns=${[
          { title: "Table", kind: "main", cell: (row) => html`<strong>${row.name}</strong>` },
          { title: "Rows", cell: (row) => html`<${Fullness} used=${row.rows} max=${row.rowsMax} show=${count} name=${row.name + ": rows"} />` },
          { title: "Bytes", cell: (row) => html`<${Fullness} used=${row.bytes} max=${row.bytesMax} show=${bytes} name=${row.name + ": bytes"} />` },
        ]} />`}<//>
      <p class="small quiet">The most that this workspace may keep under its plan. API keys count in keys.</p>
    <//>
    <${Section} title="Workspace">
      <${Loaded} of=${workspace}>${(data) => html`<${Facts} items=${[
        ["Name", html`<${Text}>${data.name}<//>`], ["Id", html`<${Id}>${data.id}<//>`], ["Plan", html`<${Text}>${data.plan}<//>`],
        ["Status", html`<${Badge}>${data.status}<//>`], ["Created", html`<${Time} exact value=${data.createdAt} />`],
        ["Takes shares from", data.sharesFrom && html`<${Text}>${data.sharesFrom.join(", ") || "no workspace"}<//>`],
      ]} /><${Json} label="Metadata of the workspace" value=${data.metadata} />
      <p class="small quiet">The operator of the server changes the plan.</p>`}<//>
    <//>
    ${editing && html`<${FormDialog} title="Edit workspace" action="Save" onClose=${() => setEditing(false)} submit=${async ({ name, metadata }) => {
      const before = { name: fieldLine(workspace.data.name), metadata: workspace.data.metadata };
      const body = mergePatch(before, { name, metadata: jsonOf(metadata, "/metadata") });
      const changed = await call("PATCH", "/v1/workspace", { body });
      workspace.set(changed);
      renamed.set(changed.name);
      setEditing(false);
      toast("Saved.");
    }}>${(problem) => html`
      <${Field} label="Name" name="name" required maxlength="255" defaultValue=${workspace.data.name} error=${fieldError(problem, "/name")} />
      <${Field} kind="text" label="Metadata" name="metadata" defaultValue=${fieldText(workspace.data.metadata)}
        hint="A JSON object of strings. A deleted line, or null, takes a member away." error=${fieldError(problem, "/metadata")} />`}<//>`}
  <//>`;
}
