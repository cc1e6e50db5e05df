import { html, useEffect, useState } from "./view.js";
import { Problem, answer, call, limits, path } from "./api.js";
import { go, useAction, useLoad, usePages, usePoll, withSecret } from "./hooks.js";
import {
  Badge, Button, Confirm, Details, Dialog, Empty, Facts, Field, Filters, FormDialog, Id, Json, Loaded, Notice, Page, Pages, ProblemBox, SecretDialog,
  Section, Status, Table, Text, Time, fieldError, fieldText, jsonOf, toast,
} from "./ui.js";
import { TypePicker } from "./event-types.js";
import { Verification } from "./verification.js";
import { fieldLine, local, plural, timeField, timeOf, visible, visibleLines } from "./text.js";

const HOME = "#/settings/webhooks";
export const STATUSES = ["pending", "delivering", "retrying", "exhausted", "held", "delivered", "dropped"];
const UNSETTLED = new Set(["pending", "delivering", "retrying"]);
const POLL_SECONDS = 5;
const WATCH_SECONDS = 15;
// More endpoints than this are not looked at one by one.
const WATCHED_MAX = 10;
const HOUR_MILLIS = 3_600_000;
const CALLS_FOR_A_LOOK = 3;
// The most webhooks a second for an endpoint without a rate of its own.
const RATE_DEFAULT = 200;

const REASONS = {
  timeout: "The receiver took too long: 5 s to connect, 15 s in all. Answer first, work later.",
  connection: "The connection was refused, reset or closed early. Check that the receiver runs and that its port is open.",
  dns: "The host name has no address. Check its spelling and its DNS record.",
  tls: "The handshake failed, or the certificate is not trusted. Check its name, chain and date.",
  forbidden_address: "The name leads to an address that webhooks must not reach, such as a private one.",
  http: "The receiver did not answer with 2xx.",
};

const reason = ({ errorClass }) => (errorClass ? (Object.hasOwn(REASONS, errorClass) ? REASONS[errorClass] : visible(errorClass)) : "");

const succeeded = (attempt) => !attempt.errorClass && attempt.status >= 200 && attempt.status < 300;

function typesText(types) {
  if (types.length === 0) {
    return "all events";
  }
  return types.slice(0, 3).join(", ") + (types.length > 3 ? ` and ${types.length - 3} more` : "");
}

export function Webhooks({ rest }) {
  if (rest[1]) {
    return html`<${Delivery} key=${rest[1]} endpointId=${rest[0]} id=${rest[1]} />`;
  }
  return rest[0] ? html`<${Endpoint} key=${rest[0]} id=${rest[0]} />` : html`<${Endpoints} />`;
}

