import { html, useState } from "./view.js";
import { answer, call, path } from "./api.js";
import { mergePatch } from "./json.js";
import { go, showFilters, useAction, useLoad, usePages } from "./hooks.js";
import {
  Badge, Button, Confirm, Details, Empty, Facts, Field, FilterField, Filters, FormDialog, Id, Json, Loaded, Notice, Page, Pages, ProblemBox, Tabs, Text, Time,
  fieldError, fieldText, jsonOf, toast,
} from "./ui.js";
import { JobList } from "./jobs.js";
import { EventList } from "./events.js";
import { fieldLine, timeField, timeOf, visible } from "./text.js";

const HOME = "#/resources";
const TABS = [["data", "Data"], ["children", "Children"], ["shares", "Shares"], ["events", "Events"], ["jobs", "Jobs"]];
const FILTERS = ["status", "shared", "type", "metadata", "createdAfter", "createdBefore"];
const PAIR = /^([^=]+)=(.*)$/;
const PAUSED = ["resume", "Resume"];
const ACTIVE = ["pause", "Pause"];
const OWNERS_MOVES = { active: [["archive", "Archive"]], paused: [["archive", "Archive"]], archived: [["unarchive", "Unarchive"]] };
const EDITORS_MOVES = { active: [ACTIVE], paused: [PAUSED], archived: [] };

// The moves that the caller may make: none for a reader of a share, all but the owner's for an editor.
const movesOf = ({ status, access, role }) =>
  role === "reader" ? [] : [...EDITORS_MOVES[status], ...(access === "shared" ? [] : OWNERS_MOVES[status])];
const isEditable = ({ status, role }) => status !== "archived" && role !== "reader";

export function Resources({ rest, query }) {
  return rest[0] ? html`<${Resource} key=${rest[0]} id=${rest[0]} tab=${rest[1] || "data"} />` : html`<${List} query=${query} />`;
}

function List({ query }) {
  const filters = Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
  const [adding, setAdding] = useState(false);
  const show = (name, value) => showFilters(HOME, { ...filters, [name]: value });
  const change = (name) => (event) => show(name, event.target.value.trim());
  const changeTime = (name) => (event) => show(name, timeOf(event.target.value));
  const pair = PAIR.exec(filters.metadata || "");
  const { metadata, ...others } = filters;
  const pages = usePages("/v1/resources", { ...others, ...(pair ? { ["metadata." + pair[1]]: pair[2] } : {}) });
  const isFiltered = Object.keys(filters).length > 0;
  const add = html`<${Button} kind="primary" onClick=${() => setAdding(true)}>Create resource<//>`;
  return html`<${Page} title="Resources" about="What this workspace works with, newest first." actions=${add}>
    <${Filters} label="Resources">
      <${Field} kind="select" label="Status" value=${filters.status || ""} onChange=${change("status")}
        options=${[["", "active and paused"], ["active", "active"], ["paused", "paused"], ["archived", "archived"], ["all", "all"]]} />
      <${Field} kind="select" label="Owner" value=${filters.shared || ""} onChange=${change("shared")} options=${[["", "this workspace"], ["true", "shared with it"]]} />
      <${FilterField} label="Type" value=${filters.type || ""} onChange=${change("type")} placeholder="invoice" />
      <${FilterField} label="Metadata" value=${metadata || ""} onChange=${change("metadata")} placeholder="customer=c-17"
        error=${metadata && !pair && "Write it as key=value. Without that it filters nothing."} />
      <${FilterField} label="Created after" type="datetime-local" value=${timeField(filters.createdAfter)} onChange=${changeTime("createdAfter")} />
      <${FilterField} label="Created before" type="datetime-local" value=${timeField(filters.createdBefore)} onChange=${changeTime("createdBefore")} />
    <//>
    <${Pages} of=${pages} label="Resources"
      columns=${[
        { title: "Name", kind: "main", cell: (row) => html`<a href=${`${HOME}/${row.id}`}><${Text}>${row.name}<//></a><small><${Id}>${row.id}<//></small>` },
        { title: "Type", cell: (row) => html`<${Text}>${row.type}<//>` },
        { title: "Status", cell: (row) => html`<${Badge}>${row.status}<//> ${row.access && html`<${Badge} tone="info">${row.role}<//>`}` },
        { title: "Version", cell: (row) => row.version },
        { title: "Updated", cell: (row) => html`<${Time} value=${row.updatedAt} />` },
      ]}
      empty=${isFiltered
        ? html`<${Empty} title="Nothing fits these filters">Change a filter, or take it away.<//>`
        : html`<${Empty} title="No resources yet" actions=${add}>Create the first one here, or with <code>POST /v1/resources</code>.<//>`} />
    ${adding && html`<${Edit} title="Create resource" action="Create" onClose=${() => setAdding(false)} submit=${async (body) => {
      const created = await call("POST", "/v1/resources", { body });
      toast("Resource created.");
      go(`${HOME}/${created.id}`);
    }} />`}
  <//>`;
}

