import { html, useEffect, useRef, useState } from "./view.js";
import { call, follow, path } from "./api.js";
import { parse } from "./json.js";
import { useLoad, usePages } from "./hooks.js";
import {
  Badge, Button, Details, Empty, Facts, Field, Filters, Id, Json, Loaded, Loading, Page, Pages, ProblemBox, Text, Time,
} from "./ui.js";
import { count, local, timeOfDay } from "./text.js";

const HOME = "#/events";
const LISTED = 50;
const SHOWN_MAX = 100;
const KEPT_PAUSED_MAX = 1000;
const REDRAW_MILLIS = 250;

export function Events({ rest }) {
  return rest[0] ? html`<${Event} key=${rest[0]} id=${rest[0]} />` : html`<${Tail} />`;
}

// Collects the events of one type behind the drawing, oldest first: the newest kept ones, then what happens from there on.
function collect({ type, onState, onProblem }) {
  const tail = { rows: [], total: 0, paused: false, loaded: false, changed: false };
  const stopped = new AbortController();
  let stop = () => {};
  const listed = new Set();
  const hold = (rows) => {
    tail.rows = rows.slice(-(tail.paused ? KEPT_PAUSED_MAX : SHOWN_MAX));
    tail.changed = true;
  };
  const list = async () => {
    const page = await call("GET", "/v1/events", { query: { type, limit: LISTED }, signal: stopped.signal });
    const known = new Set(tail.rows.map((row) => row.id));
    const older = page.data.filter((event) => !known.has(event.id)).map((event) => ({ id: event.id, event }));
    older.forEach((row) => listed.add(row.id));
    hold([...older.reverse(), ...tail.rows]);
    tail.loaded = true;
  };
  const fail = (failure) => failure.name !== "AbortError" && onProblem(failure);
  (async () => {
    await list();
    let after = tail.rows.length ? tail.rows[tail.rows.length - 1].id : "";
    stop = follow({
      query: { type },
      after,
      onEvents: (events) => {
        const fresh = events.filter((event) => !listed.has(event.id));
        tail.total += fresh.length;
        hold([...tail.rows, ...fresh]);
      },
      onState: (state) => {
        onState(state);
        // Without an event to begin behind, one may have happened between the list and the stream.
        if (state.live && !after) {
          after = "now";
          list().catch(fail);
        }
      },
    });
    if (stopped.signal.aborted) {
      stop();
    }
  })().catch(fail);
  return { tail, end: () => (stopped.abort(), stop()) };
}

// Draws what is collected a few times a second, however much comes.
function useTail(type) {
  const [shown, setShown] = useState({ rows: [], total: 0, waiting: 0, loaded: false });
  const [state, setState] = useState({ live: false });
  const [problem, setProblem] = useState(null);
  const [paused, setPaused] = useState(false);
  const [tries, setTries] = useState(0);
  const current = useRef(null);
  useEffect(() => {
    setShown({ rows: [], total: 0, waiting: 0, loaded: false });
    setState({ live: false });
    setProblem(null);
    const { tail, end } = collect({ type, onState: setState, onProblem: setProblem });
    tail.paused = paused;
    current.current = tail;
    let drawn = -1;
    const timer = setInterval(() => {
      if (!tail.changed || !tail.loaded) {
        return;
      }
      tail.changed = false;
      // A pause holds what comes, not the list that it begins with.
      if (tail.paused && drawn >= 0) {
        setShown((before) => ({ ...before, waiting: tail.total - drawn }));
      } else {
        drawn = tail.total;
        setShown({ rows: tail.rows.slice(-SHOWN_MAX).reverse(), total: tail.total, waiting: 0, loaded: true });
      }
    }, REDRAW_MILLIS);
    return () => {
      end();
      clearInterval(timer);
    };
  }, [type, tries]);
  const again = () => setTries(tries + 1);
  const pause = (on) => {
    setPaused(on);
    current.current.paused = on;
    current.current.changed = true;
  };
  return { ...shown, live: state.live, paused, pause, again, problem: state.error || problem };
}

function Tail() {
  const [type, setType] = useState("");
  const [view, setView] = useState("live");
  const choice = (name, title) => html`<${Button} aria-pressed=${view === name ? "true" : "false"} onClick=${() => setView(name)}>${title}<//>`;
  return html`<${Page} title="Events" about="Each change, as it happens. The list has all that the server keeps."
    actions=${[choice("live", "Live"), choice("all", "All kept events")]}>
    <${Filters} label="Events">
      <${Field} label="Types" onChange=${(event) => setType(event.target.value.replaceAll(" ", ""))} placeholder="resource.*, job.failed"
        hint="Names and prefixes, with commas between them." />
    <//>
    ${view === "live" ? html`<${Live} type=${type} />` : html`<${EventList} type=${type} />`}
  <//>`;
}

