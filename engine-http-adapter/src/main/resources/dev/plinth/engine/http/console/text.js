// Characters that show nothing, or that turn or tag the text around them.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const LINES = /[\n\t]/;
// More marks than any script stacks on one letter would be drawn over the rows above and below.
const STACKED = /(?<=\p{M}{4})\p{M}/gu;
const JSON_CHARACTERS_MAX = 200_000;
const MINUTE_MILLIS = 60_000;

const escaped = (character) =>
  character.replace(/[^]/g, (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"));

const shown = (text, keepsLines) =>
  text.replace(HIDDEN, (character) => (keepsLines && LINES.test(character) ? character : escaped(character))).replace(STACKED, escaped);

// Shows what would be invisible, or would turn the text around it, as its escape.
export const visible = (text) => shown(textOf(text), false);

// The same for text that is shown with its lines.
export const visibleLines = (text) => shown(textOf(text), true);

// A stranger's value may be of any kind where a text is expected.
const textOf = (value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? ""));

export function json(value) {
  const text = visibleLines(JSON.stringify(value, null, 2));
  return text.length > JSON_CHARACTERS_MAX ? text.slice(0, JSON_CHARACTERS_MAX) + "\n… cut here; the API has the rest" : text;
}

export const count = (number) => Number(number).toLocaleString("en-US");

export function bytes(number) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let value = number;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function micros(number) {
  return number < 1000 ? `${number} µs` : number < 1_000_000 ? `${(number / 1000).toFixed(1)} ms` : `${(number / 1e6).toFixed(2)} s`;
}

export function ago(time, now = Date.now()) {
  const seconds = Math.round((now - Date.parse(time)) / 1000);
  const size = Math.abs(seconds);
  const text =
    size < 60
      ? `${size} s`
      : size < 3600
        ? `${Math.round(size / 60)} min`
        : size < 172_800
          ? `${Math.round(size / 3600)} h`
          : `${Math.round(size / 86_400)} days`;
  return size < 2 ? "now" : seconds > 0 ? `${text} ago` : `in ${text}`;
}

export const local = (time) => new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

// The local time of day, to the millisecond.
export function timeOfDay(time) {
  const date = new Date(time);
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

// A time as a field of the type datetime-local takes it: local, to the minute. Empty without one.
export function timeField(time) {
  if (!time || Number.isNaN(new Date(time).getTime())) {
    return "";
  }
  const date = new Date(time);
  // Not by setMinutes, which counts in local time and so goes wrong across a change of the clock.
  return new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MILLIS).toISOString().slice(0, 16);
}

// The other way round, as the API takes it.
export const timeOf = (field) => (field ? new Date(field).toISOString() : "");

// A text as a field of one line shows it. What equals this has not been changed by its user.
export const fieldLine = (text) => text.replace(/[\r\n]/g, "");

export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
