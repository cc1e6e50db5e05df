// Has the server send a webhook to the receiver, and then sends a forged one itself.
import { strict as assert } from "node:assert";
import { once } from "node:events";
import { receiver } from "./receiver.mjs";

const { PLINTH_URI, PLINTH_KEY } = process.env;
let secret = "";
let accept;
const accepted = new Promise((resolve) => (accept = resolve));
const server = receiver(() => secret, (event, sent) => accept({ event, sent }));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}/hooks`;

async function post(path, body) {
  const answer = await fetch(PLINTH_URI + path, {
    method: "POST",
    headers: { Authorization: `Bearer ${PLINTH_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return answer.json();
}

secret = (await post("/v1/webhook-endpoints", { url, types: ["resource.created"] })).secret;
const resource = await post("/v1/resources", { name: "Order 1" });

const { event, sent } = await accepted;
assert.equal(event.type, "resource.created");
assert.ok(sent.body.includes(resource.id));

const headers = Object.fromEntries(["webhook-id", "webhook-timestamp", "webhook-signature"].map((h) => [h, sent.headers[h]]));
const forged = await fetch(url, { method: "POST", headers, body: sent.body.replace("Order 1", "Order 2") });
assert.equal(forged.status, 400);

console.log("verified", event.type, "and refused a forged one");
server.close();
server.closeAllConnections();
