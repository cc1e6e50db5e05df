import { html, useEffect, useRef, useState } from "./view.js";
import { Problem } from "./api.js";
import { parse } from "./json.js";
import { store, useStore } from "./store.js";
import { ago, json, local, visible } from "./text.js";
import { useAction, useSecretShown } from "./hooks.js";

const TOAST_MILLIS = 5000;
const COPIED_MILLIS = 2500;
const CLOCK_MILLIS = 10_000;
const FULL_WARNING = 0.8;

let ids = 0;
function useId() {
  const id = useRef("");
  id.current ||= "id" + ++ids;
  return id.current;
}

const toasts = store("");
let toastTimer = 0;

export function toast(sentence) {
  clearTimeout(toastTimer);
  toasts.set(sentence);
  toastTimer = setTimeout(() => toasts.set(""), TOAST_MILLIS);
}

export function Toasts() {
  const sentence = useStore(toasts);
  return html`<div class="toast" role="status" data-shown=${sentence ? "yes" : "no"}>${sentence}</div>`;
}

// Text of a stranger: kept apart from the direction of what stands around it.
export const Text = ({ children }) => html`<bdi>${visible(children)}</bdi>`;

export const Id = ({ children }) => html`<code class="id"><bdi>${visible(children)}</bdi></code>`;

export function Page({ title, about, actions, trail, site = "Plinth console", children }) {
  const heading = useRef(null);
  useEffect(() => {
    const name = heading.current.textContent;
    document.title = `${name} · ${site}`;
  });
  return html`<div class="page">
    ${trail && html`<nav class="trail" aria-label="You are here">${trail.map(([name, hash]) => html`<a href=${hash}>${name}</a>`)}</nav>`}
    <header class="page-head">
      <div>
        <h1 ref=${heading} tabindex="-1">${title}</h1>
        ${about && html`<p class="about">${about}</p>`}
      </div>
      ${actions && html`<div class="actions">${actions}</div>`}
    </header>
    ${children}
  </div>`;
}

export const Section = ({ title, actions, children }) => html`<section class="section">
  <div class="section-head"><h2>${title}</h2>${actions && html`<div class="actions">${actions}</div>`}</div>
  ${children}
</section>`;

// While it is busy it takes no click, but keeps the focus, which one that is disabled would lose.
export const Button = ({ kind = "plain", busy, onClick, children, ...rest }) =>
  html`<button type="button" class=${"button " + kind} aria-busy=${busy ? "true" : undefined} aria-disabled=${busy ? "true" : undefined}
    onClick=${busy ? undefined : onClick} ...${rest}>${children}</button>`;

const TONES = {
  active: "good", enabled: "good", delivered: "good", succeeded: "good", ready: "good", ok: "good", executed: "good",
  paused: "warn", retrying: "warn", held: "warn", disabled: "warn", scheduled: "quiet", queued: "quiet", pending: "quiet",
  running: "info", delivering: "info", replayed: "info",
  failed: "bad", exhausted: "bad", revoked: "bad", expired: "bad", suspended: "bad", mismatch: "bad",
  journal_failed: "bad", unconfirmed: "bad",
};

const toneOf = (word) => (Object.hasOwn(TONES, word) ? TONES[word] : "quiet");

export const Badge = ({ children, tone }) => html`<span class=${"badge " + (tone || toneOf(children))}>${visible(children)}</span>`;

const statusTone = (code) => (code < 300 ? "good" : code < 400 ? "info" : code < 500 ? "warn" : "bad");

export const Status = ({ code }) => html`<span class=${"badge " + statusTone(code)}>${code}</span>`;

// One clock for all times of the page.
const clock = store(Date.now());
setInterval(() => clock.set(Date.now()), CLOCK_MILLIS);

// How long ago a time is; with `exact` the time itself as well, for a page about one thing.
export function Time({ value, exact }) {
  useStore(clock);
  if (!value) {
    return html`<span class="quiet">never</span>`;
  }
  return html`<time datetime=${value} title=${local(value)}>${ago(value)}${exact && html`<small>${local(value)}</small>`}</time>`;
}

