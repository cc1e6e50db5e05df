import { html, useState } from "./view.js";
import { call, path } from "./api.js";
import { go, showFilters, useAction, useLoad, usePages, withSecret } from "./hooks.js";
import {
  Badge, Button, Confirm, Empty, Facts, Field, Filters, FormDialog, Id, Json, Loaded, Notice, Page, Pages, ProblemBox, Section, Text, Time, fieldError, toast,
} from "./ui.js";
import { EditKey, ShownKey } from "./keys.js";
import { mergePatch } from "./json.js";
import { fieldLine } from "./text.js";

const HOME = "#/operator/workspaces";

// The names of the plans that the server knows now; none until they have come.
const usePlans = () => useLoad((signal) => call("GET", "/admin/v1/plans", { signal }), []).data?.data.map(({ name }) => name) || [];

function PlanField({ value, problem }) {
  return html`<${Field} label="Plan" name="plan" required list="plans" defaultValue=${value} hint="One of the plans of this server." error=${fieldError(problem, "/plan")} />
    <datalist id="plans">${usePlans().map((plan) => html`<option value=${plan}></option>`)}</datalist>`;
}

export function Workspaces({ rest, query }) {
  return rest[0] ? html`<${Workspace} key=${rest[0]} id=${rest[0]} />` : html`<${List} plan=${query.plan || ""} />`;
}

function List({ plan }) {
  const pages = usePages("/admin/v1/workspaces", { plan });
  const plans = usePlans();
  const [creating, setCreating] = useState(false);
  const create = html`<${Button} kind="primary" onClick=${() => setCreating(true)}>Create workspace<//>`;
  return html`<${Page} title="Workspaces" about="The tenants of this server. Each has its own data, keys and plan." actions=${create}>
    <${Filters} label="Workspaces">
      <${Field} kind="select" label="Plan" value=${plan} onChange=${(event) => showFilters(HOME, { plan: event.target.value })}
        options=${[["", "all"], ...[...new Set([...plans, ...(plan ? [plan] : [])])].map((name) => [name, name])]} />
    <//>
    <${Pages} of=${pages} label="Workspaces"
      columns=${[
        { title: "Name", kind: "main", cell: (row) => html`<a href=${`${HOME}/${row.id}`}><${Text}>${row.name}<//></a><small><${Id}>${row.id}<//></small>` },
        { title: "Plan", cell: (row) => html`<${Text}>${row.plan}<//>` },
        { title: "Status", cell: (row) => html`<${Badge}>${row.status}<//>` },
        { title: "Created", cell: (row) => html`<${Time} value=${row.createdAt} />` },
      ]}
      empty=${plan ? html`<${Empty} title="No workspace has this plan">Choose another plan to see the others.<//>` : html`<${Empty} title="No workspaces" actions=${create}>Create the first one, then make an API key for it.<//>`} />
    ${creating && html`<${FormDialog} title="Create workspace" action="Create" onClose=${() => setCreating(false)} submit=${async (body) => {
      const made = await call("POST", "/admin/v1/workspaces", { body });
      toast("Workspace created. Make an API key for it next.");
      go(`${HOME}/${made.id}`);
    }}>${(problem) => html`<${Field} label="Name" name="name" required maxlength="255" error=${fieldError(problem, "/name")} /><${PlanField} value="starter" problem=${problem} />`}<//>`}
  <//>`;
}

function Workspace({ id }) {
  const target = path`/admin/v1/workspaces/${id}`;
  const workspace = useLoad((signal) => call("GET", target, { signal }), [id]);
  const [dialog, setDialog] = useState("");
  const [shown, setShown] = useState(null);
  const close = () => setDialog("");
  const patch = async (body) => workspace.set(await call("PATCH", target, { body }));
  const activate = useAction(() => patch({ status: "active" }));
  const { data } = workspace;
  return html`<${Page} title=${data ? html`<${Text}>${data.name}<//>` : "Workspace"} trail=${[["Workspaces", HOME]]}
    actions=${data && html`
      <${Button} kind="primary" onClick=${() => setDialog("key")}>Create API key<//>
      <${Button} onClick=${() => setDialog("edit")}>Change name or plan<//>
      ${data.status === "active" ? html`<${Button} onClick=${() => setDialog("suspend")}>Suspend<//>` : html`<${Button} busy=${activate.busy} onClick=${() => activate.run()}>Activate<//>`}
      <${Button} kind="danger" onClick=${() => setDialog("delete")}>Delete<//>`}>
    <${ProblemBox} problem=${activate.problem} />
    <${Loaded} of=${workspace}>${() => html`
      ${data.status === "suspended" && html`<${Notice} tone="warn" title="This workspace is suspended">Its calls get 403, its jobs do not start and its webhooks are held. Activate it to let them go on.<//>`}
      <${Facts} items=${[
        ["Id", html`<${Id}>${data.id}<//>`], ["Plan", html`<${Text}>${data.plan}<//>`], ["Status", html`<${Badge}>${data.status}<//>`], ["Created", html`<${Time} exact value=${data.createdAt} />`],
      ]} />
      <${Section} title="Metadata"><${Json} label="Metadata" value=${data.metadata} /><//>`}<//>
    ${dialog === "edit" && html`<${FormDialog} title="Change the workspace" action="Save" onClose=${close}
      submit=${async (form) => (await patch(mergePatch({ name: fieldLine(data.name), plan: data.plan }, form)), close(), toast("Saved."))}>
      ${(problem) => html`<${Field} label="Name" name="name" required maxlength="255" defaultValue=${data.name} error=${fieldError(problem, "/name")} /><${PlanField} value=${data.plan} problem=${problem} />
        <p class="hint">A new plan holds from the next request on and keeps the units that are used.</p>`}<//>`}
    ${dialog === "suspend" && html`<${Confirm} title="Suspend the workspace" action="Suspend" onClose=${close} sentence="Its calls get 403 at once, its jobs do not start and its webhooks are held until it is active again." run=${async () => (await patch({ status: "suspended" }), close())} />`}
    ${dialog === "delete" && html`<${Confirm} title="Delete the workspace" action="Delete" word=${id} onClose=${close} sentence="Its keys stop working at once and all of its data goes. This cannot be taken back."
      run=${async () => (await call("DELETE", target), toast("Workspace deleted."), go(HOME))} />`}
    ${dialog === "key" && html`<${EditKey} title="Create an API key" action="Create key" onClose=${close}
      save=${async (body) => (setShown(await withSecret(() => call("POST", target + "/keys", { body }))), close())} />`}
    ${shown && html`<${ShownKey} created=${shown} onClose=${() => setShown(null)} />`}
  <//>`;
}
