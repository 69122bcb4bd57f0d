// Pictures of digits and of feature maps, white on black as MNIST stores them, and the bars of an answer.
import { h } from "./kit.js";

export const percent = (p) => (p > 0.9995 ? "100 %" : p >= 0.1 ? `${Math.round(p * 100)} %` : p >= 0.0005 ? `${(p * 100).toFixed(1)} %` : "0 %");

const words = (p) => (p > 0.9995 ? "over 99.9 %" : p < 0.0005 ? "under 0.1 %" : percent(p));

/** Classes from the most to the least probable. Pure. */
export const ranked = (probabilities) => [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);

/** What the network reads, in a sentence; `label` is the true class of a sample, else null. Pure. */
export function readingText(probabilities, label = null) {
  const [first, second] = ranked(probabilities);
  const reads = `reads ${first} (${words(probabilities[first])}), then ${second} (${words(probabilities[second])})`;
  if (label === null) return `The network ${reads}.`;
  return label === first ? `Labelled ${label}. The network ${reads}: right.` : `Labelled ${label}. The network ${reads}: wrong.`;
}

/** How many maps stand side by side in a mosaic of a width, and the pixels of a cell and of a map. Pure. */
export function mosaicLayout(width, size, maps, scale) {
  const pitch = size * scale + 4;
  const rows = Math.ceil(maps / Math.max(1, Math.floor((width + 4) / pitch)));
  return { scale, pitch, across: Math.ceil(maps / rows), rows };
}

/** White with the value as its opacity, on the black ground of the style sheet. */
export function paint(canvas, width, height, valueAt) {
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d"), picture = pen.createImageData(width, height);
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at += 4) {
    picture.data[at] = picture.data[at + 1] = picture.data[at + 2] = 255;
    picture.data[at + 3] = 255 * Math.min(1, Math.max(0, valueAt(y, x)));
  }
  pen.putImageData(picture, 0, 0);
}

/** Maps of a layer as a mosaic; `maps` are the numbers of those that are drawn. */
export function paintMaps(canvas, values, { size, count, maps = [...Array(count).keys()] }, { scale, pitch, across, rows }) {
  const top = values.reduce((most, v) => Math.max(most, v), 0) || 1;
  paint(canvas, across * pitch - 4, rows * pitch - 4, (y, x) => {
    const [a, b] = [Math.floor(x / pitch), Math.floor(y / pitch)], k = b * across + a;
    const i = Math.floor((y % pitch) / scale), j = Math.floor((x % pitch) / scale);
    if (k >= maps.length || i >= size || j >= size) return 0;
    return 0.14 + 0.86 * (values[(i * size + j) * count + maps[k]] / top); // a faint ground shows where a map lies
  });
}

/** Ten bars: { root, show(probabilities, sure) }; without `onChoose` they are no buttons. */
export function answerBars(onChoose) {
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const bar = h("span", { class: "cbh-bar" }), value = h("span", { class: "cbh-bar-value" });
    const parts = [h("span", { class: "cbh-class-name" }, String(digit)), h("span", { class: "cbh-bar-box", "aria-hidden": "true" }, bar), value];
    const root = onChoose ? h("button", { type: "button", class: "cbh-class", onclick: () => onChoose(digit) }, ...parts) : h("div", { class: "cbh-class" }, ...parts);
    return { root, bar, value };
  });
  return {
    root: h("div", { class: "cbh-classes" }, ...bars.map((b) => b.root)),
    show(probabilities, sure = true) {
      const best = ranked(probabilities)[0];
      bars.forEach(({ root, bar, value }, digit) => {
        bar.style.inlineSize = `${probabilities[digit] * 100}%`;
        value.textContent = percent(probabilities[digit]);
        root.classList.toggle("cbh-best", sure && digit === best);
      });
    },
  };
}
