import { html, useEffect, useRef, useState } from "./view.js";
import { call, follow, path } from "./api.js";
import { useLoad, usePages } from "./hooks.js";
import { Badge, Button, Empty, Facts, Field, Filters, Id, Json, Loaded, Loading, Page, Pages, ProblemBox, Text, Time } from "./ui.js";
import { count, local } from "./text.js";

const HOME = "#/events";
const SHOWN_MAX = 100;
const KEPT_PAUSED_MAX = 1000;
const REDRAW_MILLIS = 250;

export function Events({ rest }) {
  return rest[0] ? html`<${Event} key=${rest[0]} id=${rest[0]} />` : html`<${Tail} />`;
}

// What one filter has brought: read behind the drawing, which shows the newest a few times a second however many come.
function useTail(type) {
  const [shown, setShown] = useState({ rows: [], total: 0, waiting: 0 });
  const [state, setState] = useState({ live: false });
  const [paused, setPaused] = useState(false);
  const [problem, setProblem] = useState(null);
  const [loaded, setLoaded] = useState(false);
  const incoming = useRef({ rows: [], total: 0, paused: false });
  incoming.current.paused = paused;
  useEffect(() => {
    const buffer = (incoming.current = { rows: [], total: 0, paused });
    setShown({ rows: [], total: 0, waiting: 0 });
    setProblem(null);
    setLoaded(false);
    const aborted = new AbortController();
    call("GET", "/v1/events", { query: { type, limit: 50 }, signal: aborted.signal }).then(
      (page) => {
        const known = new Set(buffer.rows.map((row) => row.id));
        const older = page.data.filter((event) => !known.has(event.id)).map((event) => ({ id: event.id, type: event.type, event }));
        buffer.rows = [...older.reverse(), ...buffer.rows];
        buffer.dirty = true;
        setLoaded(true);
      },
      (failure) => failure.name !== "AbortError" && setProblem(failure),
    );
    const stop = follow({
      query: { type },
      onState: setState,
      onEvents: (events) => {
        buffer.total += events.length;
        buffer.rows.push(...events);
        const max = buffer.paused ? KEPT_PAUSED_MAX : SHOWN_MAX;
        if (buffer.rows.length > max) {
          buffer.rows = buffer.rows.slice(-max);
        }
        buffer.dirty = true;
      },
    });
    let drawn = 0;
    const timer = setInterval(() => {
      if (!buffer.dirty) {
        return;
      }
      buffer.dirty = false;
      if (buffer.paused) {
        setShown((before) => ({ ...before, waiting: buffer.total - drawn }));
      } else {
        drawn = buffer.total;
        setShown({ rows: buffer.rows.slice(-SHOWN_MAX).reverse(), total: buffer.total, waiting: 0 });
      }
    }, REDRAW_MILLIS);
    return () => {
      aborted.abort();
      stop();
      clearInterval(timer);
    };
  }, [type]);
  const pause = (on) => {
    setPaused(on);
    incoming.current.dirty = true;
  };
  return { ...shown, ...state, loaded, paused, pause, problem: state.error || problem };
}

function Tail() {
  const [type, setType] = useState("");
  const [view, setView] = useState("live");
  return html`<${Page} title="Events" about="Each change, as it happens. Events are kept for 30 days."
    actions=${html`<${Button} aria-pressed=${view === "live" ? "true" : "false"} onClick=${() => setView("live")}>Live<//><${Button} aria-pressed=${view === "all" ? "true" : "false"} onClick=${() => setView("all")}>All kept events<//>`}>
    <${Filters} label="Events"><${Field} label="Types" onChange=${(event) => setType(event.target.value.replaceAll(" ", ""))} placeholder="resource.*, job.failed" hint="Names and prefixes, with commas between them." /><//>
    ${view === "live" ? html`<${Live} type=${type} />` : html`<${EventList} type=${type} />`}
  <//>`;
}

function Live({ type }) {
  const tail = useTail(type);
  const [open, setOpen] = useState("");
  return html`
    <div class="bar">
      <span class="live" data-live=${tail.live && !tail.paused ? "yes" : "no"}>${tail.paused ? "Paused" : tail.live ? "Live" : "Connecting…"}</span>
      <${Button} onClick=${() => tail.pause(!tail.paused)}>${tail.paused ? "Go on" : "Pause"}<//>
      <span class="quiet">${count(tail.total)} since the page was opened${tail.waiting > 0 ? `, ${count(tail.waiting)} wait` : ""}</span>
    </div>
    <${ProblemBox} problem=${tail.problem} />
    ${tail.rows.length === 0 && !tail.problem && (tail.loaded ? html`<${Empty} title="No events yet">Change something, such as a resource: its event shows up here at once.<//>` : html`<${Loading} />`)}
    <ul class="tail">${tail.rows.map((row) => html`<${Row} key=${row.id} row=${row} open=${open === row.id} onToggle=${() => setOpen(open === row.id ? "" : row.id)} />`)}</ul>`;
}

function Row({ row, open, onToggle }) {
  row.event ||= JSON.parse(row.data);
  const { event } = row;
  const subject = event.data?.name || event.data?.id || "";
  return html`<li>
    <button type="button" class="tail-row" aria-expanded=${open ? "true" : "false"} onClick=${onToggle}>
      <time datetime=${event.createdAt} title=${local(event.createdAt)}>${event.createdAt.slice(11, 23)}</time>
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
      { title: "About", cell: (row) => (typeof row.data.name === "string" ? html`<${Text}>${row.data.name}<//>` : html`<${Id}>${row.data.id || ""}<//>`) },
      { title: "Happened", cell: (row) => html`<${Time} value=${row.createdAt} />` },
      { title: "JSON", cell: (row) => html`<details><summary>Show</summary><${Json} label=${"Event " + row.id} value=${row} /></details>` },
    ]}
    empty=${html`<${Empty} title="No events">${type ? "No kept event is of these types. Take the filter away to see all." : "Each change writes one; the first change shows up here."}<//>`} />`;
}

function Event({ id }) {
  const event = useLoad((signal) => call("GET", path`/v1/events/${id}`, { signal }), [id]);
  return html`<${Page} title=${event.data ? html`<${Text}>${event.data.type}<//>` : "Event"} trail=${[["Events", HOME]]}>
    <${Loaded} of=${event}>${(data) => html`
      <${Facts} items=${[
        ["Id", html`<${Id}>${data.id}<//>`], ["Type", html`<${Badge} tone="quiet">${data.type}<//>`], ["Happened", html`<${Time} value=${data.createdAt} />`],
        ["About", subjectLink(data)],
      ].filter((item) => item[1])} />
      <${Json} label="Event" value=${data} />`}<//>
  <//>`;
}

function subjectLink(event) {
  const { id, resourceId } = event.data;
  const pages = { res_: "#/resources/", job_: "#/jobs/", we_: "#/settings/webhooks/" };
  const target = [id, resourceId].find((value) => typeof value === "string" && Object.keys(pages).some((prefix) => value.startsWith(prefix)));
  return target && html`<a href=${pages[Object.keys(pages).find((prefix) => target.startsWith(prefix))] + encodeURIComponent(target)}><${Id}>${target}<//></a>`;
}
