// Curves and histograms as SVG; colours come from the style sheet of the figure.
import { fmt, svg } from "./kit.js";

/** Ends of an axis that holds the values: whole powers of ten with `log`, else the given ends. Pure. */
export function endsOf(values, { log = false, low = Math.min(...values), high = Math.max(...values) } = {}) {
  const kept = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  if (!log) return [low, high > low ? high : low + 1];
  if (!kept.length) return [0.1, 1];
  const [from, to] = [Math.floor(Math.log10(Math.min(...kept)) + 1e-9), Math.ceil(Math.log10(Math.max(...kept)) - 1e-9)];
  return [10 ** from, 10 ** Math.max(to, from + 1)];
}

/** Share, 0 to 1, of the way from one end to the other at which a value lies. Pure. */
export function shareOf(value, [low, high], log = false) {
  const share = log ? Math.log10(value / low) / Math.log10(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, share));
}

const text = (x, y, content, anchor) => {
  const node = svg("text", { x, y, "text-anchor": anchor });
  node.textContent = content;
  return node;
};
const short = (v) => (v && (Math.abs(v) >= 1e4 || Math.abs(v) < 0.01) ? v.toExponential(0).replace("e+", "e") : fmt(v));

/** Curves: series of { values: runs of numbers, kind, name }; each kind becomes a class. `marks` are the
 *  numbers under the values where they are not 1, 2, 3, ... */
export function lines(series, { log = false, low, high, x = "", wide = false, marks } = {}) {
  const [width, height, left, bottom] = [wide ? 560 : 280, 190, 46, 24];
  const all = series.flatMap(({ values }) => values.flat());
  const ends = endsOf(all.filter((v) => Number.isFinite(v)), { log, ...(low === undefined ? {} : { low, high }) });
  const count = series[0].values[0].length, across = (i) => left + (i * (width - left - 8)) / Math.max(1, count - 1);
  const down = (v) => 6 + (1 - shareOf(v, ends, log)) * (height - bottom - 6);
  const decades = log ? Array.from({ length: Math.round(Math.log10(ends[1] / ends[0])) + 1 }, (_, i) => ends[0] * 10 ** i) : [0, 0.5, 1].map((s) => ends[0] + s * (ends[1] - ends[0]));
  const step = Math.ceil(decades.length / 6), ticks = decades.filter((_, i) => i % step === 0);
  const curve = ({ values, kind }) => values.map((run) => svg("polyline", { class: kind.split(" ").map((k) => `cbh-${k}`).join(" "),
    points: run.map((v, i) => (Number.isFinite(v) && (!log || v > 0) ? `${across(i).toFixed(1)},${down(v).toFixed(1)}` : null)).filter(Boolean).join(" ") }));
  const described = series.map(({ name, values }) => `${name} ${short(values[0][0])} to ${short(values[0].at(-1))}`).join("; ");
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "cbh-plot", role: "img", "aria-label": `${described}.` },
    ...ticks.flatMap((v) => [svg("line", { class: "cbh-gridline", x1: left, x2: width - 8, y1: down(v), y2: down(v) }), text(left - 5, down(v) + 4, short(v), "end")]),
    text(left, height - 6, String(marks?.[0] ?? 1), "middle"), text(width - 8, height - 6, `${x} ${marks?.at(-1) ?? count}`, "end"), ...series.flatMap(curve));
}

/** A histogram { from, to, counts }, or a list of counts for 0, 1, 2, ...; `other` is drawn as a line over it. */
export function bars(given, other) {
  const [width, height, bottom] = [280, 108, 20], read = (one) => (Array.isArray(one) ? { from: 0, to: one.length - 1, counts: one } : one);
  const { from, to, counts } = read(given), most = Math.max(...counts, 1), each = (width - 8) / counts.length;
  const tall = (count, top) => (count / top) * (height - bottom - 6);
  const outline = () => {
    const theirs = read(other).counts, top = Math.max(...theirs, 1), wide = (width - 8) / theirs.length;
    return svg("polyline", { class: "cbh-training cbh-healthy", points: theirs.flatMap((count, i) => [0, 1].map((end) => `${4 + (i + end) * wide},${height - bottom - tall(count, top)}`)).join(" ") });
  };
  const top = counts.indexOf(Math.max(...counts));
  const about = Array.isArray(given) ? `class ${top} most often, ${counts[top]} of ${counts.reduce((a, b) => a + b, 0)}` : `from ${short(from)} to ${short(to)}, most near ${short(from + ((top + 0.5) * (to - from)) / counts.length)}`;
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "cbh-plot", role: "img", "aria-label": `${about}.` },
    ...counts.map((count, i) => svg("rect", { class: "cbh-column", x: 4 + i * each, y: height - bottom - tall(count, most), width: Math.max(1, each - 1), height: tall(count, most) })),
    ...(other ? [outline()] : []), text(4, height - 5, short(from), "start"), text(width - 4, height - 5, short(to), "end"));
}
