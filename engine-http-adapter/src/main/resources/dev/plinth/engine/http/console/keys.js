import { html, useState } from "./view.js";
import { call, path } from "./api.js";
import { useAction, usePages } from "./hooks.js";
import { Badge, Button, Check, Confirm, Dialog, Empty, Field, FormDialog, Id, Page, Pages, ProblemBox, Secret, Text, Time, fieldError, toast } from "./ui.js";

const GROUPS = { resources: "Resources", jobs: "Jobs", events: "Events", webhooks: "Webhooks", keys: "API keys and workspace" };
const READ_ONLY = "requests";

export function Keys() {
  const pages = usePages("/v1/keys", {});
  const [dialog, setDialog] = useState(null);
  const [shown, setShown] = useState(null);
  const close = () => setDialog(null);
  const toggle = useAction(async (key) => {
    await call("PATCH", path`/v1/keys/${key.id}`, { body: { enabled: key.status === "disabled" } });
    pages.reload();
  });
  const create = html`<${Button} kind="primary" onClick=${() => setDialog({ kind: "create" })}>Create key<//>`;
  return html`<${Page} title="API keys" about="A key opens this workspace to a program, with the scopes that it needs." actions=${create}>
    <${ProblemBox} problem=${toggle.problem} />
    <${Pages} of=${pages} label="API keys"
      columns=${[
        { title: "Name", kind: "main", cell: (row) => html`<strong><${Text}>${row.name}<//></strong><small><code>${row.prefix}…${row.last4}</code></small>` },
        { title: "Scopes", cell: (row) => (row.scopes.length ? html`<${Text}>${row.scopes.join(", ")}<//>` : "everything") },
        { title: "Status", cell: (row) => html`<${Badge}>${row.status}<//>${row.expiresAt && html`<small>expires <${Time} value=${row.expiresAt} /></small>`}` },
        { title: "Last use", cell: (row) => html`<${Time} value=${row.lastUsedAt} />` },
        { title: "Created", cell: (row) => html`<${Time} value=${row.createdAt} />` },
        { title: "Actions", kind: "row-actions", cell: (row) => (row.status === "revoked" ? html`<span class="quiet">none</span>` : html`
          <${Button} aria-label=${"Rotate " + row.name} onClick=${() => setDialog({ kind: "rotate", key: row })}>Rotate<//>
          ${row.status !== "expired" && html`<${Button} aria-label=${(row.status === "disabled" ? "Enable " : "Disable ") + row.name} busy=${toggle.busy} onClick=${() => toggle.run(row)}>${row.status === "disabled" ? "Enable" : "Disable"}<//>`}
          <${Button} kind="danger" aria-label=${"Revoke " + row.name} onClick=${() => setDialog({ kind: "revoke", key: row })}>Revoke<//>`) },
      ]}
      empty=${html`<${Empty} title="No keys" actions=${create}>Create one for each program that calls the API, so that each can be revoked alone.<//>`} />
    ${dialog?.kind === "create" && html`<${CreateKey} onClose=${close} create=${async (body) => (setShown(await call("POST", "/v1/keys", { body })), close(), pages.reload())} />`}
    ${dialog?.kind === "rotate" && html`<${FormDialog} title="Rotate the key" action="Rotate" onClose=${close} submit=${async ({ hours }) => {
      setShown(await call("POST", path`/v1/keys/${dialog.key.id}/rotate`, { body: { graceSeconds: Math.round(Number(hours) * 3600) } }));
      close();
      pages.reload();
    }}>
      <p><${Text}>${dialog.key.name}<//> gets a new secret. The old one opens the workspace until the grace ends.</p>
      <${Field} label="Grace in hours" name="hours" type="number" min="0" max="720" step="any" defaultValue="24" required />
    <//>`}
    ${dialog?.kind === "revoke" && html`<${Confirm} title="Revoke the key" action="Revoke" onClose=${close} sentence=${html`<${Text}>${dialog.key.name}<//> stops to work at once and for good. Programs that use it get 401.`}
      run=${async () => (await call("DELETE", path`/v1/keys/${dialog.key.id}`), close(), toast("Key revoked."), pages.reload())} />`}
    ${shown && html`<${ShownKey} created=${shown} onClose=${() => setShown(null)} />`}
  <//>`;
}

export const ShownKey = ({ created, onClose }) => html`<${Dialog} title="API key" onClose=${onClose}>
  <p>Key <${Text}>${created.name}<//>, <${Id}>${created.id}<//>.</p>
  <${Secret} label="The key" value=${created.secret} />
  <div class="actions end"><${Button} kind="primary" onClick=${onClose}>I have stored the key<//></div>
<//>`;

export function CreateKey({ onClose, create }) {
  const [restricted, setRestricted] = useState(false);
  const submit = async ({ name, mode, expiresAt }, form) => {
    await create({
      name,
      mode,
      ...(restricted ? { scopes: form.getAll("scope").filter(Boolean) } : {}),
      ...(expiresAt ? { expiresAt: new Date(expiresAt).toISOString() } : {}),
    });
  };
  return html`<${FormDialog} title="Create an API key" action="Create key" onClose=${onClose} submit=${submit}>
    ${(problem) => html`
      <${Field} label="Name" name="name" required maxlength="255" placeholder="billing service" hint="Say which program uses it." error=${fieldError(problem, "/name")} />
      <${Field} kind="select" label="Mode" name="mode" value="live" options=${[["live", "live"], ["test", "test"]]} hint="A label that shows in the key. Both see the same data." />
      <fieldset class="field"><legend>Rights</legend>
        <label class="check"><input type="radio" name="rights" checked=${!restricted} onChange=${() => setRestricted(false)} /><span>Everything</span></label>
        <label class="check"><input type="radio" name="rights" checked=${restricted} onChange=${() => setRestricted(true)} /><span>Chosen scopes</span></label>
        ${restricted && html`<div class="picker scopes">
          ${Object.entries(GROUPS).map(([scope, title]) => html`<${Field} kind="select" key=${scope} label=${title} name="scope" value="" options=${[["", "no access"], [scope + ":read", "read"], [scope + ":write", "read and write"]]} />`)}
          <${Check} name="scope" value=${READ_ONLY + ":read"} label="Read the request log" />
        </div>`}
        ${fieldError(problem, "/scopes") && html`<p class="error">${fieldError(problem, "/scopes")}</p>`}
      </fieldset>
      <${Field} label="Expires" name="expiresAt" type="datetime-local" hint="Empty for a key without an end." error=${fieldError(problem, "/expiresAt")} />`}
  <//>`;
}
