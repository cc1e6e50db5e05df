import { html, useState } from "./view.js";
import { Problem, call, goOnWith, isOwn, path, signOut } from "./api.js";
import { useAction, usePages, withSecret } from "./hooks.js";
import {
  Badge, Button, Check, Confirm, Empty, Field, FormDialog, Id, Notice, Page, Pages, ProblemBox, SecretDialog, Text, Time, fieldError, toast,
} from "./ui.js";
import { fieldLine, timeField, timeOf, visible } from "./text.js";

const GROUPS = { resources: "Resources", jobs: "Jobs", events: "Events", webhooks: "Webhooks", keys: "API keys and workspace" };
const READ_ONLY = "requests:read";
const OWN = html`<${Notice} tone="warn" title="This is the key that you are signed in with" />`;

export function Keys() {
  const pages = usePages("/v1/keys", {});
  const [dialog, setDialog] = useState(null);
  const [shown, setShown] = useState(null);
  const close = () => setDialog(null);
  const open = (kind, key) => () => setDialog({ kind, key });
  const enable = useAction(async (key) => {
    await call("PATCH", target(key), { body: { enabled: true } });
    pages.reload();
  });
  const create = html`<${Button} kind="primary" onClick=${open("create")}>Create key<//>`;
  const done = (sentence) => (close(), toast(sentence), pages.reload());
  // The session ends with its key, but a rotated key goes on with its new secret.
  const ended = (key, own, sentence) => (own ? signOut(`The key that this tab was signed in with is ${key.status}. Sign in with another key.`) : done(sentence));
  const dialogs = {
    create: () => html`<${EditKey} title="Create an API key" action="Create key" onClose=${close} save=${async (body) => {
      setShown(await withSecret(() => call("POST", "/v1/keys", { body })));
      close();
      pages.reload();
    }} />`,
    edit: (key) => html`<${EditKey} title="Edit the key" action="Save" thing=${key} onClose=${close}
      save=${async (body) => (await call("PATCH", target(key), { body }), done("Saved."))} />`,
    rotate: (key) => html`<${FormDialog} title="Rotate the key" action="Rotate" onClose=${close} submit=${async ({ hours }) => {
      const own = isOwn(key);
      const rotated = await withSecret(() => call("POST", target(key) + "/rotate", { body: { graceSeconds: Math.round(Number(hours) * 3600) } }));
      if (own) {
        goOnWith(rotated.secret);
      }
      setShown(rotated);
      close();
      pages.reload();
    }}>
      ${isOwn(key) && html`${OWN}<p>This tab goes on with the new secret.</p>`}
      <p><${Text}>${key.name}<//> gets a new secret. The old one opens the workspace until the grace ends.</p>
      <${Field} label="Grace in hours" name="hours" type="number" min="0" max="720" step="any" defaultValue="24" required />
    <//>`,
    disable: (key) => html`<${Confirm} title="Disable the key" action="Disable" onClose=${close}
      sentence=${html`${isOwn(key) && OWN}<${Text}>${key.name}<//> gets 403 until it is enabled again.${isOwn(key) && " That takes another key: this one ends your session."}`}
      run=${async () => {
        const own = isOwn(key);
        ended(await call("PATCH", target(key), { body: { enabled: false } }), own, "Key disabled.");
      }} />`,
    revoke: (key) => html`<${Confirm} title="Revoke the key" action="Revoke" onClose=${close}
      sentence=${html`${isOwn(key) && OWN}<${Text}>${key.name}<//> stops working at once and for good. Programs that use it get 401.${isOwn(key) && " Your session ends, too."}`}
      run=${async () => {
        const own = isOwn(key);
        ended(await call("DELETE", target(key)), own, "Key revoked.");
      }} />`,
  };
  const actions = (row) =>
    row.status === "revoked" ? html`<span class="quiet">none</span>` : html`
      <${Button} aria-label=${"Edit " + visible(row.name)} onClick=${open("edit", row)}>Edit<//>
      <${Button} aria-label=${"Rotate " + visible(row.name)} onClick=${open("rotate", row)}>Rotate<//>
      ${row.status === "disabled" && html`<${Button} aria-label=${"Enable " + visible(row.name)} busy=${enable.busy} onClick=${() => enable.run(row)}>Enable<//>`}
      ${row.status === "enabled" && html`<${Button} aria-label=${"Disable " + visible(row.name)} onClick=${open("disable", row)}>Disable<//>`}
      <${Button} kind="danger" aria-label=${"Revoke " + visible(row.name)} onClick=${open("revoke", row)}>Revoke<//>`;
  return html`<${Page} title="API keys" about="A key opens this workspace to a program, with the scopes that it needs." actions=${create}>
    <${ProblemBox} problem=${enable.problem} />
    <${Pages} of=${pages} label="API keys"
      columns=${[
        { title: "Name", kind: "main", cell: (row) => html`<strong><${Text}>${row.name}<//></strong> ${isOwn(row) && html`<${Badge} tone="info">this session<//>`}<small><code>${row.prefix}…${row.last4}</code></small>` },
        { title: "Scopes", cell: (row) => (row.scopes.length ? html`<${Text}>${row.scopes.join(", ")}<//>` : "everything") },
        { title: "Status", cell: (row) => html`<${Badge}>${row.status}<//>${row.expiresAt && html`<small>expires <${Time} value=${row.expiresAt} /></small>`}` },
        { title: "Last use", cell: (row) => html`<${Time} value=${row.lastUsedAt} />` },
        { title: "Created", cell: (row) => html`<${Time} value=${row.createdAt} />` },
        { title: "Actions", kind: "row-actions", cell: actions },
      ]}
      empty=${html`<${Empty} title="No keys" actions=${create}>Create one for each program that calls the API, so that each can be revoked alone.<//>`} />
    ${dialog && dialogs[dialog.kind](dialog.key)}
    ${shown && html`<${ShownKey} created=${shown} onClose=${() => setShown(null)} />`}
  <//>`;
}