function Live({ type }) {
  const tail = useTail(type);
  const [open, setOpen] = useState("");
  return html`
    <div class="bar">
      <span class="live" data-live=${tail.live && !tail.paused ? "yes" : "no"}>${tail.paused ? "Paused" : tail.live ? "Live" : tail.problem ? "Not connected" : "Connecting…"}</span>
      <${Button} onClick=${() => tail.pause(!tail.paused)}>${tail.paused ? "Go on" : "Pause"}<//>
      <span class="quiet">${count(tail.total)} since the page was opened${tail.waiting > 0 ? `, ${count(tail.waiting)} wait` : ""}</span>
    </div>
    <${ProblemBox} problem=${tail.problem} onRetry=${tail.again} />
    ${tail.rows.length === 0 && !tail.problem && (tail.loaded ? html`<${NoEvents} type=${type} />` : html`<${Loading} />`)}
    <ul class="tail">${tail.rows.map((row) => html`<${Row} key=${row.id} row=${row} open=${open === row.id} onToggle=${() => setOpen(open === row.id ? "" : row.id)} />`)}</ul>`;
}

const NoEvents = ({ type }) =>
  type
    ? html`<${Empty} title="No such events">No kept event is of these types. The next one shows up here.<//>`
    : html`<${Empty} title="No events yet">Change something, such as a resource: its event shows up here at once.<//>`;

function Row({ row, open, onToggle }) {
  row.event ||= parse(row.data);
  const { event } = row;
  const subject = event.data?.name || event.data?.id || "";
  return html`<li>
    <button type="button" class="tail-row" aria-expanded=${open ? "true" : "false"} onClick=${onToggle}>
      <time datetime=${event.createdAt} title=${local(event.createdAt)}>${timeOfDay(event.createdAt)}</time>
      <span class="tail-type"><${Text}>${event.type}<//></span>
      <span class="tail-subject"><${Text}>${typeof subject === "string" ? subject : ""}<//></span>
    </button>
    ${open && html`<div class="tail-open"><p><a href=${`${HOME}/${event.id}`}><${Id}>${event.id}<//></a></p><${Json} label="Event" value=${event} /></div>`}
  </li>`;
}

export function EventList({ type, resourceId }) {
  const pages = usePages("/v1/events", { type, resourceId });
  return html`<${Pages} of=${pages} label="Events"
    columns=${[
      { title: "Type", kind: "main", cell: (row) => html`<a href=${`${HOME}/${row.id}`}><${Text}>${row.type}<//></a><small><${Id}>${row.id}<//></small>` },
      { title: "About", cell: ({ data }) => (typeof data.name === "string" ? html`<${Text}>${data.name}<//>` : html`<${Id}>${data.id || ""}<//>`) },
      { title: "Happened", cell: (row) => html`<${Time} value=${row.createdAt} />` },
      { title: "JSON", cell: (row) => html`<${Details} summary="Show">${() => html`<${Json} label=${"Event " + row.id} value=${row} />`}<//>` },
    ]}
    empty=${html`<${Empty} title="No events">
      ${type ? "No kept event is of these types. Take the filter away to see all." : "Each change writes one; the first change shows up here."}
    <//>`} />`;
}

function Event({ id }) {
  const event = useLoad((signal) => call("GET", path`/v1/events/${id}`, { signal }), [id]);
  return html`<${Page} title=${event.data ? html`<${Text}>${event.data.type}<//>` : "Event"} trail=${[["Events", HOME]]}>
    <${Loaded} of=${event}>${(data) => html`
      <${Facts} items=${[
        ["Id", html`<${Id}>${data.id}<//>`], ["Type", html`<${Badge} tone="quiet">${data.type}<//>`], ["Happened", html`<${Time} exact value=${data.createdAt} />`],
        ["About", subjectLink(data)],
      ]} />
      <${Json} label="Event" value=${data} />`}<//>
  <//>`;
}

function subjectLink(event) {
  const { id, resourceId } = event.data;
  const pages = { res_: "#/resources/", job_: "#/jobs/", we_: "#/settings/webhooks/" };
  const prefixOf = (value) => Object.keys(pages).find((prefix) => typeof value === "string" && value.startsWith(prefix));
  const target = [id, resourceId].find(prefixOf);
  return target && html`<a href=${pages[prefixOf(target)] + encodeURIComponent(target)}><${Id}>${target}<//></a>`;
}
