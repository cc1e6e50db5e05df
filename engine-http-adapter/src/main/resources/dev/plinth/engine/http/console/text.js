const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const HIDDEN_IN_JSON = /[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const JSON_CHARACTERS_MAX = 200_000;

const escaped = (character) => "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");

// Shows what would be invisible, or would turn the text around it, as its escape.
export const visible = (text) => String(text ?? "").replace(HIDDEN, escaped);

export function json(value) {
  const text = JSON.stringify(value, null, 2) ?? "";
  const shown = text.replace(HIDDEN_IN_JSON, escaped);
  return shown.length > JSON_CHARACTERS_MAX ? shown.slice(0, JSON_CHARACTERS_MAX) + "\n… cut here; the API has the rest" : shown;
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
    size < 60 ? `${size} s` : size < 3600 ? `${Math.round(size / 60)} min` : size < 172_800 ? `${Math.round(size / 3600)} h` : `${Math.round(size / 86_400)} days`;
  return size < 2 ? "now" : seconds > 0 ? `${text} ago` : `in ${text}`;
}

export const local = (time) => new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
