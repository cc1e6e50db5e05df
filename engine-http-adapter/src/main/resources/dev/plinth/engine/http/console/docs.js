import { html, render, useEffect, useErrorBoundary, useRef, useState } from "./view.js";
import { call } from "./api.js";
import { kept } from "./store.js";
import { useLoad, useRoute } from "./hooks.js";
import { Badge, Code, Details, Empty, Facts, Field, Id, Json, Loaded, Notice, Page, Section, Text } from "./ui.js";
import { plural, visibleLines } from "./text.js";
import {
  bodyOf, contentOf, curlOf, entriesOf, found, grouped, limitsOf, membersOf, nameOf, parametersOf, resolved, sampleOf, typeOf, whole,
} from "./docs-model.js";

const SITE = "Plinth API";
const NEST_MAX = 4;

function App() {
  const [failure, goOn] = useErrorBoundary();
  const api = useLoad((signal) => call("GET", "/openapi.json", { signal, credential: "" }), []);
  if (failure) {
    return html`<main class="sign-in"><div class="card"><h1>The reference failed</h1><${Notice} tone="bad"><${Text}>${failure.message}<//><//>
      <p><a href="#/" onClick=${() => goOn()}>Go on at the first page</a>, or read <a href="/openapi.json">the document itself</a>.</p></div></main>`;
  }
  if (!api.data) {
    return html`<main class="sign-in"><div class="card"><h1>API reference</h1><${Loaded} of=${api}>${() => ""}<//></div></main>`;
  }
  return html`<${Reference} api=${api.data} />`;
}

