// Verifies one webhook with the npm library of Standard Webhooks: secret, three headers, then the body on standard input.
import { Webhook } from "standardwebhooks";
import { readFileSync } from "node:fs";

const [secret, id, timestamp, signature] = process.argv.slice(2);
new Webhook(secret).verify(readFileSync(0, "utf8"), {
  "webhook-id": id,
  "webhook-timestamp": timestamp,
  "webhook-signature": signature,
});
