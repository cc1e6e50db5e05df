import { html } from "./view.js";
import { call } from "./api.js";
import { useLoad } from "./hooks.js";
import { Loaded, Page, Table, Text } from "./ui.js";
import { bytes, count } from "./text.js";

const bound = (max) => (max === undefined ? html`<span class="quiet">no limit</span>` : count(max));
const rate = ({ requests, windowSeconds }) => `${count(requests)} in ${count(windowSeconds)} s`;
const NONE = html`<span class="quiet">none</span>`;

export function Plans() {
  const plans = useLoad((signal) => call("GET", "/admin/v1/plans", { signal }), []);
  return html`<${Page} title="Plans" about="What workspaces may do. The configuration of the server defines them; a workspace names one.">
    <${Loaded} of=${plans}>${({ data }) => html`<${Table} label="Plans" rows=${data} rowKey=${(row) => row.name}
      columns=${[
        { title: "Plan", kind: "main", cell: (row) => html`<strong><${Text}>${row.name}<//></strong><small><a href=${`#/operator/workspaces?plan=${encodeURIComponent(row.name)}`}>its workspaces<span class="sr"> (${row.name})</span></a></small>` },
        { title: "Requests", cell: rate },
        { title: "Policies", cell: ({ policies }) => (policies.length ? policies.map((policy) => html`<div key=${policy.name}><${Text}>${policy.name}<//>: ${rate(policy)}${policy.per === "key" ? " per key" : ""}${policy.mode === "shadow" ? ", in shadow" : ""}</div>`) : NONE) },
        { title: "Resources", cell: (row) => bound(row.resourcesMax) },
        { title: "Endpoints", cell: (row) => bound(row.endpointsMax) },
        { title: "Waiting jobs", cell: (row) => bound(row.queuedJobsMax) },
        { title: "At once", cell: (row) => html`<div>jobs: ${bound(row.jobsRunningMax)}</div><div>webhooks: ${bound(row.deliveriesRunningMax)}</div>` },
        { title: "Own shares", cell: ({ shares }) => (shares.length ? shares.map((share) => html`<div key=${share.table}>${share.table}: ${count(share.rows)} rows, ${bytes(share.bytes)}</div>`) : NONE) },
      ]} />`}<//>
  <//>`;
}