// The form of a resource or child: `submit` gets the body of a new one, or the merge patch of what has changed.
function Edit({ title, action, thing, submit, onClose, onStale }) {
  const sent = ({ name, type, data, metadata }) => {
    const form = { name, ...(type ? { type } : {}), data: jsonOf(data, "/data"), metadata: jsonOf(metadata, "/metadata") };
    return submit(thing ? patchOf(thing, form) : form);
  };
  const hint = thing ? " A deleted line, or null, takes a member away." : "";
  return html`<${FormDialog} title=${title} action=${action} onClose=${onClose} onStale=${onStale} wide submit=${sent}>
    ${(problem) => html`
      <${Field} label="Name" name="name" required maxlength="255" defaultValue=${thing?.name} error=${fieldError(problem, "/name")} />
      ${!thing && html`<${Field} label="Type" name="type" pattern="[a-z][a-z0-9_]{0,63}" hint="Lower-case letters, digits and _. It cannot change later." error=${fieldError(problem, "/type")} />`}
      <${Field} kind="text" label="Data" name="data" defaultValue=${fieldText(thing?.data)} hint=${"A JSON object." + hint} error=${fieldError(problem, "/data")} />
      <${Field} kind="text" label="Metadata" name="metadata" rows="4" defaultValue=${fieldText(thing?.metadata)} hint=${"A JSON object of strings." + hint} error=${fieldError(problem, "/metadata")} />`}
  <//>`;
}

const patchOf = (thing, form) => mergePatch({ name: fieldLine(thing.name), data: thing.data, metadata: thing.metadata }, form);

function Resource({ id, tab }) {
  const target = path`/v1/resources/${id}`;
  const resource = useLoad((signal) => answer("GET", target, { signal }), [id]);
  const [dialog, setDialog] = useState("");
  const data = resource.data?.body;
  const move = useAction(async (verb) => resource.set(await answer("POST", `${target}/${verb}`, { headers: { "If-Match": resource.data.etag } })));
  const close = () => setDialog("");
  const current = TABS.some(([name]) => name === tab) ? tab : "data";
  const lists = {
    children: () => html`<${Children} target=${target} editable=${isEditable(data)} />`,
    shares: () => (data.access ? html`<${Empty} title="Another workspace owns this resource">Only its owner sees the shares.<//>` : html`<${Shares} target=${target} />`),
    events: () => html`<${EventList} resourceId=${id} />`,
    jobs: () => html`<${JobList} resourceId=${id} />`,
    data: () => html`<h2 class="sr">Data</h2><${Json} label="Data" value=${data.data} /><h2 class="apart">Metadata</h2><${Json} label="Metadata" value=${data.metadata} />`,
  };
  const isStale = move.problem?.code === "precondition_failed";
  return html`<${Page} title=${data ? html`<${Text}>${data.name}<//>` : "Resource"} trail=${[["Resources", HOME]]}
    actions=${data && html`
      <${Button} kind="primary" disabled=${!isEditable(data)} onClick=${() => setDialog("edit")}>Edit<//>
      ${movesOf(data).map(([verb, title]) => html`<${Button} key=${verb} busy=${move.busy} onClick=${() => move.run(verb)}>${title}<//>`)}
      ${data.status === "archived" && !data.access && html`<${Button} kind="danger" onClick=${() => setDialog("delete")}>Delete<//>`}`}>
    <${ProblemBox} problem=${move.problem} onRetry=${isStale ? () => (move.clear(), resource.reload()) : undefined} retry="Load the newest version" />
    <${Loaded} of=${resource}>${() => html`
      ${data.access && html`<${Notice} tone="info">Workspace <${Id}>${data.ownerWorkspaceId}<//> shares this resource; this workspace is ${data.role === "editor" ? "an editor" : "a reader"} of it.<//>`}
      <${Facts} items=${[
        ["Id", html`<${Id}>${data.id}<//>`], ["Status", html`<${Badge}>${data.status}<//>`], ["Type", html`<${Text}>${data.type}<//>`], ["Version", data.version],
        ["Created", html`<${Time} exact value=${data.createdAt} />`], ["Updated", html`<${Time} exact value=${data.updatedAt} />`],
      ]} />
      <${Tabs} label="Parts of the resource" tabs=${TABS} current=${current} onChange=${(name) => go(`${HOME}/${id}/${name}`)}>${lists[current]()}<//>`}<//>
    ${dialog === "edit" && html`<${Edit} title="Edit resource" action="Save" thing=${data} onClose=${close} onStale=${() => (close(), resource.reload())} submit=${async (body) => {
      resource.set(await answer("PATCH", target, { body, headers: { "If-Match": resource.data.etag } }));
      close();
      toast("Saved.");
    }} />`}
    ${dialog === "delete" && html`<${Confirm} title="Delete the resource" action="Delete" word=${id} onClose=${close} sentence="Its children and shares go with it. This cannot be taken back."
      run=${async () => (await call("DELETE", target), toast("Resource deleted."), go(HOME))} />`}
  <//>`;
}

function Children({ target, editable }) {
  const pages = usePages(target + "/children", {});
  const [dialog, setDialog] = useState(null);
  const close = () => setDialog(null);
  const done = () => (close(), pages.reload());
  const add = html`<${Button} kind="primary" disabled=${!editable} onClick=${() => setDialog({ kind: "create" })}>Add child<//>`;
  const at = (child) => target + path`/children/${child.id}`;
  return html`<div class="bar">${add}</div>
    <${Pages} of=${pages} label="Children"
      columns=${[
        { title: "Name", kind: "main", cell: (row) => html`<strong><${Text}>${row.name}<//></strong><small><${Id}>${row.id}<//></small>` },
        { title: "Type", cell: (row) => html`<${Text}>${row.type}<//>` },
        { title: "Version", cell: (row) => row.version },
        { title: "Data", cell: (row) => html`<${Details} summary="Show">${() => html`<${Json} label=${"Data of " + row.id} value=${{ data: row.data, metadata: row.metadata }} />`}<//>` },
        { title: "Updated", cell: (row) => html`<${Time} value=${row.updatedAt} />` },
        { title: "Actions", kind: "row-actions", cell: (row) => html`<${Button} aria-label=${"Edit " + visible(row.name)} disabled=${!editable} onClick=${() => setDialog({ kind: "edit", child: row })}>Edit<//>
          <${Button} kind="danger" aria-label=${"Delete " + visible(row.name)} disabled=${!editable} onClick=${() => setDialog({ kind: "delete", child: row })}>Delete<//>` },
      ]}
      empty=${html`<${Empty} title="No children" actions=${add}>A child belongs to this resource alone, such as a line to an order.<//>`} />
    ${dialog?.kind === "create" && html`<${Edit} title="Add child" action="Add" onClose=${close}
      submit=${async (body) => (await call("POST", target + "/children", { body }), done())} />`}
    ${dialog?.kind === "edit" && html`<${Edit} title="Edit child" action="Save" thing=${dialog.child} onClose=${close} onStale=${done}
      submit=${async (body) => (await call("PATCH", at(dialog.child), { body, headers: { "If-Match": `"v${dialog.child.version}"` } }), done())} />`}
    ${dialog?.kind === "delete" && html`<${Confirm} title="Delete the child" action="Delete" onClose=${close} sentence=${html`<${Text}>${dialog.child.name}<//> goes for good.`}
      run=${async () => (await call("DELETE", at(dialog.child)), done())} />`}`;
}

