import { html, useState } from "./view.js";
import { Check, Field } from "./ui.js";

// The engine's own event types, by the first word. Hosts have further ones.
export const ENGINE_TYPES = {
  resource: ["created", "updated", "paused", "resumed", "archived", "unarchived", "deleted", "shared", "unshared"],
  child: ["created", "updated", "deleted"],
  job: ["succeeded", "failed", "canceled"],
  workspace: ["plan_changed"],
  key: ["created", "rotated", "revoked"],
  webhook_endpoint: ["created", "updated", "deleted", "disabled"],
};

const TITLES = { resource: "Resources", child: "Children", job: "Jobs", workspace: "Workspace", key: "API keys", webhook_endpoint: "Webhook endpoints" };

const isOwn = (type) => {
  const [first, ...rest] = type.split(".");
  return !Object.hasOwn(ENGINE_TYPES, first) || !(rest.join(".") === "*" || ENGINE_TYPES[first].includes(rest.join(".")));
};

// Picks event types: all, or prefixes and single ones. Tells `onChange` the list that the API takes, empty for all.
export function TypePicker({ types, onChange, error }) {
  const [all, setAll] = useState(types.length === 0);
  const [chosen, setChosen] = useState(new Set(types.filter((type) => !isOwn(type))));
  const [own, setOwn] = useState(types.filter(isOwn).join(", "));
  const tell = (isAll, set, text) => {
    const listed = text.split(/[\s,]+/).filter(Boolean);
    const needed = [...set].filter((type) => type.endsWith(".*") || !set.has(type.split(".")[0] + ".*"));
    onChange(isAll ? [] : [...new Set([...needed, ...listed])], isAll);
  };
  const choose = (isAll) => (setAll(isAll), tell(isAll, chosen, own));
  const toggle = (type, on) => {
    const next = new Set(chosen);
    on ? next.add(type) : next.delete(type);
    setChosen(next);
    tell(all, next, own);
  };
  return html`<fieldset class="field">
    <legend>Events to send</legend>
    <label class="check"><input type="radio" name="which" checked=${all} onChange=${() => choose(true)} /><span>All events<small>also of types that come later</small></span></label>
    <label class="check"><input type="radio" name="which" checked=${!all} onChange=${() => choose(false)} /><span>Chosen events</span></label>
    ${!all && html`<div class="picker">
      ${Object.entries(ENGINE_TYPES).map(([first, verbs]) => html`<fieldset key=${first}>
        <legend>${TITLES[first]}</legend>
        <${Check} label=${html`All: <code>${first}.*</code>`} checked=${chosen.has(first + ".*")} onChange=${(event) => toggle(first + ".*", event.target.checked)} />
        ${verbs.map((verb) => html`<${Check} key=${verb} label=${html`<code>${first}.${verb}</code>`}
          checked=${chosen.has(first + ".*") || chosen.has(first + "." + verb)} disabled=${chosen.has(first + ".*")}
          onChange=${(event) => toggle(first + "." + verb, event.target.checked)} />`)}
      </fieldset>`)}
      <${Field} label="Your own types and prefixes" value=${own} placeholder="payment.*, invoice.sent" hint="Separate them with commas."
        onInput=${(event) => (setOwn(event.target.value), tell(all, chosen, event.target.value))} />
    </div>`}
    ${error && html`<p class="error" role="alert">${error}</p>`}
  </fieldset>`;
}