// Names with values; a value that is absent is left out.
export const Facts = ({ items }) => html`<dl class="facts">
  ${items.filter(([, value]) => value || value === 0).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>`;

export const Json = ({ label, value }) => html`<${Code} label=${label} text=${json(value)} whole=${() => JSON.stringify(value, null, 2)} />`;

// A text with its lines. `whole` gives what is copied, where more is copied than shown.
export const Code = ({ label, text, whole = () => text }) => html`<div class="code">
  <${Copy} text=${whole} what=${label} />
  <pre tabindex="0" role="region" aria-label=${visible(label)}><code>${text}</code></pre>
</div>`;

// Says in its own place what came of it: outside of an open dialog nothing can be seen or heard.
function Copy({ text, what }) {
  const button = useRef(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = said && setTimeout(() => setSaid(""), COPIED_MILLIS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setSaid("Copied");
    } catch {
      // The browser refuses, as it does on plain HTTP: what is selected can be copied by hand.
      getSelection().selectAllChildren(button.current.parentElement.querySelector("pre"));
      setSaid("Selected: copy it by hand");
    }
  };
  return html`<button type="button" class="copy" ref=${button} onClick=${copy} aria-label=${said ? undefined : "Copy " + visible(what)}>${said || "Copy"}</button>
    <span class="sr" role="status">${said}</span>`;
}

// Renders its content only while it is open.
export function Details({ summary, children }) {
  const [open, setOpen] = useState(false);
  return html`<details onToggle=${(event) => setOpen(event.target.open)}><summary>${summary}</summary>${open && children()}</details>`;
}

// Shows what only one answer has. Its button alone closes it, so that no Escape, Back or ended session loses the secret.
export function SecretDialog({ title, label, secret, action, about, onClose, wide, children }) {
  useSecretShown();
  return html`<${Dialog} title=${title} wide=${wide} locked>
    <div class="secret">
      ${about && html`<p>${about}</p>`}
      <p><strong>${label}</strong> is shown this once. Store it now.</p>
      <${Code} label=${label} text=${secret} />
      ${children}
    </div>
    <div class="actions end"><${Button} kind="primary" onClick=${onClose}>${action}<//></div>
  <//>`;
}

const errorPlace = (error) => html`<code>${visible(error.pointer || error.parameter || "/")}</code> ${visible(error.detail)}`;

