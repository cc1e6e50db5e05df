import { html, render, useEffect, useErrorBoundary, useRef, useState } from "./view.js";
import { useStore } from "./store.js";
import { call, isOperator, limits, session, signIn, signOut } from "./api.js";
import { go, useLoad, usePoll, useRoute } from "./hooks.js";
import { Button, Empty, Field, Form, Notice, Page, Text, Toasts } from "./ui.js";
import { Resources } from "./resources.js";
import { Jobs } from "./jobs.js";
import { Events } from "./events.js";
import { Requests } from "./requests.js";
import { Webhooks } from "./webhooks.js";
import { Keys } from "./keys.js";
import { Plan } from "./plan.js";
import { Workspaces } from "./workspaces.js";
import { Health } from "./health.js";
import { watchHealth } from "./figures.js";

const REVOCATION_SECONDS = 20;
const THEMES = { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
const STORED_THEME = "plinth.theme";

const TENANT = [
  ["Data", [["resources", "Resources", Resources], ["jobs", "Jobs", Jobs], ["events", "Events", Events], ["requests", "Requests", Requests]]],
  ["Settings", [["settings/webhooks", "Webhooks", Webhooks], ["settings/keys", "API keys", Keys], ["settings/plan", "Plan and limits", Plan]]],
];
const OPERATOR = [["Operator", [["operator/health", "Health", Health], ["operator/workspaces", "Workspaces", Workspaces]]]];

function App() {
  const { credential } = useStore(session);
  const [failure, goOn] = useErrorBoundary();
  if (failure) {
    return html`<main class="sign-in"><div class="card">
      <h1>The console failed</h1>
      <${Notice} tone="bad"><${Text}>${failure.message}<//><//>
      <p>The server is not touched by this. Go on at the first page, or reload this one.</p>
      <div class="actions"><${Button} kind="primary" onClick=${() => (go("#/"), goOn())}>Go on<//></div>
    </div></main>`;
  }
  return html`${credential ? html`<${Shell} key=${credential} />` : html`<${SignIn} />`}<${Toasts} />`;
}

function SignIn() {
  const { ended } = useStore(session);
  useEffect(() => {
    document.title = "Sign in · Plinth console";
  }, []);
  return html`<main class="sign-in">
    <div class="card">
      <div class="brand big"><${Mark} /> Plinth</div>
      <h1>Sign in</h1>
      ${ended && html`<${Notice} tone="warn">${ended}<//>`}
      <${Form} action="Sign in" submit=${async ({ credential }) => {
        await signIn(credential.trim());
      }}>
        <${Field} label="API key or operator token" name="credential" type="password" required autofocus autocomplete="off"
          hint="The server printed both at its first start. A key opens its workspace, the token the operator's pages." />
      <//>
      <p class="small quiet">The credential stays in this tab and is sent to this server only. Closing the tab forgets it.</p>
    </div>
  </main>`;
}

const Mark = () => html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" /><path d="M8 8h16v4H8zM11 14h10v7H11zM7 23h18v3H7z" /></svg>`;

function Shell() {
  const route = useRoute();
  const [open, setOpen] = useState(false);
  const main = useRef(null);
  const operator = isOperator();
  const groups = operator ? OPERATOR : TENANT;
  const pages = groups.flatMap(([, entries]) => entries);
  const where = route.parts.join("/");
  const page = pages.find(([path]) => where === path || where.startsWith(path + "/"));
  useEffect(() => (operator ? watchHealth() : undefined), [operator]);
  useEffect(() => {
    setOpen(false);
    if (!where) {
      go(operator ? "#/operator/health" : "#/resources");
      return;
    }
    scrollTo(0, 0);
    main.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [where, operator]);
  const depth = page ? page[0].split("/").length : 0;
  return html`
    <a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), main.current.focus())}>Skip to content</a>
    <div class="shell" data-open=${open ? "yes" : "no"}>
      <header class="top">
        <button type="button" class="menu" aria-expanded=${open ? "true" : "false"} aria-controls="nav" onClick=${() => setOpen(!open)}>Menu</button>
        <span class="brand"><${Mark} /> Plinth</span>
      </header>
      <nav id="nav" class="side" aria-label="Console">
        <span class="brand"><${Mark} /> Plinth</span>
        ${operator ? html`<p class="who">Operator</p>` : html`<${Who} />`}
        ${groups.map(([title, entries]) => html`<div class="group"><p class="group-title" id=${"g-" + title}>${title}</p><ul aria-labelledby=${"g-" + title}>
          ${entries.map(([path, name]) => html`<li><a href=${"#/" + path} aria-current=${page && page[0] === path ? "page" : undefined}>${name}</a></li>`)}
        </ul></div>`)}
        <div class="side-foot">
          <${Theme} />
          <${Button} onClick=${() => signOut()}>Sign out<//>
        </div>
      </nav>
      <main id="main" ref=${main} tabindex="-1">
        ${page ? html`<${page[2]} key=${page[0]} rest=${route.parts.slice(depth)} query=${route.query} />` : where && html`<${Nowhere} operator=${operator} />`}
      </main>
    </div>`;
}

const Nowhere = ({ operator }) => html`<${Page} title="No such page"><${Empty} title="This address leads nowhere">
  ${operator ? "You are signed in with the operator's token, which opens the operator's pages only. Sign out and in with an API key for a workspace." : "You are signed in with an API key, which opens its workspace only. Choose a page from the menu."}
<//><//>`;

// Asks the one call that costs no units, so that a revoked key ends the session without a click.
function Who() {
  const workspace = useLoad((signal) => call("GET", "/v1/workspace", { signal }), []);
  const rate = useLoad((signal) => call("GET", "/v1/rate-limit", { signal }), []);
  usePoll(rate.reload, REVOCATION_SECONDS, { free: true });
  const known = useStore(limits);
  return html`<div class="who">
    <strong><${Text}>${workspace.data?.name || "Workspace"}<//></strong>
    <span>${rate.data ? html`<${Text}>${rate.data.plan}<//>` : ""}${known ? ` · ${known.remaining} of ${known.limit} left` : ""}</span>
  </div>`;
}

function Theme() {
  const [theme, setTheme] = useState(localStorage.getItem(STORED_THEME) || "auto");
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(STORED_THEME, theme);
  }, [theme]);
  const names = Object.keys(THEMES);
  return html`<${Button} onClick=${() => setTheme(names[(names.indexOf(theme) + 1) % names.length])}>${THEMES[theme] || THEMES.auto}<//>`;
}

document.documentElement.dataset.theme = localStorage.getItem(STORED_THEME) || "auto";
render(html`<${App} />`, document.getElementById("app"));