function Reference({ api }) {
  const entries = useRef(null);
  entries.current ||= entriesOf(api);
  const { parts } = useRoute();
  const [open, setOpen] = useState(false);
  const main = useRef(null);
  const hash = "#/" + parts.join("/");
  const entry = entries.current.find((each) => each.hash === hash);
  useEffect(() => {
    setOpen(false);
    scrollTo(0, 0);
    main.current.querySelector("h1")?.focus({ preventScroll: true });
    document.querySelector(".side [aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [hash]);
  const pages = { operation: Operation, webhook: Webhook, schema: Schema };
  return html`
    <a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), main.current.focus())}>Skip to content</a>
    <div class="shell" data-open=${open ? "yes" : "no"}>
      <header class="top">
        <button type="button" class="menu" aria-expanded=${open ? "true" : "false"} aria-controls="nav" onClick=${() => setOpen(!open)}>Menu</button>
        <span class="brand">${SITE}</span>
      </header>
      <${Menu} entries=${entries.current} current=${entry} show=${() => setOpen(true)} />
      <main id="main" ref=${main} tabindex="-1">
        ${entry ? html`<${pages[entry.kind]} key=${hash} api=${api} entry=${entry} />` : parts.length === 0 ? html`<${First} api=${api} entries=${entries.current} />` : html`<${Nowhere} />`}
      </main>
    </div>`;
}

// The menu with its search. The key / leads there from everywhere, Enter to the first hit.
function Menu({ entries, current, show }) {
  const [text, setText] = useState("");
  const box = useRef(null);
  const hits = found(entries, text);
  useEffect(() => {
    const key = (event) => {
      const isWriting = event.target.closest?.("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey;
      if (event.key === "/" && !isWriting) {
        event.preventDefault();
        show();
        // The menu of a narrow window can take the focus once it is drawn.
        requestAnimationFrame(() => box.current.querySelector("input").focus());
      }
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
  const sent = (event) => {
    event.preventDefault();
    if (hits.length > 0) {
      location.hash = hits[0].hash;
    }
  };
  const typed = (event) => setText(event.target.value);
  return html`<nav id="nav" class="side" aria-label="Reference" ref=${box}>
    <a class="brand" href="#/">${SITE}</a>
    <form role="search" aria-label="Reference" onSubmit=${sent}><${Field} label="Search ( / )" type="search" value=${text} onInput=${typed} placeholder="pause, webhook, POST" /></form>
    <p class="found" role="status">${text ? plural(hits.length, "hit") : ""}</p>
    ${grouped(hits).map(([group, items], i) => html`<div class="group" key=${group}><p class="group-title" id=${"d" + i}><${Text}>${group}<//></p><ul aria-labelledby=${"d" + i}>
      ${items.map((each) => html`<li key=${each.hash}><${Entry} entry=${each} current=${each === current} /></li>`)}
    </ul></div>`)}
  </nav>`;
}

const Method = ({ children }) => html`<span class=${"method " + children}>${children.toUpperCase()}</span>`;

const Entry = ({ entry, current }) => html`<a class="entry" href=${entry.hash} aria-current=${current ? "page" : undefined}>
  ${entry.kind === "operation" && html`<${Method}>${entry.method}<//>`}<span><${Text}>${entry.title}<//></span></a>`;

const Nowhere = () => html`<${Page} site=${SITE} title="No such page"><${Empty} title="This address leads nowhere">Search for it, or choose a page from the menu.<//><//>`;

function First({ api, entries }) {
  const schemes = Object.entries(api.components?.securitySchemes || {});
  const about = Object.fromEntries((api.tags || []).map(({ name, description }) => [name, description]));
  return html`<${Page} site=${SITE} title=${html`<${Text}>${api.info.title}<//> API`} about=${html`<${Text}>${api.info.description}<//>`}>
    <${Facts} items=${[["Version", html`<${Text}>${api.info.version}<//>`], ["Server", html`<${Id}>${location.origin}<//>`], ["Document", html`<a href="/openapi.json">/openapi.json</a>`],
      ["Calls", entries.filter(({ kind }) => kind === "operation").length]]} />
    <${Section} title="Credentials"><ul class="members card">${schemes.map(([name, scheme]) => html`<li key=${name}><span class="name"><code><${Text}>${name}<//></code>
      <${Badge} tone="quiet">${scheme.scheme || scheme.type}<//></span><p><${Text}>${scheme.description}<//></p></li>`)}</ul><//>
    ${grouped(entries.filter(({ kind }) => kind !== "schema")).map(([group, items]) => html`<${Section} key=${group} title=${html`<${Text}>${group}<//>`}>
      <p class="about"><${Text}>${about[group] || "What the server sends to an endpoint of webhooks."}<//></p>
      <ul class="card lines">${items.map((each) => html`<li key=${each.hash}><${Entry} entry=${each} /></li>`)}</ul><//>`)}
  <//>`;
}

// Who may call, in words.
function needOf(operation) {
  const [first] = Object.entries(operation.security?.[0] || {});
  const scope = first?.[1].join(", ");
  return !first ? "no credential" : first[0] === "operatorToken" ? "the operator's token" : scope ? "an API key; a restricted one with " + scope : "an API key";
}

function Operation({ api, entry }) {
  const { operation } = entry;
  const parameters = parametersOf(api, operation);
  const body = bodyOf(api, operation);
  const units = operation["x-rate-limit-units"];
  const places = ["path", "query", "header"].filter((place) => parameters.some((each) => each.in === place));
  return html`<${Page} site=${SITE} title=${html`<${Text}>${entry.title}<//>`} about=${entry.about && html`<${Text}>${entry.about}<//>`} trail=${[[html`<${Text}>${entry.group}<//>`, "#/"]]}>
    <p class="card call"><${Method}>${entry.method}<//> <code><${Text}>${entry.path}<//></code></p>
    <${Facts} items=${[["Needs", html`<${Text}>${needOf(operation)}<//>`], ["Costs", units === undefined ? null : plural(units, "unit") + " of the rate limit"],
      ["Operation", html`<${Id}>${operation.operationId}<//>`]]} />
    <${Section} title="Example"><div class="wide-code"><${Code} label="curl" text=${visibleLines(curlOf(api, entry, location.origin))} /></div><//>
    ${places.map((place) => html`<${Section} key=${place} title=${{ path: "In the path", query: "In the query", header: "Headers" }[place]}>
      <ul class="members card">${parameters.filter((each) => each.in === place).map((each) => html`<${Member} key=${each.name} api=${api} name=${each.name}
        schema=${{ ...each.schema, description: each.description }} required=${each.required} depth=${NEST_MAX} />`)}</ul><//>`)}
    ${body && html`<${Body} api=${api} title="Body" body=${body} required=${resolved(api, operation.requestBody).required} />`}
    <${Section} title="Answers"><div class="answers">${Object.entries(operation.responses).map(([status, answer]) => html`<${Answer} key=${status} api=${api} status=${status} answer=${resolved(api, answer)} />`)}</div><//>
  <//>`;
}

function Webhook({ api, entry }) {
  const body = bodyOf(api, entry.operation);
  return html`<${Page} site=${SITE} title=${html`<${Text}>${entry.title}<//>`} trail=${[["Webhooks", "#/"]]}
    about="The server sends this with POST to each endpoint that asks for its type. Answer with 2xx; any other answer is tried again.">
    <${Section} title="Headers"><ul class="members card">${parametersOf(api, entry.operation).map((each) => html`<${Member} key=${each.name} api=${api} name=${each.name}
      schema=${{ ...each.schema, description: each.description }} required=${each.required} depth=${NEST_MAX} />`)}</ul><//>
    ${body && html`<${Body} api=${api} title="Body" body=${body} required />`}
  <//>`;
}

const Schema = ({ api, entry }) => html`<${Page} site=${SITE} title=${html`<${Text}>${entry.title}<//>`} about=${entry.schema.description && html`<${Text}>${entry.schema.description}<//>`} trail=${[["Schemas", "#/"]]}>
  <${Section} title="Members"><${Members} api=${api} schema=${entry.schema} /><//>
  <${Section} title="Example"><${Json} label="Example" value=${sampleOf(api, entry.schema)} /><//>
  <${Section} title="JSON Schema"><${Json} label="JSON Schema" value=${entry.schema} /><//>
<//>`;

const Body = ({ api, title, body, required }) => html`<${Section} title=${title}>
  <p class="quiet"><code>${body.type}</code> · <${TypeName} api=${api} schema=${body.schema} />${required ? "" : " · may be left out"}</p>
  <${Members} api=${api} schema=${body.schema} />
  <${Json} label="Example of the body" value=${sampleOf(api, body.schema)} />
<//>`;

const TypeName = ({ api, schema }) => {
  const name = nameOf(schema) || nameOf(schema?.items);
  const said = html`<${Text}>${typeOf(api, schema)}<//>`;
  return name ? html`<a href=${"#/schema/" + name}>${said}</a>` : html`<span class="quiet">${said}</span>`;
};

function Members({ api, schema, depth = 0 }) {
  const members = membersOf(api, schema);
  return members.length === 0
    ? html`<p class="quiet">${whole(api, schema).additionalProperties === false ? "It has no members." : "Any members."}</p>`
    : html`<ul class=${depth === 0 ? "members card" : "members"}>${members.map((each) => html`<${Member} key=${each.name} api=${api} ...${each} depth=${depth} />`)}</ul>`;
}

function Member({ api, name, schema, required, depth }) {
  const own = whole(api, schema);
  const hasMembers = depth < NEST_MAX && membersOf(api, schema).length > 0;
  const limits = limitsOf(own);
  return html`<li>
    <span class="name"><code><${Text}>${name}<//></code> <${TypeName} api=${api} schema=${schema} /> ${required && html`<${Badge} tone="info">required<//>`}</span>
    ${own.description && html`<p><${Text}>${own.description}<//></p>`}
    ${limits.length > 0 && html`<small><${Text}>${limits.join(" · ")}<//></small>`}
    ${hasMembers && html`<${Details} summary=${html`Members<span class="sr"> of <${Text}>${name}<//></span>`}>${() => html`<${Members} api=${api} schema=${schema} depth=${depth + 1} />`}<//>`}
  </li>`;
}

const toneOf = (status) => (status < "3" ? "good" : status < "4" ? "info" : status < "5" ? "warn" : "bad");

function Answer({ api, status, answer }) {
  const content = contentOf(answer);
  const problems = Object.entries(content?.examples || {});
  const headers = Object.entries(answer.headers || {});
  return html`<div class="card answer"><${Details} summary=${html`<${Badge} tone=${toneOf(status)}>${status}<//> <${Text}>${answer.description}<//>`}>${() => html`<div>
    ${headers.length > 0 && html`<h3>Headers</h3><ul class="members">${headers.map(([name, header]) => html`<${Member} key=${name} api=${api} name=${name}
      schema=${{ ...resolved(api, header).schema, description: resolved(api, header).description }} depth=${NEST_MAX} />`)}</ul>`}
    ${content && html`<h3>Body</h3><p class="quiet"><code>${content.type}</code> · <${TypeName} api=${api} schema=${content.schema} /></p>`}
    ${content && problems.length === 0 && html`<${Members} api=${api} schema=${content.schema} depth=${1} />`}
    ${content && problems.length === 0 && content.type.includes("json") && html`<${Json} label=${"Example of " + status} value=${sampleOf(api, content.schema)} />`}
    ${problems.map(([code, example]) => html`<${Json} key=${code} label=${code} value=${example.value} />`)}
  </div>`}<//></div>`;
}

// The theme that the console's user has chosen holds here too.
document.documentElement.dataset.theme = kept("localStorage", "plinth.theme").get() || "auto";
render(html`<${App} />`, document.getElementById("app"));
