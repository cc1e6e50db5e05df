// Receives webhooks and verifies them.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

/**
 * Makes a server that hands each verified event to a function, once.
 * `secret` returns the endpoint's secret, whsec_….
 */
export function receiver(secret, handle) {
  const seen = new Set();
  return createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    // The bytes as they came: JSON that is parsed and written again has another signature.
    const body = Buffer.concat(chunks).toString("utf8");
    try {
      const event = new Webhook(secret()).verify(body, request.headers);
      const id = request.headers["webhook-id"];
      if (!seen.has(id)) {
        seen.add(id);
        handle(event, { body, headers: request.headers });
      }
      response.writeHead(204).end();
    } catch (refused) {
      response.writeHead(400).end(String(refused.message));
    }
  });
}
