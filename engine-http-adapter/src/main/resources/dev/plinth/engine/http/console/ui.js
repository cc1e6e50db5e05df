import { html, useEffect, useRef, useState } from "./view.js";
import { Problem } from "./api.js";
import { store, useStore } from "./store.js";
import { ago, json, local, visible } from "./text.js";
import { useAction } from "./hooks.js";

const TOAST_MILLIS = 5000;

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

export function Page({ title, about, actions, trail, children }) {
  const heading = useRef(null);
  useEffect(() => {
    const name = heading.current.textContent;
    document.title = `${name} · Plinth console`;
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

export const Button = ({ kind = "plain", busy, children, ...rest }) => html`<button type="button" class=${"button " + kind} aria-busy=${busy ? "true" : undefined} disabled=${busy} ...${rest}>${children}</button>`;

const TONES = {
  active: "good", enabled: "good", delivered: "good", succeeded: "good", ready: "good", ok: "good", executed: "good",
  paused: "warn", retrying: "warn", held: "warn", disabled: "warn", scheduled: "quiet", queued: "quiet", pending: "quiet",
  running: "info", delivering: "info", replayed: "info",
  failed: "bad", exhausted: "bad", revoked: "bad", expired: "bad", suspended: "bad", journal_failed: "bad", mismatch: "bad",
};

export const Badge = ({ children, tone }) => html`<span class=${"badge " + (tone || TONES[children] || "quiet")}>${visible(children)}</span>`;

export const Status = ({ code }) => html`<span class=${"badge " + (code < 300 ? "good" : code < 400 ? "info" : code < 500 ? "warn" : "bad")}>${code}</span>`;

export function Time({ value }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 10_000);
    return () => clearInterval(timer);
  }, []);
  return value ? html`<time datetime=${value} title=${local(value)}>${ago(value)}</time>` : html`<span class="quiet">never</span>`;
}

export const Facts = ({ items }) => html`<dl class="facts">
  ${items.filter((item) => item && item[1] !== undefined && item[1] !== null && item[1] !== "").map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>`;

export const Json = ({ label, value }) => html`<div class="code">
  <pre tabindex="0" role="region" aria-label=${label}><code>${json(value)}</code></pre>
  <${Copy} text=${JSON.stringify(value, null, 2)} what=${label} />
</div>`;

export const Code = ({ label, text }) => html`<div class="code">
  <pre tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>
  <${Copy} text=${text} what=${label} />
</div>`;

export function Copy({ text, what }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast(`Copied: ${what}.`);
    } catch {
      toast("The browser does not let the page copy. Select the text and copy it by hand.");
    }
  };
  return html`<button type="button" class="copy" onClick=${copy} aria-label=${"Copy " + what}>Copy</button>`;
}

// What only one answer shows.
export const Secret = ({ label, value, children }) => html`<div class="secret">
  <p><strong>${label}</strong> is shown this once. Store it now.</p>
  <div class="code"><pre tabindex="0" role="region" aria-label=${label}><code>${value}</code></pre><${Copy} text=${value} what=${label} /></div>
  ${children}
</div>`;

