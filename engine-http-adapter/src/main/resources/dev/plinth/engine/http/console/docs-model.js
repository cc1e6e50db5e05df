// What the reference shows of an OpenAPI document. Pure functions: none of them knows the page.
import { numberOf } from "./json.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEPTH_MAX = 6;
const ID = "01hzy3v8k2m4n6p8q0r2s4t6v8";
const ID_PATTERN = /^\^([a-z]+_)\[/;
const TIME = "2026-11-01T00:00:00.000Z";
const WEBHOOKS = "Webhooks";
const SCHEMAS = "Schemas";

// The thing that a reference names, or the thing itself.
export function resolved(api, thing) {
  const ref = thing?.$ref;
  return ref ? ref.slice(2).split("/").reduce((at, name) => at?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], api) || {} : thing || {};
}

export const nameOf = (thing) => thing?.$ref?.split("/").at(-1);

// All pages in the order of the menu: {kind, group, hash, title, method, path, about, operation or schema, words}.
export function entriesOf(api) {
  const operations = Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => entryOf("operation", method, path, item[method], item[method].tags?.[0] || "Other")),
  );
  const webhooks = Object.entries(api.webhooks || {}).map(([type, item]) => ({ ...entryOf("webhook", "post", type, item.post, WEBHOOKS), title: type }));
  const schemas = Object.entries(api.components?.schemas || {}).map(([name, schema]) => ({
    kind: "schema", group: SCHEMAS, hash: "#/schema/" + name, title: name, schema, words: name.toLowerCase(),
  }));
  const order = [...(api.tags || []).map(({ name }) => name), WEBHOOKS, SCHEMAS];
  const placed = operations.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
  return [...placed, ...webhooks, ...schemas];
}

function entryOf(kind, method, path, operation, group) {
  const id = kind === "webhook" ? path : operation.operationId;
  const words = [method, path, operation.summary, operation.operationId, group].join(" ").toLowerCase();
  return { kind, group, hash: `#/${kind}/${id}`, title: operation.summary, method, path, about: operation.description, operation, words };
}

export const found = (entries, text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => words.every((word) => entry.words.includes(word)));
};

export function grouped(entries) {
  const groups = new Map();
  entries.forEach((entry) => groups.set(entry.group, [...(groups.get(entry.group) || []), entry]));
  return [...groups];
}

// Schemas that are one, with the parts of `allOf` put together.
export function whole(api, schema) {
  const own = resolved(api, schema);
  return (own.allOf || []).reduce(
    (sum, part) => {
      const other = whole(api, part);
      const properties = { ...sum.properties };
      Object.entries(other.properties || {}).forEach(([name, value]) => (properties[name] = { ...properties[name], ...value }));
      return { ...sum, ...other, properties, required: [...(sum.required || []), ...(other.required || [])] };
    },
    { ...own, allOf: undefined },
  );
}

// A type in words, such as "list of Resource" or "text or null".
export function typeOf(api, schema) {
  const name = nameOf(schema);
  if (name) {
    return name;
  }
  const { type, enum: words, items, format } = whole(api, schema);
  const types = [type].flat().filter(Boolean);
  const said = types.map((each) => (each === "array" && items ? "list of " + typeOf(api, items) : each === "string" && words ? "one word" : format && each === "string" ? format : each));
  return said.join(" or ") || "any";
}

// What a value has to keep, in a few words each.
export function limitsOf(schema) {
  const given = (value) => value !== undefined;
  const span = (least, most, unit) => {
    const one = (value) => numberOf(value).toLocaleString("en-US");
    return given(least) && given(most) ? [`${one(least)} to ${one(most)}${unit}`] : given(least) ? [`at least ${one(least)}${unit}`] : given(most) ? [`at most ${one(most)}${unit}`] : [];
  };
  return [
    ...(schema.enum ? [schema.enum.map((value) => String(value)).join(", ")] : []),
    ...span(schema.minimum, schema.maximum, ""),
    ...span(schema.minLength, schema.maxLength, " characters"),
    ...span(schema.minItems, schema.maxItems, " items"),
    ...span(undefined, schema.maxProperties, " members"),
    ...span(undefined, schema["x-bytes-max"], " bytes"),
    ...(schema.pattern ? [schema.pattern.replace(/^\^([a-z]+_)\[[^\]]*\]\{26\}\$$/, "$1 and 26 characters").replace(/^\^\(\?:(.*)\)\$$/, "$1")] : []),
    ...(given(schema.default) ? ["default " + JSON.stringify(schema.default)] : []),
  ];
}