function Shares({ target }) {
  const pages = usePages(target + "/shares", {});
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState(null);
  const add = html`<${Button} kind="primary" onClick=${() => setAdding(true)}>Share<//>`;
  return html`<div class="bar">${add}</div>
    <${Pages} of=${pages} label="Shares"
      columns=${[
        { title: "Workspace", kind: "main", cell: (row) => html`<${Id}>${row.workspaceId}<//>` },
        { title: "Role", cell: (row) => html`<${Badge} tone="info">${row.role}<//>` },
        { title: "Since", cell: (row) => html`<${Time} value=${row.createdAt} />` },
        { title: "Actions", kind: "row-actions", cell: (row) => html`<${Button} kind="danger" aria-label=${"End the share with " + row.workspaceId} onClick=${() => setEnding(row)}>End share<//>` },
      ]}
      empty=${html`<${Empty} title="Not shared" actions=${add}>Share it with another workspace: a reader sees it, an editor changes it.<//>`} />
    ${adding && html`<${FormDialog} title="Share the resource" action="Share" onClose=${() => setAdding(false)}
      submit=${async ({ workspaceId, role }) => (await call("PUT", target + path`/shares/${workspaceId.trim()}`, { body: { role } }), setAdding(false), pages.reload())}>
      <${Field} label="Workspace" name="workspaceId" required placeholder="ws_…" hint="The id of the other workspace." />
      <${Field} kind="select" label="Role" name="role" value="reader" options=${[["reader", "reader: sees it"], ["editor", "editor: changes it"]]} />
    <//>`}
    ${ending && html`<${Confirm} title="End the share" action="End share" onClose=${() => setEnding(null)} sentence="The other workspace sees the resource no more, and its jobs on it are canceled."
      run=${async () => (await call("DELETE", target + path`/shares/${ending.workspaceId}`), setEnding(null), pages.reload())} />`}`;
}