const target = (key) => path`/v1/keys/${key.id}`;

export const ShownKey = ({ created, onClose }) => html`<${SecretDialog} title="API key" label="The key" secret=${created.secret} action="I have stored the key" onClose=${onClose}
  about=${html`Key <${Text}>${created.name}<//>, <${Id}>${created.id}<//>.`} />`;

// The form of a key. `save` gets what a new key is made of, or of an old one what has changed.
export function EditKey({ title, action, thing, onClose, save }) {
  const [restricted, setRestricted] = useState(thing ? thing.scopes.length > 0 : false);
  const submit = async ({ name, mode, expiresAt }, form) => {
    const scopes = restricted ? form.getAll("scope").filter(Boolean) : [];
    // The API takes an empty list for everything.
    if (restricted && scopes.length === 0) {
      throw new Problem({ title: "No scopes are chosen", detail: "Choose at least one scope, or everything." });
    }
    await save(
      thing
        ? {
            ...(name === fieldLine(thing.name) ? {} : { name }),
            ...(sameScopes(scopes, thing.scopes) ? {} : { scopes }),
            ...(expiresAt === timeField(thing.expiresAt) ? {} : { expiresAt: timeOf(expiresAt) || null }),
          }
        : { name, mode, ...(restricted ? { scopes } : {}), ...(expiresAt ? { expiresAt: timeOf(expiresAt) } : {}) },
    );
  };
  return html`<${FormDialog} title=${title} action=${action} onClose=${onClose} submit=${submit}>
    ${(problem) => html`
      <${Field} label="Name" name="name" required maxlength="255" placeholder="billing service" defaultValue=${thing?.name} hint="Say which program uses it." error=${fieldError(problem, "/name")} />
      ${!thing && html`<${Field} kind="select" label="Mode" name="mode" value="live" options=${[["live", "live"], ["test", "test"]]} hint="A label that shows in the key. Both see the same data." />`}
      <fieldset class="field"><legend>Rights</legend>
        <label class="check"><input type="radio" name="rights" checked=${!restricted} onChange=${() => setRestricted(false)} /><span>Everything</span></label>
        <label class="check"><input type="radio" name="rights" checked=${restricted} onChange=${() => setRestricted(true)} /><span>Chosen scopes</span></label>
        ${restricted && html`<${Scopes} given=${thing?.scopes || []} />`}
        ${fieldError(problem, "/scopes") && html`<p class="error">${fieldError(problem, "/scopes")}</p>`}
      </fieldset>
      <${Field} label="Expires" name="expiresAt" type="datetime-local" defaultValue=${timeField(thing?.expiresAt)} hint="Empty for a key without an end." error=${fieldError(problem, "/expiresAt")} />`}
  <//>`;
}

const sameScopes = (some, others) => [...some].sort().join() === [...others].sort().join();

const Scopes = ({ given }) => html`<div class="picker scopes">
  ${Object.entries(GROUPS).map(([group, title]) => html`<${Field} kind="select" key=${group} label=${title} name="scope"
    value=${[group + ":write", group + ":read"].find((scope) => given.includes(scope)) || ""}
    options=${[["", "no access"], [group + ":read", "read"], [group + ":write", "read and write"]]} />`)}
  <${Check} name="scope" value=${READ_ONLY} defaultChecked=${given.includes(READ_ONLY)} label="Read the request log" />
</div>`;
