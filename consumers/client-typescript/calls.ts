import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./target/api.js";

const { PLINTH_URI: baseUrl, PLINTH_KEY: key } = process.env;
const client = createClient<paths>({ baseUrl: baseUrl!, headers: { Authorization: `Bearer ${key}` } });
let calls = 0;

/** Counts a call and returns its body. Fails with the problem's text. */
async function ok<Body>(answer: Promise<{ data?: Body; error?: components["schemas"]["Problem"] }>): Promise<Body> {
  calls++;
  const { data, error } = await answer;
  assert(data, error?.detail);
  return data;
}

const workspace = await ok(client.GET("/v1/workspace"));
assert.equal(workspace.status, "active");

const resource = await ok(client.POST("/v1/resources", {
  params: { header: { "Idempotency-Key": "client-typescript" } },
  body: { name: "Order 4711", metadata: { customer: "c-17" } },
}));
const params = { path: { id: resource.id } };
assert.equal(resource.name, "Order 4711");

const same = await ok(client.GET("/v1/resources/{id}", { params }));
assert.equal(same.version, 1);

const changed = await ok(client.PATCH("/v1/resources/{id}", { params: { ...params, header: { "If-Match": '"v1"' } }, body: { name: "Order 4712" } }));
assert.equal(changed.name, "Order 4712");

const page = await ok(client.GET("/v1/resources", { params: { query: { limit: 10, status: "active" } } }));
assert.deepEqual(page.data.map(({ id }) => id), [resource.id]);

const endpoint = await ok(client.POST("/v1/webhook-endpoints", { body: { url: "https://receiver.example.com/hooks", types: ["resource.*"] } }));
assert(endpoint.secret?.startsWith("whsec_"));

const event = await ok(client.POST("/v1/events", { body: { type: "payment.processed", data: { amount: 12 } } }));
assert.equal(event.type, "payment.processed");

const limits = await ok(client.GET("/v1/rate-limit"));
assert(limits.policies[0]!.remaining < limits.policies[0]!.limit);

const archived = await ok(client.POST("/v1/resources/{id}/archive", { params }));
assert.equal(archived.status, "archived");

calls++;
const { error, response } = await client.GET("/v1/resources/{id}", { params: { path: { id: "res_" + "0".repeat(26) } } });
assert.equal(response.status, 404);
assert.equal(error?.code, "not_found");

console.log(`client-typescript: ${calls} calls`);
