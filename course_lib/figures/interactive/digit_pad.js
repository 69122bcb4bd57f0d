/* Drawing pad: a digit, six maps of each convolution, and the answer, live; the network is loaded when the pad is touched. */
import { frame, panel, drawingPad, fetched, status, h } from "./kit.js";
import { DIGIT_LAYERS, decodeBytes, decodeWeights, centreDigit, runDigit } from "./digit_network.js";
import { answerBars, mosaicLayout, paintMaps, readingText } from "./digit_maps.js";

const LAYERS = [0, 2], TITLES = ["First convolution", "Second convolution"];
const SCALE = { 26: 2, 11: 5 }, ACROSS = 2; // pixels of a cell; maps side by side

/** Of all maps (rows, columns, filters), flat, those whose numbers are listed. Pure. */
export const pick = (values, count, shown) => Float32Array.from({ length: (values.length / count) * shown.length }, (_, i) => values[Math.floor(i / shown.length) * count + shown[i % shown.length]]);

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "digit_pad", label: "Draw a digit",
    hint: "Draw with the mouse, a finger or the arrow keys. A trained network reads it here in the page; nothing is sent anywhere.",
  });
  const poster = model.get("poster");
  const unit = (text) => Float32Array.from(decodeBytes(text), (v) => v / 255);
  const digit = unit(poster.pixels), rows = (values) => Array.from({ length: 28 }, (_, r) => Array.from(values.subarray(r * 28, r * 28 + 28)));
  let weights = null, asked = null, untouched = true;

  const pad = drawingPad({ rows: 28, cols: 28, brush: 0.9, label: "Draw a digit here", onChange: (values) => {
    untouched = false;
    load();
    read(values);
  } });
  const canvases = LAYERS.map(() => h("canvas", { class: "cbh-ink-canvas", "aria-hidden": "true" }));
  const bars = answerBars(), said = status();
  const arrow = () => h("span", { class: "cbh-arrow", "aria-hidden": "true" }, "→");
  figure.add(h("div", { class: "cbh-way" }, pad.root, arrow(), panel(TITLES[0], canvases[0]).root, arrow(), panel(TITLES[1], canvases[1]).root, arrow(),
    panel("Answer", bars.root).root, said.root));

  /** The weights, asked for once: a built page keeps them in a file of their own. */
  function load() {
    asked ??= fetched(model.get("weights")).then((text) => {
      weights = decodeWeights(text);
      read(pad.values);
    }).catch(() => {
      asked = null; // the next stroke tries again
      said.say("The network could not be loaded. Draw again to try once more.");
    });
  }
  // the recorded digit makes room for the first stroke
  function begin() {
    load();
    if (!untouched) return;
    untouched = false;
    pad.set(rows(new Float32Array(784)));
  }
  pad.surface.addEventListener("pointerdown", begin, { capture: true });
  pad.surface.addEventListener("pointerenter", load);
  pad.surface.addEventListener("focus", load);
  pad.surface.addEventListener("keydown", (event) => { if (/^( |Enter|d|D|Delete)$/.test(event.key)) begin(); }, { capture: true });

  function read(values) {
    if (untouched) return;
    if (!weights) return said.say("Loading the network.");
    const input = centreDigit(Float32Array.from(values.flat()), 28);
    if (input.every((v) => v === 0)) return said.say("Draw a digit: with the mouse, a finger, or the arrow keys and Space.");
    const run = runDigit(input, weights);
    show(LAYERS.map((l, i) => pick(run.outputs[l], DIGIT_LAYERS[l].maps, poster.layers[i].shown)), run.probabilities);
  }
  function show(maps, probabilities) {
    maps.forEach((values, i) => {
      const size = DIGIT_LAYERS[LAYERS[i]].rows, count = poster.layers[i].shown.length, scale = SCALE[size];
      paintMaps(canvases[i], values, { size, count }, mosaicLayout(ACROSS * (size * scale + 4), size, count, scale));
    });
    bars.show(probabilities);
    said.say(readingText(probabilities));
  }
  function start() {
    untouched = true;
    pad.set(rows(digit));
    show(poster.layers.map(({ maps }) => unit(maps)), poster.probabilities);
  }
  figure.onReset(start);
  figure.watch([], start);
  return figure.dispose;
}

export default { render };