export function ProblemBox({ problem, onRetry, retry = "Try again" }) {
  if (!problem) {
    return null;
  }
  return html`<div class="notice bad" role="alert">
    <p><strong>${visible(problem.title)}</strong></p>
    <p>${visible(problem.detail)}</p>
    ${problem.errors?.length > 0 && html`<ul>${problem.errors.map((error) => html`<li>${errorPlace(error)}</li>`)}</ul>`}
    ${problem.retryAfter && html`<p>Try again in ${visible(problem.retryAfter)} s.</p>`}
    <p class="small">${problem.code && html`<code>${visible(problem.code)}</code>`} ${problem.requestId && html`Request <${Id}>${problem.requestId}<//>`}</p>
    ${onRetry && html`<${Button} onClick=${onRetry}>${retry}<//>`}
  </div>`;
}

export const Notice = ({ tone = "info", title, children, actions }) => html`<div class=${"notice " + tone} role=${tone === "bad" ? "alert" : "note"}>
  ${title && html`<p><strong>${title}</strong></p>`}
  ${children && html`<div>${children}</div>`}
  ${actions && html`<div class="actions">${actions}</div>`}
</div>`;

export const Empty = ({ title, children, actions }) => html`<div class="empty">
  <p class="empty-title">${title}</p>
  <p>${children}</p>
  ${actions && html`<div class="actions">${actions}</div>`}
</div>`;

export const Loading = () => html`<div class="loading" role="status"><span class="sr">Loading…</span><i></i><i></i><i></i></div>`;

// Shows a load: its problem, that it runs, or what it gave.
export function Loaded({ of, children }) {
  if (of.data === undefined) {
    return of.error ? html`<${ProblemBox} problem=${of.error} onRetry=${of.reload} />` : html`<${Loading} />`;
  }
  return html`${of.error && html`<${ProblemBox} problem=${of.error} onRetry=${of.reload} />`}${children(of.data)}`;
}

const Cell = ({ column, row }) => html`<td data-label=${column.title} class=${column.kind || ""}><div>${column.cell(row)}</div></td>`;

export function Table({ label, columns, rows, rowKey = (row) => row.id }) {
  return html`<div class="table"><table>
    <caption class="sr">${label}</caption>
    <thead><tr>${columns.map((column) => html`<th scope="col">${column.title}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${rowKey(row)}>${columns.map((column) => html`<${Cell} column=${column} row=${row} />`)}</tr>`)}</tbody>
  </table></div>`;
}

const FURTHER = html`<${Empty} title="Nothing on this page">There are further pages. Go on with Older.<//>`;

// A list with its pages. While the next page comes the present one stays, and so does the focus.
export function Pages({ of, label, columns, empty, rowKey }) {
  const shown = () => (of.rows.length > 0 ? html`<${Table} label=${label} columns=${columns} rows=${of.rows} rowKey=${rowKey} />` : of.next && of.data.data.length === 0 ? FURTHER : empty);
  return html`<${Loaded} of=${of}>${() => html`
    <div class="pages" aria-busy=${of.turning ? "true" : undefined}>${shown()}</div>
    ${(of.previous || of.next) && html`<nav class="pager" aria-label=${"Pages of " + label}>
      <${Button} onClick=${of.previous} aria-disabled=${of.previous ? undefined : "true"}>Newer<//>
      <span role="status">Page ${of.number}</span>
      <${Button} onClick=${of.next} aria-disabled=${of.next ? undefined : "true"}>Older<//>
    </nav>`}`}<//>`;
}

// With `locked` neither Escape nor a cross closes it.
export function Dialog({ title, onClose, wide, locked, children }) {
  const dialog = useRef(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element.showModal();
    element.querySelector("form input, form textarea, form select")?.focus();
    return () => {
      element.close();
      before?.focus?.();
    };
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    if (!locked) {
      onClose();
    }
  };
  // Chromium asks with a cancel event once, and closes at the second Escape without.
  const key = (event) => locked && event.key === "Escape" && event.preventDefault();
  return html`<dialog ref=${dialog} class=${wide ? "wide" : ""} aria-labelledby=${id} closedby=${locked ? "none" : undefined} onCancel=${cancel} onKeyDown=${key}>
    <div class="dialog-head"><h2 id=${id}>${title}</h2>${!locked && html`<button type="button" class="close" aria-label="Close" onClick=${onClose}>×</button>`}</div>
    ${children}
  </dialog>`;
}

// A dialog around one change. `submit` gets the form's values and throws a Problem if it fails.
export function FormDialog({ title, wide, onClose, ...form }) {
  return html`<${Dialog} title=${title} onClose=${onClose} wide=${wide}><${Form} onCancel=${onClose} ...${form} /><//>`;
}

// `onStale` loads the thing anew after a 412, since the same form would be refused again.
export function Form({ action, danger, submit, onCancel, onStale, children }) {
  const change = useAction(submit);
  const sent = (event) => {
    event.preventDefault();
    if (change.busy) {
      return;
    }
    const form = new FormData(event.target);
    change.run(Object.fromEntries(form), form);
  };
  const isStale = onStale && change.problem?.code === "precondition_failed";
  return html`<form class="form" onSubmit=${sent}>
    ${typeof children === "function" ? children(change.problem) : children}
    <${ProblemBox} problem=${change.problem} onRetry=${isStale ? onStale : undefined} retry="Drop this form and load the newest version" />
    <div class="actions end">
      ${onCancel && html`<${Button} onClick=${onCancel}>Cancel<//>`}
      <button type="submit" class=${"button " + (danger ? "danger" : "primary")}
        aria-busy=${change.busy ? "true" : undefined} aria-disabled=${change.busy ? "true" : undefined}>${action}</button>
    </div>
  </form>`;
}

export function Field({ label, hint, error, kind = "input", options, ...rest }) {
  const id = useId();
  const described = [hint && id + "h", error && id + "e"].filter(Boolean).join(" ") || undefined;
  const common = { id, "aria-describedby": described, "aria-invalid": error ? "true" : undefined, ...rest };
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${kind === "input" && html`<input autocomplete="off" spellcheck="false" ...${common} />`}
    ${kind === "text" && html`<textarea spellcheck="false" rows="6" ...${common}></textarea>`}
    ${kind === "select" && html`<${Select} options=${options} ...${common} />`}
    ${hint && html`<p class="hint" id=${id + "h"}>${hint}</p>`}
    ${error && html`<p class="error" id=${id + "e"}>${error}</p>`}
  </div>`;
}

// With `onChange` the caller holds the value, without it the form does, and `value` is what it begins with.
const Select = ({ options, value, ...rest }) => html`<select ...${rest.onChange ? { value } : {}} ...${rest}>
  ${options.map(([key, name]) => html`<option key=${key} value=${key} ...${rest.onChange ? {} : { selected: key === value }}>${name}</option>`)}
</select>`;

export const Check = ({ label, ...rest }) => html`<label class="check"><input type="checkbox" ...${rest} /><span>${label}</span></label>`;

// Filters that apply as they change.
export const Filters = ({ children, label }) =>
  html`<form class="filters" role="search" aria-label=${label} onSubmit=${(event) => event.preventDefault()}>${children}</form>`;

// A field of a filter that follows the address, except while its user writes in it.
export function FilterField({ value, ...rest }) {
  const box = useRef(null);
  useEffect(() => {
    const field = box.current.querySelector("input");
    if (field !== document.activeElement) {
      field.value = value;
    }
  }, [value]);
  return html`<div ref=${box}><${Field} ...${rest} /></div>`;
}

// Tabs with the panel of the current one.
export function Tabs({ label, tabs, current, onChange, children }) {
  const list = useRef(null);
  const id = useId();
  const key = (event) => {
    const at = tabs.findIndex(([name]) => name === current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = (to + tabs.length) % tabs.length;
      onChange(tabs[next][0]);
      list.current.children[next].focus();
    }
  };
  const tab = ([name, title]) => html`<button type="button" role="tab" key=${name} id=${id + name} aria-controls=${id} aria-selected=${name === current ? "true" : "false"}
    tabindex=${name === current ? "0" : "-1"} onClick=${() => onChange(name)}>${title}</button>`;
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${key}>${tabs.map(tab)}</div>
    <div class="panel" role="tabpanel" id=${id} aria-labelledby=${id + current} tabindex="0">${children}</div>`;
}

// Asks before what cannot be taken back; with `word`, an id, by having it typed.
export function Confirm({ title, sentence, action, word, run, onClose }) {
  const [typed, setTyped] = useState("");
  const submit = async () => {
    if (!word || typed === word) {
      await run();
    }
  };
  return html`<${FormDialog} title=${title} action=${action} danger onClose=${onClose} submit=${submit}>
    <div>${sentence}</div>
    ${word && html`<${Field} label=${html`Type <code><bdi>${visible(word)}</bdi></code> to go on`} value=${typed}
      onInput=${(event) => setTyped(event.target.value)} required pattern=${word} />`}
  <//>`;
}

// A JSON object as a field shows it.
export const fieldText = (value) => JSON.stringify(value || {}, null, 2);

// The JSON object that a field holds; an empty field is an empty object.
export function jsonOf(text, pointer) {
  const refused = (detail) => new Problem({ title: "A field is not JSON", detail: "Correct the field and send the form again.", errors: [{ pointer, detail }] });
  let value;
  try {
    value = text.trim() ? parse(text) : {};
  } catch (failure) {
    throw refused(failure.message);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw refused("This takes a JSON object, such as {}.");
  }
  return value;
}

// The sentence about one field, of a problem that names it.
export function fieldError(problem, place) {
  const found = problem?.errors?.find((error) => (error.pointer ?? error.parameter) === place);
  return found && visible(found.detail);
}

// Some figures have no limit.
export function Fullness({ used, max, show, name }) {
  if (max === undefined) {
    return show(used);
  }
  return html`<div class="progress" data-full=${used > max * FULL_WARNING ? "yes" : "no"}>
    <progress max=${Math.max(1, max)} value=${used} aria-label=${name}></progress><small>${show(used)} of ${show(max)}</small></div>`;
}
