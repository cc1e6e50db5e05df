import { html, useState } from "./view.js";
import { Code, Tabs } from "./ui.js";

const JAVA = `static boolean isGenuine(String secret, String id, String timestamp, String signatures, byte[] body)
        throws GeneralSecurityException {
    byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
    byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(UTF_8);
    boolean signed = false;
    for (String signature : signatures.split(" ")) {
        signed |= MessageDigest.isEqual(expected, signature.getBytes(UTF_8));
    }
    return signed && Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) <= 300;
}`;

const NODE = `const crypto = require("node:crypto");

function isGenuine(secret, id, timestamp, signatures, body) {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const mac = crypto.createHmac("sha256", key).update(\`\${id}.\${timestamp}.\`).update(body);
  const expected = Buffer.from("v1," + mac.digest("base64"));
  const signed = signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature);
    return given.length === expected.length && crypto.timingSafeEqual(given, expected);
  });
  return signed && Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300;
}`;

const PYTHON = `import base64, hashlib, hmac, time


def is_genuine(secret: str, id: str, timestamp: str, signatures: str, body: bytes) -> bool:
    key = base64.b64decode(secret[len("whsec_"):])
    mac = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    expected = b"v1," + base64.b64encode(mac.digest())
    signed = any(hmac.compare_digest(expected, given.encode()) for given in signatures.split(" "))
    return signed and abs(time.time() - int(timestamp)) <= 300`;

const LANGUAGES = { java: ["Java", JAVA], node: ["Node.js", NODE], python: ["Python", PYTHON] };

// How a receiver tells a genuine webhook. The secret stays out of the code, so that a copy of it holds none.
export function Verification() {
  const [language, setLanguage] = useState("java");
  return html`<div>
    <p>Pass the headers <code>webhook-id</code>, <code>webhook-timestamp</code> and <code>webhook-signature</code>, and the body as bytes, before a JSON parser has seen it.
      Answer with 2xx within 15 seconds, and drop a <code>webhook-id</code> that you have seen.</p>
    <${Tabs} label="Language" current=${language} onChange=${setLanguage} tabs=${Object.entries(LANGUAGES).map(([name, [title]]) => [name, title])}>
      <${Code} label=${LANGUAGES[language][0] + " code"} text=${LANGUAGES[language][1]} />
    <//>
  </div>`;
}
