// JSON without loss. A number that JavaScript would write otherwise, such as 9007199254740993 or 1.0, stays as it was written, where the
// browser can do that (JSON.rawJSON). Such a number is an object, not a number: see numberOf.

const isRaw = (value) => Boolean(JSON.isRawJSON?.(value));

const written = (name, value, context) =>
  typeof value === "number" && context?.source !== undefined && context.source !== String(value) ? JSON.rawJSON(context.source) : value;

export const parse = (text) => JSON.parse(text, JSON.rawJSON ? written : undefined);

export const numberOf = (value) => (isRaw(value) ? Number(value.rawJSON) : value);

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !isRaw(value);

// The merge patch (RFC 7396) that makes `after` of `before`. A member that is gone becomes null.
export function mergePatch(before, after) {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const changed = Object.entries(after).flatMap(([name, value]) => {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (isObject(old) && isObject(value)) {
      const inner = mergePatch(old, value);
      return Object.keys(inner).length > 0 ? [[name, inner]] : [];
    }
    return JSON.stringify(old) === JSON.stringify(value) ? [] : [[name, value]];
  });
  return Object.fromEntries([...gone.map((name) => [name, null]), ...changed]);
}
