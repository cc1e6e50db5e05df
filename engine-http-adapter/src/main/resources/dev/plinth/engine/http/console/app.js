import { html, render, useEffect, useErrorBoundary, useRef, useState } from "./view.js";
import { kept, useStore } from "./store.js";
import { call, isOperator, limits, renamed, session, signIn, signOut } from "./api.js";
import { go, routeOf, useLoad, usePoll, useRoute } from "./hooks.js";
import { Button, Empty, Field, Form, Notice, Page, Text, Toasts } from "./ui.js";
import { Resources } from "./resources.js";
import { Jobs } from "./jobs.js";
import { Events } from "./events.js";
import { Requests } from "./requests.js";
import { Webhooks } from "./webhooks.js";
import { Keys } from "./keys.js";
import { Plan } from "./plan.js";
import { Workspaces } from "./workspaces.js";
import { Plans } from "./plans.js";
import { Health } from "./health.js";
import { watchHealth } from "./figures.js";

const REVOCATION_SECONDS = 20;
const THEMES = { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
const theme = kept("localStorage", "plinth.theme");

// Each page with its place in the address, and the prefixes of the ids that may follow there.
const TENANT = [
  [
    "Data",
    [
      { path: "resources", name: "Resources", view: Resources, ids: ["res_"] },
      { path: "jobs", name: "Jobs", view: Jobs, ids: ["job_"] },
      { path: "events", name: "Events", view: Events, ids: ["evt_"] },
      { path: "requests", name: "Requests", view: Requests, ids: ["req_"] },
    ],
  ],
  [
    "Settings",
    [
      { path: "settings/webhooks", name: "Webhooks", view: Webhooks, ids: ["we_", "dlv_"] },
      { path: "settings/keys", name: "API keys", view: Keys, ids: [] },
      { path: "settings/plan", name: "Plan and limits", view: Plan, ids: [] },
    ],
  ],
];
const OPERATOR = [
  [
    "Operator",
    [
      { path: "operator/health", name: "Health", view: Health, ids: [] },
      { path: "operator/workspaces", name: "Workspaces", view: Workspaces, ids: ["ws_"] },
      { path: "operator/plans", name: "Plans", view: Plans, ids: [] },
    ],
  ],
];
const ID_CHARACTERS = /^[0-9a-z]{26}$/;

const groupsOf = (operator) => (operator ? OPERATOR : TENANT);

// Finds the page of an address: {page, rest, place}. `place` changes when another page or thing is shown, but not with a tab of it.
function find(groups, parts) {
  const where = parts.join("/");
  const page = groups.flatMap(([, pages]) => pages).find(({ path }) => where === path || where.startsWith(path + "/"));
  if (!page) {
    return {};
  }
  const rest = parts.slice(page.path.split("/").length);
  const ids = page.ids.slice(0, rest.length);
  const fits = ids.every((prefix, i) => rest[i].startsWith(prefix) && ID_CHARACTERS.test(rest[i].slice(prefix.length)));
  return fits ? { page, rest, place: [page.path, ...rest.slice(0, ids.length)].join("/") } : {};
}

function App() {
  const { credential, number } = useStore(session);
  const [failure, goOn] = useErrorBoundary();
  if (failure) {
    return html`<main class="sign-in"><div class="card">
      <h1>The console failed</h1>
      <${Notice} tone="bad"><${Text}>${failure.message}<//><//>
      <p>The server is not touched by this. Go on at the first page, or reload this one.</p>
      <div class="actions"><${Button} kind="primary" onClick=${() => (go("#/"), goOn())}>Go on<//></div>
    </div></main>`;
  }
  return html`${credential ? html`<${Shell} key=${number} />` : html`<${SignIn} />`}<${Toasts} />`;
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
      ${!isSecureContext && html`<${Notice} tone="warn" title="This page came without TLS">
        Machines between this browser and the server can read the key and change the page. Open it over HTTPS, or on the server's own machine.<//>`}
      <${Form} action="Sign in" submit=${async ({ credential }) => {
        await signIn(credential.trim());
        // An address of the other kind of credential leads nowhere for this one.
        if (find(groupsOf(!isOperator()), routeOf(location.hash).parts).page) {
          go("#/");
        }
      }}>
        <${Field} label="API key or operator token" name="credential" type="password" required autofocus autocomplete="off"
          hint="A key opens its workspace, the token the operator's pages. The first start of a server prints both, unless they were given." />
      <//>
      <p class="small quiet">The credential is sent to this server only. The tab's session keeps it, and so does a copy of the tab or one that the browser
        restores: sign out to forget it.</p>
    </div>
  </main>`;
}

const Mark = () => html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
  <rect width="32" height="32" rx="7" /><path d="M8 8h16v4H8zM11 14h10v7H11zM7 23h18v3H7z" />
</svg>`;

function Shell() {
  const route = useRoute();
  const [open, setOpen] = useState(false);
  const main = useRef(null);
  const operator = isOperator();
  const groups = groupsOf(operator);
  const { page, rest, place } = find(groups, route.parts);
  const isHome = route.parts.length === 0;
  useEffect(() => (operator ? watchHealth() : undefined), [operator]);
  useEffect(() => {
    setOpen(false);
    if (isHome) {
      go(operator ? "#/operator/health" : "#/resources");
      return;
    }
    scrollTo(0, 0);
    main.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [place, isHome, operator]);
  return html`
    <a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), main.current.focus())}>Skip to content</a>
    <div class="shell" data-open=${open ? "yes" : "no"}>
      <header class="top">
        <button type="button" class="menu" aria-expanded=${open ? "true" : "false"} aria-controls="nav"
          onClick=${() => setOpen(!open)}>Menu</button>
        <span class="brand"><${Mark} /> Plinth</span>
      </header>
      <nav id="nav" class="side" aria-label="Console">
        <span class="brand"><${Mark} /> Plinth</span>
        ${operator ? html`<p class="who">Operator</p>` : html`<${Who} />`}
        ${groups.map(([title, pages]) => html`<div class="group"><p class="group-title" id=${"g-" + title}>${title}</p><ul aria-labelledby=${"g-" + title}>
          ${pages.map((each) => html`<li><a href=${"#/" + each.path} aria-current=${each === page ? "page" : undefined}>${each.name}</a></li>`)}
        </ul></div>`)}
        <div class="side-foot">
          <${Theme} />
          <${Button} onClick=${() => signOut()}>Sign out<//>
        </div>
      </nav>
      <main id="main" ref=${main} tabindex="-1">
        ${page ? html`<${page.view} key=${page.path} rest=${rest} query=${route.query} />` : !isHome && html`<${Nowhere} operator=${operator} />`}
      </main>
    </div>`;
}

const Nowhere = ({ operator }) => html`<${Page} title="No such page"><${Empty} title="This address leads nowhere">
  ${operator
    ? "You are signed in with the operator's token, which opens the operator's pages only. Sign out and in with an API key for a workspace."
    : "You are signed in with an API key, which opens its workspace only. Choose a page from the menu."}
<//><//>`;

// Asks the one call that costs no units, so that a revoked key ends the session without a click.
function Who() {
  const workspace = useLoad((signal) => call("GET", "/v1/workspace", { signal }), []);
  const rate = useLoad((signal) => call("GET", "/v1/rate-limit", { signal }), []);
  usePoll(rate.poll, REVOCATION_SECONDS, { free: true });
  const known = useStore(limits);
  const name = useStore(renamed);
  return html`<div class="who">
    <strong><${Text}>${name || workspace.data?.name || "Workspace"}<//></strong>
    <span>${rate.data ? html`<${Text}>${rate.data.plan}<//>` : ""}${known ? ` · ${known.remaining} of ${known.limit} left` : ""}</span>
  </div>`;
}

const showTheme = (name) => {
  document.documentElement.dataset.theme = name;
};

function Theme() {
  const names = Object.keys(THEMES);
  const [shown, setShown] = useState(names.includes(theme.get()) ? theme.get() : names[0]);
  const change = () => {
    const next = names[(names.indexOf(shown) + 1) % names.length];
    theme.set(next);
    showTheme(next);
    setShown(next);
  };
  return html`<${Button} onClick=${change}>${THEMES[shown]}<//>`;
}

showTheme(theme.get() || "auto");
render(html`<${App} />`, document.getElementById("app"));