// The members of an object, or of the objects of a list: [{name, schema, required}].
export function membersOf(api, schema) {
  const own = whole(api, schema);
  const holder = own.items && !own.properties ? whole(api, own.items) : own;
  return Object.entries(holder.properties || {}).map(([name, member]) => ({ name, schema: member, required: (holder.required || []).includes(name) }));
}

// An example that the schema takes: the one that it has, or else one of its required members.
export function sampleOf(api, schema, depth = 0) {
  const own = whole(api, schema);
  const given = own.examples?.[0] ?? own.example ?? own.default ?? own.enum?.[0];
  if (given !== undefined) {
    return given;
  }
  const type = [own.type].flat()[0];
  if (own.properties || type === "object") {
    const members = membersOf(api, own).filter(({ required }) => required && depth < DEPTH_MAX);
    return Object.fromEntries(members.map((member) => [member.name, sampleOf(api, member.schema, depth + 1)]));
  }
  if (type === "array") {
    return depth < DEPTH_MAX && own.items ? [sampleOf(api, own.items, depth + 1)] : [];
  }
  if (type === "integer" || type === "number") {
    return own.minimum ?? 1;
  }
  return type === "boolean" ? true : type === "null" || !type ? null : textOf(own);
}

const textOf = ({ pattern = "", format }) =>
  format === "date-time" ? TIME : ID_PATTERN.test(pattern) ? ID_PATTERN.exec(pattern)[1] + ID : "text";

export const parametersOf = (api, operation) => (operation.parameters || []).map((parameter) => resolved(api, parameter));

export const bodyOf = (api, operation) => contentOf(resolved(api, operation.requestBody));

// The first content of a body or answer: {type, schema, examples}, or null.
export function contentOf(body) {
  const [first] = Object.entries(body.content || {});
  return first ? { type: first[0], ...first[1] } : null;
}

const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

// The call as a line of curl: the credential comes from the environment, and the ids of the path stand there in capitals.
export function curlOf(api, { method, path, operation }, origin) {
  const parameters = parametersOf(api, operation);
  const valueOf = (parameter) => String(parameter.example ?? sampleOf(api, parameter.schema));
  const target = path.replace(/\{([^}]+)\}/g, (_, name) => name.replace(/[A-Z]/g, "_$&").toUpperCase());
  const query = new URLSearchParams(parameters.filter((each) => each.in === "query" && each.required).map((each) => [each.name, valueOf(each)])).toString();
  const body = bodyOf(api, operation);
  const isSent = body && (resolved(api, operation.requestBody).required || Object.keys(sampleOf(api, body.schema) || {}).length > 0);
  const needs = Object.keys(operation.security?.[0] || {})[0];
  const isStream = Object.values(operation.responses).some((answer) => contentOf(resolved(api, answer))?.type === "text/event-stream");
  const lines = [
    `curl ${isStream ? "-N " : ""}${method === "get" ? "" : `-X ${method.toUpperCase()} `}${quoted(origin + target + (query ? "?" + query : ""))}`,
    needs && `-H "Authorization: Bearer $${needs === "operatorToken" ? "PLINTH_ADMIN_TOKEN" : "PLINTH_KEY"}"`,
    parameters.some((each) => each.name === "Idempotency-Key") && `-H 'Idempotency-Key: a-unique-key-you-generate'`,
    isSent && `-H 'Content-Type: ${body.type}'`,
    isSent && `-d ${quoted(JSON.stringify(sampleOf(api, body.schema)))}`,
  ];
  return lines.filter(Boolean).join(" \\\n  ");
}