function Endpoints() {
  const pages = usePages("/v1/webhook-endpoints", {});
  const [adding, setAdding] = useState(false);
  const [created, setCreated] = useState(null);
  const watched = useFailures(pages.rows);
  usePoll(pages.poll, WATCH_SECONDS);
  const isFailing = (endpoint) => watched.failing.some(([each]) => each.id === endpoint.id);
  const add = html`<${Button} kind="primary" onClick=${() => setAdding(true)}>Add endpoint<//>`;
  return html`<${Page} title="Webhooks" about="The server sends each event to the endpoints that want it, signed and in order." actions=${add}>
    ${watched.failing.map(([endpoint, delivery]) => html`<${Notice} key=${endpoint.id} tone="bad" title="An endpoint is failing"
      actions=${html`<a class="button" href=${`${HOME}/${endpoint.id}`}>See its deliveries</a>`}>
      <p><${Text}>${endpoint.url}<//> <${LastFailure} delivery=${delivery} /></p>
    <//>`)}
    ${pages.rows.filter((row) => row.status === "disabled").map((row) => html`<${Notice} key=${row.id} tone="warn" title="An endpoint is disabled"
      actions=${html`<a class="button" href=${`${HOME}/${row.id}`}>See the endpoint</a>`}>
      <p><${Text}>${row.url}<//> is sent nothing, and its deliveries are held. A receiver that answers 410 disables its endpoint.</p>
    <//>`)}
    ${watched.why && html`<p class="small quiet">${watched.why}</p>`}
    <${Pages} of=${pages} label="Webhook endpoints"
      columns=${[
        { title: "Endpoint", kind: "main", cell: (row) => html`<a href=${`${HOME}/${row.id}`}><${Text}>${row.url}<//></a>${row.description && html`<small><${Text}>${row.description}<//></small>`}` },
        { title: "Events", cell: (row) => html`<${Text}>${typesText(row.types)}<//>` },
        { title: "Status", cell: (row) => html`<${Badge}>${row.status}<//> ${isFailing(row) && html`<${Badge} tone="bad">failing<//>`}` },
        { title: "Created", cell: (row) => html`<${Time} value=${row.createdAt} />` },
      ]}
      empty=${html`<${Empty} title="No endpoints yet" actions=${add}>Add the address of your server. It then gets a POST for each event, and you need not ask for news.<//>`} />
    ${adding && html`<${EditEndpoint} onClose=${() => setAdding(false)} onDone=${(endpoint) => (setAdding(false), setCreated(endpoint), pages.reload())} />`}
    ${created && html`<${EndpointSecret} title="Endpoint added" endpoint=${created} onClose=${() => (setCreated(null), go(`${HOME}/${created.id}`))} />`}
  <//>`;
}

function LastFailure({ delivery }) {
  const last = delivery.attempts[delivery.attempts.length - 1];
  if (!last) {
    return "has had no attempt yet.";
  }
  const next = delivery.nextAttemptAt ? html`Next attempt <${Time} value=${delivery.nextAttemptAt} />.` : "No further attempt follows.";
  return html`failed <${Time} value=${last.at} />: ${last.status ? `it answered ${last.status}.` : ""} ${reason(last)} ${next}`;
}

// The enabled endpoints that fail, each with the delivery that shows it, and why not all were looked at.
function useFailures(endpoints) {
  const enabled = endpoints.filter((endpoint) => endpoint.status === "enabled");
  const look = useLoad(
    async (signal) => {
      const known = limits.get();
      if (enabled.length > WATCHED_MAX) {
        return { failing: [], why: `The page checks at most ${WATCHED_MAX} endpoints for failures. Open an endpoint to see its own.` };
      }
      if (known && known.remaining < enabled.length * CALLS_FOR_A_LOOK * 2) {
        return { failing: [], why: "The rate limit leaves no requests to check endpoints for failures. Open an endpoint to see its own." };
      }
      const found = await Promise.all(enabled.map(async (endpoint) => [endpoint, await failure(endpoint.id, signal)]));
      return { failing: found.filter(([, delivery]) => delivery), why: "" };
    },
    [enabled.map((endpoint) => endpoint.id).join(" ")],
  );
  usePoll(look.poll, WATCH_SECONDS);
  const why = look.error ? "The endpoints could not be checked for failures. " + visible(look.error.detail) : "";
  return { failing: look.data?.failing || [], why: why || look.data?.why };
}

// The newest delivery that is being retried, or the newest of all that were sent if all of its attempts failed.
async function failure(endpointId, signal) {
  const newest = async (status) => {
    const target = path`/v1/webhook-endpoints/${endpointId}/deliveries`;
    return (await call("GET", target, { query: { status, limit: 1 }, signal })).data[0];
  };
  const retrying = await newest("retrying");
  const exhausted = retrying ? null : await newest("exhausted");
  if (!exhausted) {
    return retrying || null;
  }
  const delivered = await newest("delivered");
  // Ids sort by time.
  return delivered && delivered.id > exhausted.id ? null : exhausted;
}

function EditEndpoint({ endpoint: newest, onClose, onDone }) {
  // As the form began. The page behind it loads newer ones.
  const [endpoint] = useState(newest);
  const [types, setTypes] = useState(endpoint?.types || []);
  const [isAll, setIsAll] = useState(types.length === 0);
  const submit = async ({ url, description, ordering, headers, maxPerSecond }) => {
    if (!isAll && types.length === 0) {
      throw noTypes();
    }
    const body = { url, description, ordering, types, headers: jsonOf(headers, "/headers") };
    if (maxPerSecond || endpoint?.maxPerSecond) {
      body.maxPerSecond = Number(maxPerSecond || RATE_DEFAULT);
    }
    onDone(endpoint ? await call("PATCH", path`/v1/webhook-endpoints/${endpoint.id}`, { body: changed(endpoint, body) }) : await withSecret(() => call("POST", "/v1/webhook-endpoints", { body })));
  };
  return html`<${FormDialog} title=${endpoint ? "Edit endpoint" : "Add endpoint"} action=${endpoint ? "Save" : "Add endpoint"} submit=${submit} onClose=${onClose} wide>
    ${(problem) => html`
      <${Field} label="URL" name="url" type="url" required maxlength="2048" placeholder="https://example.com/webhooks" defaultValue=${endpoint?.url} error=${fieldError(problem, "/url")} />
      <${Field} label="Description" name="description" maxlength="1000" defaultValue=${endpoint?.description} error=${fieldError(problem, "/description")} />
      <${TypePicker} types=${types} onChange=${(list, all) => (setTypes(list), setIsAll(all))} error=${fieldError(problem, "/types")} />
      <${Field} kind="select" label="Order" name="ordering" value=${endpoint?.ordering || "resource"} options=${[["resource", "Events of one resource arrive in order"], ["none", "No order, each event at once"]]} />
      <${Field} label="Webhooks a second at most" name="maxPerSecond" type="number" min="1" max="10000" defaultValue=${endpoint?.maxPerSecond} placeholder=${RATE_DEFAULT} error=${fieldError(problem, "/maxPerSecond")} />
      <${Field} kind="text" label="Headers" name="headers" rows="3" defaultValue=${fieldText(endpoint?.headers)} hint='Sent with each webhook, as a JSON object: {"X-Tenant": "acme"}.' error=${fieldError(problem, "/headers")} />`}
  <//>`;
}

// The members that the form's user has changed. The API takes types and headers as a whole.
function changed(endpoint, form) {
  const before = { ...endpoint, description: fieldLine(endpoint.description) };
  return Object.fromEntries(Object.entries(form).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}

const noTypes = () => new Problem({ title: "No events are chosen", detail: "Choose at least one event type, or all events." });

const EndpointSecret = ({ title, endpoint, onClose }) => html`<${SecretDialog} title=${title} label="The signing secret" secret=${endpoint.secret} action="I have stored the secret"
  onClose=${onClose} wide><${Verification} /><//>`;

function Endpoint({ id }) {
  const target = path`/v1/webhook-endpoints/${id}`;
  const endpoint = useLoad((signal) => call("GET", target, { signal }), [id]);
  const failed = useLoad((signal) => failure(id, signal), [id]);
  usePoll(endpoint.poll, WATCH_SECONDS);
  usePoll(failed.poll, WATCH_SECONDS);
  const [dialog, setDialog] = useState(null);
  const [secret, setSecret] = useState(null);
  const status = useAction(async (to) => endpoint.set(await call("PATCH", target, { body: { status: to } })));
  const close = () => setDialog(null);
  const dialogs = {
    edit: () => html`<${EditEndpoint} endpoint=${endpoint.data} onClose=${close} onDone=${(changed) => (close(), endpoint.set(changed), toast("Saved."))} />`,
    test: () => html`<${TestDialog} target=${target} onClose=${close} />`,
    rotate: () => html`<${FormDialog} title="Rotate the secret" action="Rotate" onClose=${close} submit=${async ({ hours }) => {
      setSecret(await withSecret(() => call("POST", target + "/secret/rotate", { body: { graceSeconds: Math.round(Number(hours) * 3600) } })));
      close();
    }}>
      <p>The server makes a new secret. Until the grace ends, the old one signs beside it, so that a receiver can change over.</p>
      <${Field} label="Grace in hours" name="hours" type="number" min="0" max="168" step="any" defaultValue="24" required />
    <//>`,
    recover: () => html`<${Recover} target=${target} onClose=${close} />`,
    delete: () => html`<${Confirm} title="Delete the endpoint" action="Delete" word=${id} onClose=${close} sentence="Nothing is sent to it any more, and its open deliveries are dropped. This cannot be taken back."
      run=${async () => (await call("DELETE", target), toast("Endpoint deleted."), go(HOME))} />`,
  };
  return html`<${Page} title=${endpoint.data ? html`<${Text}>${endpoint.data.url}<//>` : "Endpoint"} trail=${[["Webhooks", HOME]]}
    actions=${endpoint.data && html`
      <${Button} kind="primary" onClick=${() => setDialog("test")}>Send test<//>
      <${Button} onClick=${() => setDialog("edit")}>Edit<//>
      <${Button} onClick=${() => setDialog("rotate")}>Rotate secret<//>
      <${Button} onClick=${() => setDialog("recover")}>Recover<//>
      ${endpoint.data.status === "enabled"
        ? html`<${Button} busy=${status.busy} onClick=${() => status.run("disabled")}>Disable<//>`
        : html`<${Button} busy=${status.busy} onClick=${() => status.run("enabled")}>Enable<//>`}
      <${Button} kind="danger" onClick=${() => setDialog("delete")}>Delete<//>`}>
    <${ProblemBox} problem=${status.problem} />
    <${Loaded} of=${endpoint}>${(data) => html`
      ${data.status === "disabled" && html`<${Notice} tone="warn" title="This endpoint is disabled" actions=${html`<${Button} kind="primary" busy=${status.busy} onClick=${() => status.run("enabled")}>Enable<//>`}>
        Its deliveries are held. Enabling sends them at once. A receiver that answers 410 disables its endpoint.
        ${data.missedSince && html` What it misses since <${Time} value=${data.missedSince} /> is sent then, too.`}<//>`}
      ${data.status === "enabled" && failed.data && html`<${Notice} tone="bad" title="This endpoint is failing"
        actions=${html`<a class="button" href=${`${HOME}/${id}/${failed.data.id}`}>See the attempts</a>`}><p>A delivery <${LastFailure} delivery=${failed.data} /></p><//>`}
      <${Facts} items=${[
        ["Id", html`<${Id}>${data.id}<//>`],
        ["Status", html`<${Badge}>${data.status}<//>`],
        ["Description", data.description && html`<${Text}>${data.description}<//>`],
        ["Events", html`<${Text}>${data.types.length ? data.types.join(", ") : "all events"}<//>`],
        ["Order", data.ordering === "resource" ? "events of one resource in order" : "none"],
        ["A second at most", data.maxPerSecond],
        ["Headers", Object.keys(data.headers).length > 0 && html`<${Text}>${Object.keys(data.headers).join(", ")}<//>`],
        ["Created", html`<${Time} exact value=${data.createdAt} />`],
      ]} />`}<//>
    <${Deliveries} endpointId=${id} onChange=${failed.reload} />
    <${Section} title="Verify the signature"><${Verification} /><//>
    ${dialog && dialogs[dialog]()}
    ${secret && html`<${EndpointSecret} title="Secret rotated" endpoint=${secret} onClose=${() => setSecret(null)} />`}
  <//>`;
}

function TestDialog({ target, onClose }) {
  const test = useLoad(() => call("POST", target + "/test"), [target]);
  return html`<${Dialog} title="Send a test" onClose=${onClose}>
    <p>The server sends one <code>webhook_endpoint.test</code> now and waits for the answer.</p>
    ${test.loading
      ? html`<p role="status">Waiting for the receiver…</p>`
      : html`<${Loaded} of=${test.error ? { error: test.error, reload: test.reload } : test}>${(data) => html`<${Notice} tone=${data.delivered ? "good" : "bad"} title=${data.delivered ? "Delivered" : "Not delivered"}>
      ${data.status ? `The receiver answered ${data.status} after ${data.durationMillis} ms. ` : `No answer after ${data.durationMillis} ms. `}${reason(data)}<//>`}<//>`}
    <div class="actions end"><${Button} onClick=${test.reload} busy=${test.loading}>Send another<//><${Button} kind="primary" onClick=${onClose}>Done<//></div>
  <//>`;
}

function Recover({ target, onClose }) {
  return html`<${FormDialog} title="Recover deliveries" action="Recover" onClose=${onClose} submit=${async ({ since }) => {
    const job = await call("POST", target + "/recover", { body: { since: timeOf(since) } });
    toast("The recovery runs as a job.");
    go("#/jobs/" + job.job_id);
  }}>
    <p>Sends again what was not delivered since a time, for instance after an outage of the receiver.</p>
    <${Field} label="Since" name="since" type="datetime-local" required defaultValue=${timeField(Date.now() - HOUR_MILLIS)} />
  <//>`;
}

function Deliveries({ endpointId, onChange }) {
  const [status, setStatus] = useState("");
  const pages = usePages(path`/v1/webhook-endpoints/${endpointId}/deliveries`, { status });
  usePoll(pages.poll, POLL_SECONDS, { active: pages.rows.some((row) => UNSETTLED.has(row.status)) });
  const settled = pages.rows.map((row) => row.id + row.status).join();
  useEffect(() => {
    if (settled) {
      onChange();
    }
  }, [settled]);
  const choices = [["", "all"], ...STATUSES.map((name) => [name, name])];
  return html`<${Section} title="Deliveries" actions=${html`<${Filters} label="Deliveries">
      <${Field} kind="select" label="Status" value=${status} onChange=${(event) => setStatus(event.target.value)} options=${choices} />
    <//>
    <${Button} onClick=${pages.reload} busy=${pages.loading}>Refresh<//>`}>
    <${Pages} of=${pages} label="Deliveries"
      columns=${[
        { title: "Event", kind: "main", cell: (row) => html`<a href=${`${HOME}/${endpointId}/${row.id}`}><${Text}>${row.eventType}<//></a><small><${Id}>${row.eventId}<//></small>` },
        { title: "Status", cell: (row) => html`<${Badge}>${row.status}<//>` },
        { title: "Attempts", cell: (row) => row.attempts.length },
        { title: "Last answer", cell: (row) => lastAnswer(row) },
        { title: "Next attempt", cell: (row) => (row.nextAttemptAt ? html`<${Time} value=${row.nextAttemptAt} />` : html`<span class="quiet">none</span>`) },
        { title: "Created", cell: (row) => html`<${Time} value=${row.createdAt} />` },
      ]}
      empty=${status ? html`<${Empty} title=${`No ${status} deliveries`}>Choose another status to see the others.<//>` : html`<${Empty} title="No deliveries yet">Send a test, or change a resource: its event shows up here.<//>`} />
  <//>`;
}

function lastAnswer(delivery) {
  const last = delivery.attempts[delivery.attempts.length - 1];
  return last ? (last.status ? html`<${Status} code=${last.status} />` : html`<${Badge} tone="bad">${last.errorClass}<//>`) : html`<span class="quiet">none</span>`;
}

function Delivery({ endpointId, id }) {
  const delivery = useLoad((signal) => call("GET", path`/v1/deliveries/${id}`, { signal }), [id]);
  const endpoint = useLoad((signal) => call("GET", path`/v1/webhook-endpoints/${endpointId}`, { signal }), [endpointId]);
  const eventId = delivery.data?.eventId;
  const event = useLoad(async (signal) => (eventId ? call("GET", path`/v1/events/${eventId}`, { signal }) : null), [eventId]);
  usePoll(delivery.poll, POLL_SECONDS, { active: UNSETTLED.has(delivery.data?.status) });
  const resend = useAction(async () => {
    const sent = await answer("POST", path`/v1/deliveries/${id}/resend`);
    delivery.set(sent.body);
    toast("The delivery is being sent again.");
    delivery.reload();
  });
  return html`<${Page} title="Delivery" trail=${[["Webhooks", HOME], [endpoint.data ? html`<${Text}>${endpoint.data.url}<//>` : "Endpoint", `${HOME}/${endpointId}`]]}
    actions=${html`<${Button} kind="primary" busy=${resend.busy} onClick=${() => resend.run()}>Resend<//>`}>
    <${ProblemBox} problem=${resend.problem} />
    <${Loaded} of=${delivery}>${(data) => html`
      <${Facts} items=${[
        ["Id", html`<${Id}>${data.id}<//>`],
        ["Status", html`<${Badge}>${data.status}<//>`],
        ["Event type", html`<${Text}>${data.eventType}<//>`],
        ["Event", html`<a href=${"#/events/" + data.eventId}><${Id}>${data.eventId}<//></a>`],
        ["Created", html`<${Time} value=${data.createdAt} />`],
        ["Next attempt", data.nextAttemptAt && html`<${Time} exact value=${data.nextAttemptAt} />`],
      ]} />
      <${Section} title=${plural(data.attempts.length, "attempt")}>
        ${data.attempts.length === 0 && html`<${Empty} title="No attempt yet">The first one begins when it is due, or when an earlier event of its resource has arrived.<//>`}
        <ol class="attempts">${[...data.attempts].reverse().map((attempt) => html`<${Attempt} key=${attempt.number} attempt=${attempt} />`)}</ol>
      <//>
      <${Section} title="Request">
        <p>Each attempt posts the same bytes, signed anew.</p>
        <${Table} label="Headers of the request" rowKey=${(row) => row[0]} rows=${[
          ["POST", endpoint.data?.url || "…"], ["webhook-id", data.eventId], ["webhook-timestamp", "Unix seconds of the attempt"], ["webhook-signature", "v1, and the HMAC-SHA256 of id, timestamp and body"],
          ["content-type", "application/json"], ...Object.entries(endpoint.data?.headers || {}),
        ]} columns=${[{ title: "Header", cell: ([name]) => html`<code>${visible(name)}</code>` }, { title: "Value", cell: ([, value]) => html`<${Text}>${value}<//>` }]} />
        <${Loaded} of=${event}>${(body) => body && html`<${Json} label="Body of the request" value=${body} />`}<//>
      <//>`}<//>
  <//>`;
}

const Attempt = ({ attempt }) => html`<li class=${succeeded(attempt) ? "good" : "bad"}>
  <p><strong>Attempt ${attempt.number}</strong> ${attempt.status ? html`<${Status} code=${attempt.status} />` : ""} ${attempt.errorClass && html`<${Badge} tone="bad">${attempt.errorClass}<//>`}
    <${Badge} tone="quiet">${attempt.trigger === "manual" ? "by hand" : "by schedule"}<//></p>
  <p class="small"><${Time} value=${attempt.at} />, at ${local(attempt.at)}, took ${attempt.durationMillis} ms. ${reason(attempt)}</p>
  ${attempt.responseBody && html`<${Details} summary="Answer of the receiver">${() => html`<pre tabindex="0"><code><bdi>${visibleLines(attempt.responseBody)}</bdi></code></pre>`}<//>`}
</li>`;