export function ProblemBox({ problem, onRetry }) {
  if (!problem) {
    return null;
  }
  return html`<div class="notice bad" role="alert">
    <p><strong>${visible(problem.title)}</strong></p>
    <p>${visible(problem.detail)}</p>
    ${problem.errors?.length > 0 && html`<ul>${problem.errors.map((error) => html`<li><code>${visible(error.pointer || error.parameter || "/")}</code> ${visible(error.detail)}</li>`)}</ul>`}
    ${problem.retryAfter && html`<p>Try again in ${problem.retryAfter} s.</p>`}
    <p class="small">${problem.code && html`<code>${visible(problem.code)}</code>`} ${problem.requestId && html`Request <${Id}>${problem.requestId}<//>`}</p>
    ${onRetry && html`<${Button} onClick=${onRetry}>Try again<//>`}
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

export function Table({ label, columns, rows, rowKey = (row) => row.id }) {
  return html`<div class="table"><table>
    <caption class="sr">${label}</caption>
    <thead><tr>${columns.map((column) => html`<th scope="col">${column.title}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${rowKey(row)}>${columns.map((column) => html`<td data-label=${column.title} class=${column.kind || ""}><div>${column.cell(row)}</div></td>`)}</tr>`)}</tbody>
  </table></div>`;
}

export function Pages({ of, label, columns, empty, rowKey }) {
  return html`<${Loaded} of=${of}>${() => html`
    ${of.rows.length === 0 && !of.previous && !of.next ? empty : html`<${Table} label=${label} columns=${columns} rows=${of.rows} rowKey=${rowKey} />`}
    ${(of.previous || of.next) && html`<nav class="pager" aria-label=${"Pages of " + label}>
      <${Button} onClick=${of.previous} disabled=${!of.previous}>Newer<//>
      <span aria-live="polite">Page ${of.number}</span>
      <${Button} onClick=${of.next} disabled=${!of.next}>Older<//>
    </nav>`}`}<//>`;
}

export function Dialog({ title, onClose, wide, children }) {
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
  return html`<dialog ref=${dialog} class=${wide ? "wide" : ""} aria-labelledby=${id} onCancel=${(event) => (event.preventDefault(), onClose())}>
    <div class="dialog-head"><h2 id=${id}>${title}</h2><button type="button" class="close" aria-label="Close" onClick=${onClose}>×</button></div>
    ${children}
  </dialog>`;
}

// A dialog around one change. `submit` gets the form's values and throws a Problem if it fails.
export function FormDialog({ title, action, danger, submit, onClose, children, wide }) {
  return html`<${Dialog} title=${title} onClose=${onClose} wide=${wide}><${Form} action=${action} danger=${danger} submit=${submit} onCancel=${onClose}>${children}<//><//>`;
}

export function Form({ action, danger, submit, onCancel, children }) {
  const change = useAction(submit);
  const sent = (event) => {
    event.preventDefault();
    change.run(Object.fromEntries(new FormData(event.target)), new FormData(event.target));
  };
  return html`<form class="form" onSubmit=${sent}>
    ${typeof children === "function" ? children(change.problem) : children}
    <${ProblemBox} problem=${change.problem} />
    <div class="actions end">
      ${onCancel && html`<${Button} onClick=${onCancel}>Cancel<//>`}
      <button type="submit" class=${"button " + (danger ? "danger" : "primary")} disabled=${change.busy}>${action}</button>
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

export const Check = ({ label, hint, ...rest }) => html`<label class="check"><input type="checkbox" ...${rest} /><span>${label}${hint && html`<small>${hint}</small>`}</span></label>`;

// Filters that apply as they change.
export const Filters = ({ children, label }) => html`<form class="filters" role="search" aria-label=${label} onSubmit=${(event) => event.preventDefault()}>${children}</form>`;

export function Tabs({ label, tabs, current, onChange }) {
  const list = useRef(null);
  const key = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const at = tabs.findIndex(([name]) => name === current);
      const next = (at + step + tabs.length) % tabs.length;
      onChange(tabs[next][0]);
      list.current.children[next].focus();
    }
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${key}>
    ${tabs.map(([name, title]) => html`<button type="button" role="tab" key=${name} aria-selected=${name === current ? "true" : "false"} tabindex=${name === current ? "0" : "-1"} onClick=${() => onChange(name)}>${title}</button>`)}
  </div>`;
}

// Asks before what cannot be taken back; with `word`, an id, by having it typed.
export function Confirm({ title, sentence, action, word, run, onClose }) {
  const [typed, setTyped] = useState("");
  return html`<${FormDialog} title=${title} action=${action} danger onClose=${onClose} submit=${async () => {
    if (!word || typed === word) {
      await run();
    }
  }}>
    <p>${sentence}</p>
    ${word && html`<${Field} label=${html`Type <code><bdi>${visible(word)}</bdi></code> to go on`} value=${typed} onInput=${(event) => setTyped(event.target.value)} required pattern=${word} />`}
  <//>`;
}

// The JSON that a form's field holds; an empty field is an empty object.
export function jsonOf(text, pointer) {
  try {
    return text.trim() ? JSON.parse(text) : {};
  } catch (failure) {
    throw new Problem({ title: "A field is not JSON", detail: "Correct the field and send the form again.", errors: [{ pointer, detail: failure.message }] });
  }
}

// The sentence about one field, of a problem that names it.
export const fieldError = (problem, pointer) => problem?.errors?.find((error) => error.pointer === pointer)?.detail;
