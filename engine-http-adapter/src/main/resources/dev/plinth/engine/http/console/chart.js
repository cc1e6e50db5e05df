import { html, useEffect, useRef, useState } from "./view.js";
import { count } from "./text.js";

// A classic script of the page defines it.
const { uPlot } = globalThis;

const HEIGHT = 150;

// Counts the changes between light and dark, since a canvas keeps the colors that it was drawn with.
function useThemeChanges() {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const changed = () => setChanges((n) => n + 1);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", changed);
    return () => (observer.disconnect(), dark.removeEventListener("change", changed));
  }, []);
  return changes;
}

function format(value, unit) {
  if (value === null || value === undefined) {
    return "–";
  }
  const number = value >= 100 ? count(Math.round(value)) : Number(value.toPrecision(3));
  return unit ? `${number} ${unit}` : `${number}`;
}

const clock = (seconds) => new Date(seconds * 1000).toTimeString().slice(0, 8);

// Lines over time. The legend says the newest values as text, which is what a screen reader gets of it.
export function Chart({ title, unit, x, series }) {
  const box = useRef(null);
  const plot = useRef(null);
  const theme = useThemeChanges();
  const data = [x, ...series.map(([, values]) => values)];
  useEffect(() => {
    const element = box.current;
    const figure = element.parentElement;
    // The canvas takes its colors from the elements around it, since it does not resolve those of the style sheet.
    const style = (selector, part) => getComputedStyle(figure.querySelector(selector), part);
    const grid = { stroke: getComputedStyle(figure).borderTopColor, width: 1 };
    const axis = { stroke: style("ul").color, grid, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    plot.current = new uPlot(
      {
        width: element.clientWidth, height: HEIGHT, legend: { show: false }, cursor: { show: false },
        scales: { y: { range: (_, __, max) => [0, Math.max(max || 0, 1) * 1.1] } },
        axes: [{ ...axis, size: 28, space: 80, values: (_, ticks) => ticks.map(clock) }, { ...axis, size: 48, space: 32 }],
        series: [{}, ...series.map(([name], i) => ({ label: name, stroke: style(`.series-${i + 1}`, "::before").backgroundColor, width: 2, points: { show: false } }))],
      },
      data,
      element,
    );
    const observer = new ResizeObserver(() => plot.current.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => (observer.disconnect(), plot.current.destroy());
  }, [theme, series.length]);
  useEffect(() => plot.current.setData(data));
  return html`<figure class="chart card">
    <figcaption><h3>${title}</h3><ul>${series.map(([name, values], i) => html`<li key=${name} class=${"series-" + (i + 1)}>${name} <strong>${format(values[values.length - 1], unit)}</strong></li>`)}</ul></figcaption>
    <div ref=${box} class="plot" aria-hidden="true"></div>
  </figure>`;
}
