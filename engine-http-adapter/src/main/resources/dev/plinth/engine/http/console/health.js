import { html } from "./view.js";
import { call } from "./api.js";
import { useStore } from "./store.js";
import { useLoad, usePoll } from "./hooks.js";
import { Empty, Facts, Fullness, Id, Loaded, Notice, Page, ProblemBox, Section, Table } from "./ui.js";
import { Chart } from "./chart.js";
import { history, latency, level, rate, times } from "./figures.js";
import { bytes, count, visible } from "./text.js";

const TABLES_SECONDS = 10;
const JOBS = { queued: "jobsQueued", running: "jobsRunning", failed: "jobsFailed" };
const ROLES = { leader: "leads", follower: "follows", candidate: "knows no leader" };
const DELIVERIES = {
  pending: "deliveriesPending",
  retrying: "deliveriesRetrying",
  exhausted: "deliveriesExhausted",
  held: "deliveriesHeld",
};

const NOT_READY = {
  journal_failed: "The journal has failed. Check the disk and restart the server.",
  not_leader: "This node does not lead and forwards no calls. Use the console of the leader.",
};

export function Health() {
  const { points, gauges, error } = useStore(history);
  const ready = useLoad(async (signal) => {
    try {
      return await call("GET", "/health/ready", { signal });
    } catch (failure) {
      // A 503 is an answer, too: the same document, which says what is wrong.
      if (failure.status === 503) {
        return failure.document;
      }
      throw failure;
    }
  }, []);
  const tables = useLoad((signal) => call("GET", "/admin/v1/tables", { signal }), []);
  usePoll(ready.poll, TABLES_SECONDS, { free: true });
  usePoll(tables.poll, TABLES_SECONDS, { free: true });
  const x = times(points);
  const levels = (names) => Object.entries(names).map(([name, figure]) => [name, level(points, figure)]);
  return html`<${Page} title="Health" about="How the server is, and how the last hour was. The server keeps that hour in memory.">
    <${ProblemBox} problem=${error || ready.error} />
    ${ready.data && !ready.error && (!error || ready.data.status !== "ready") && html`<${Readiness} of=${ready.data} />`}
    <${Section} title="The last hour">
      ${points.length < 2 ? html`<${Empty} title="The first figures are on their way">They come every ten seconds.<//>` : html`<div class="charts">
        <${Chart} title="Requests" unit="/s" x=${x} series=${[["all", rate(points, "requests")]]} />
        <${Chart} title="Latency" unit="ms" x=${x} series=${[["half within", latency(points, "latencyP50Micros")], ["99 % within", latency(points, "latencyP99Micros")]]} />
        <${Chart} title="Refusals and errors" unit="/s" x=${x}
          series=${[["4xx", rate(points, "clientErrors")], ["rate limited", rate(points, "rateLimited")], ["5xx", rate(points, "serverErrors")]]} />
        <${Chart} title="Jobs" x=${x} series=${levels(JOBS)} />
        <${Chart} title="Deliveries" x=${x} series=${levels(DELIVERIES)} />
        <${Chart} title="Journal" unit="records" x=${x}
          series=${levels({ "not durable yet": "journalLagRecords", "behind the snapshot": "snapshotLagRecords" })} />
      </div>`}
    <//>
    <${Section} title="Now"><${Facts} items=${[...ofNode(ready.data), ...now(gauges)]} /><//>
    <${Section} title="Tables">
      <${Loaded} of=${tables}>${({ data }) => html`<${Table} label="Tables" rows=${data} rowKey=${(row) => row.name}
        columns=${[
          { title: "Table", kind: "main", cell: (row) => html`<strong>${row.name}</strong>` },
          { title: "Rows", cell: (row) => html`<${Fullness} used=${row.rows} max=${row.rowsMax} show=${count} name=${row.name + ": rows"} />` },
          { title: "Bytes", cell: (row) => html`<${Fullness} used=${row.bytes} max=${row.bytesMax} show=${bytes} name=${row.name + ": bytes"} />` },
          { title: "Most rows", cell: ({ workspaces: [most] }) => (most ? html`<${Most} of=${most} />` : html`<span class="quiet">none</span>`) },
        ]} />`}<//>
    <//>
  <//>`;
}

function Readiness({ of }) {
  if (of.status !== "ready") {
    return html`<${Notice} tone="bad" title="The server takes no changes">${visible(of.detail) || NOT_READY[of.status] || "See the log of the server."}<//>`;
  }
  return of.detail
    ? html`<${Notice} tone="warn" title="The server serves, with a warning">${visible(of.detail)}<//>`
    : html`<${Notice} tone="good" title="The server takes calls and changes">Durability: ${of.durability}.<//>`;
}

const Most = ({ of }) => html`<a href=${"#/operator/workspaces/" + of.workspaceId}><${Id}>${of.workspaceId}<//></a><small>${count(of.rows)} rows</small>`;

// A node that shares a log with others. Without one there is no role.
function ofNode(health) {
  if (!health?.role) {
    return [];
  }
  return [
    ["This node", ROLES[health.role]],
    ["Epoch", count(health.epoch)],
    ["Last record", count(health.sequence)],
    ["Behind the log", health.role === "leader" ? undefined : `${count(health.lagMillis)} ms at most`],
    ["Leader", health.leader && visible(health.leader)],
  ];
}

function now(gauges) {
  // A node that follows has no figures of the journal and of work; they are the leader's.
  if (gauges.plinth_node_epoch !== undefined && gauges.plinth_journal_writable === undefined) {
    return [];
  }
  const seconds = (value) => (value === undefined ? undefined : `${Number(value.toPrecision(3))} s`);
  return [
    ["Journal", gauges.plinth_journal_writable === 1 ? "takes changes" : "takes no changes"],
    ["Last record", count(gauges.plinth_journal_sequence ?? 0)],
    ["Journal files", count(gauges.plinth_journal_segments ?? 0)],
    ["Age of the snapshot", seconds(gauges.plinth_snapshot_age_seconds) ?? "none since the start"],
    ["Start took", seconds(gauges.plinth_recovery_seconds)],
    ["Oldest queued job", seconds(gauges.plinth_jobs_queued_oldest_seconds)],
    ["Jobs without a worker", count(gauges.plinth_jobs_unhandled ?? 0)],
    ["Longest hold of the writer", seconds(gauges.plinth_writer_hold_longest_seconds)],
    ["Lead of the clock", seconds(gauges.plinth_clock_lead_seconds)],
  ];
}
