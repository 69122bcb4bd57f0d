/* Digit playground: draw a digit, and see every feature map of the trained network and every unit in it. */
import { frame, row, panels, panel, more, select, number, button, drawingPad, numberGrid, status, formula, h, uid, fmt } from "./kit.js";
import { DIGIT_LAYERS, decodeBytes, decodeWeights, centreDigit, runDigit, unitParts, unitField } from "./digit_network.js";

export { decodeWeights, runDigit, unitParts, unitField, centreDigit } from "./digit_network.js";

const TITLES = ["conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1", "dense"];
const percent = (p) => (p > 0.9995 ? "100 %" : p >= 0.1 ? `${Math.round(p * 100)} %` : p >= 0.0005 ? `${(p * 100).toFixed(1)} %` : "0 %");
const words = (p) => (p > 0.9995 ? "over 99.9 %" : p < 0.0005 ? "under 0.1 %" : percent(p));
const three = (v) => fmt(v, 3);
const signed = (v) => (v < 0 ? ` \u2212 ${three(-v)}` : ` + ${three(v)}`);
const factor = (v) => (fmt(v).startsWith("\u2212") ? `(${fmt(v)})` : fmt(v));

/** Classes from the most to the least probable. Pure. */
export const ranked = (probabilities) => [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);

/** What the network reads, in a sentence; `label` is the true class of a sample, else null. Pure. */
export function readingText(probabilities, label = null) {
  const [first, second] = ranked(probabilities);
  const reads = `reads ${first} (${words(probabilities[first])}), then ${second} (${words(probabilities[second])})`;
  if (label === null) return `The network ${reads}.`;
  return label === first ? `Labelled ${label}. The network ${reads}: right.` : `Labelled ${label}. The network ${reads}: wrong.`;
}

/** The arithmetic of one unit, as lines of text. Pure. */
export function unitText(parts, channel) {
  if (parts.kind === "pool") return `max(${parts.values.flat().map((v) => fmt(v)).join(", ")}) = ${fmt(parts.value)}`;
  if (parts.kind === "dense") {
    return `sum over 64 maps ${three(parts.sum - parts.bias)}${signed(parts.bias)} (bias) = ${three(parts.sum)}\nsoftmax over the ten sums: ${percent(parts.value)}`;
  }
  const { values, filter, sum } = parts.channels[channel];
  const products = values.flat().map((v, i) => `${factor(v)}×${factor(filter.flat()[i])}`).join(" + ");
  const one = `${products} = ${three(sum)}`;
  const all = parts.channels.length > 1 ? `${one}  (channel ${channel + 1})\nsum over ${parts.channels.length} channels ${three(parts.sum - parts.bias)}` : `${one}\n${three(sum)}`;
  return `${all}${signed(parts.bias)} (bias) = ${three(parts.sum)}\nReLU: ${three(parts.value)}`;
}

const SCALES = { 26: [2, 1], 13: [3, 2], 11: [3, 2], 5: [5, 5] }; // pixels of a cell: wide page, phone

/** How many maps stand side by side in a mosaic of a width, and the pixels of a cell and of a map. Pure. */
export function mosaicLayout(width, size, maps) {
  const scale = SCALES[size][width >= 560 ? 0 : 1], pitch = size * scale + 4;
  const rows = Math.ceil(maps / Math.max(1, Math.floor((width + 4) / pitch)));
  return { scale, pitch, across: Math.ceil(maps / rows), rows };
}

/** Black ink with its strength as opacity: the style sheet turns it white on a dark page. */
function paint(canvas, width, height, valueAt) {
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d"), picture = pen.createImageData(width, height);
  for (let y = 0, at = 3; y < height; y++) for (let x = 0; x < width; x++, at += 4) picture.data[at] = 255 * Math.min(1, Math.max(0, valueAt(y, x)));
  pen.putImageData(picture, 0, 0);
}

function render({ model, el }) {
  const figure = frame({ model, el }, { name: "digit_playground", label: "Digit playground" });
  const get = (trait) => model.get(trait);
  const weights = decodeWeights(get("weights"));
  const samples = get("samples").map((s) => ({ ...s, values: Float32Array.from(decodeBytes(s.pixels), (v) => v / 255) }));
  let run = null, later = null, last = null, channel = null, width = 700, elapsed = 0;
  let input = null; // 784 numbers

  // ------------------------------------------------------------------ drawing and what is seen
  const named = (s, i) => [String(i), s.read === s.label ? `${s.label}` : `${s.label}, read as ${s.read}`];
  const indexed = samples.map((s, i) => [s, i]);
  const options = [["-1", "Your drawing"],
    { group: "Read rightly", options: indexed.filter(([s]) => s.read === s.label).map(([s, i]) => named(s, i)) },
    { group: "Misread", options: indexed.filter(([s]) => s.read !== s.label).map(([s, i]) => named(s, i)) }];
  const sample = select({
    label: "Test digit", options: options.filter((o) => Array.isArray(o) || o.options.length),
    onChange: (value) => {
      keepDrawing();
      figure.put({ sample: Number(value) });
    },
  });
  const pad = drawingPad({
    rows: 28, cols: 28, brush: 0.9, label: "Draw a digit here",
    onChange: (values) => {
      input = centreDigit(Float32Array.from(values.flat()), 28);
      sample.set("-1");
      forward();
      show();
      // the notebook hears of the drawing when the pen rests
      clearTimeout(later);
      later = setTimeout(keepDrawing, 300);
    },
  });
  const seen = h("canvas", { class: "cbh-ink-canvas", role: "img", "aria-label": "The 28 by 28 image that the network reads" });
  const field = h("div", { class: "cbh-mark cbh-mark-window", "aria-hidden": "true" });
  const seenBox = h("div", { class: "cbh-seen" }, seen, field);
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const bar = h("span", { class: "cbh-bar", "aria-hidden": "true" }), value = h("span", { class: "cbh-bar-value" });
    const root = h("button", { type: "button", class: "cbh-class", onclick: () => choose(4, digit, 0, 0) }, h("span", { class: "cbh-class-name" }, String(digit)), h("span", { class: "cbh-bar-box", "aria-hidden": "true" }, bar), value);
    return { root, bar, value };
  });
  const drawPanel = panel("Draw", pad.root), seenPanel = panel("The network sees", seenBox);
  const classPanel = panel("Probabilities", h("div", { class: "cbh-classes" }, ...bars.map((b) => b.root)));
  classPanel.root.classList.add("cbh-class-panel");
  const reading = status(), speed = h("p", { class: "cbh-note" });

  // -------------------------------------------------------------------------- the feature maps
  const help = h("p", { class: "cbh-hidden", id: uid("help") }, "Arrow keys choose a unit of the map, Page Up and Page Down another map.");
  const mosaics = DIGIT_LAYERS.slice(0, 4).map((layer, l) => {
    const canvas = h("canvas", { class: "cbh-ink-canvas", "aria-hidden": "true" });
    const chosen = h("div", { class: "cbh-mark cbh-mark-map", "aria-hidden": "true" }), unit = h("div", { class: "cbh-mark cbh-mark-unit", "aria-hidden": "true" });
    const label = `${TITLES[l]}: ${layer.maps} maps of ${layer.rows} × ${layer.columns}`;
    const box = h("div", { class: "cbh-mosaic", tabindex: "0", role: "application", "aria-roledescription": "feature maps", "aria-label": label, "aria-describedby": help.id,
      onkeydown: (event) => keys(event, l), onpointerdown: (event) => point(event, l) }, canvas, chosen, unit);
    const root = h("div", { class: "cbh-layer-maps" }, h("p", { class: "cbh-layer-title" }, h("strong", {}, TITLES[l]), ` ${layer.maps} maps of ${layer.rows} × ${layer.columns}, ${l % 2 ? "max pooling 2 × 2" : "3 × 3 filters, ReLU"}`), box);
    return { root, box, canvas, chosen, unit };
  });
  const maps = h("div", { class: "cbh-maps" }, ...mosaics.map((m) => m.root));

  // -------------------------------------------------------------------------- one unit
  const layerChoice = select({ label: "Layer", options: TITLES.map((t, l) => [l, t]), onChange: (l) => choose(Number(l), 0, 0, 0) });
  const places = [["Map", 1], ["Row", 2], ["Column", 3]].map(([label, at]) => number({
    label, min: 1, max: 64, value: 1,
    onChange: (value) => { const next = [...get("unit")]; next[at] = value - (at === 1 && get("unit")[0] === 4 ? 0 : 1); choose(...next); },
  }));
  const channelChoice = number({ label: "Input channel", min: 1, max: 32, value: 1, onChange: (value) => { channel = value - 1; show(); } });
  const grid = (label, describe) => numberGrid({ label, describe: (r, c, v) => `${describe} row ${r + 1}, column ${c + 1}: ${fmt(v)}` });
  const grids = [grid("Window", "input"), grid("Weights", "weight"), grid("Products", "product")];
  const gridPanels = ["Window", "Weights", "Products"].map((title, i) => panel(title, grids[i].root));
  const share = h("div", { class: "cbh-shares", role: "img" }), sharePanel = panel("Sums by channel", share);
  const sum = formula("The unit's arithmetic"), said = status();
  const about = more("How a drawing becomes 28 × 28",
    h("p", {}, "The makers of MNIST scaled each scanned digit to fit a box of 20 × 20 pixels, kept its proportions, and placed it in a field of 28 × 28 so that the centre of mass of its ink lies at the centre. A network trained on such pictures expects them, so your drawing is treated in the same way before it is read. Test digits are shown as they are."));

  figure.add(row(sample), panels(drawPanel, seenPanel, classPanel), reading, help, maps, speed,
    h("div", { class: "cbh-unit" }, row(layerChoice, ...places, channelChoice), said.root, panels(...gridPanels, sharePanel), sum.root), about);

  function choose(l, map, r, c) {
    const layer = DIGIT_LAYERS[l], within = (v, n) => Math.min(Math.max(0, v), n - 1);
    channel = null;
    figure.put({ unit: [l, within(map, layer.maps), within(r, layer.rows), within(c, layer.columns)] });
    show();
  }
  function keys(event, l) {
    const unit = get("unit"), [, map, r, c] = unit[0] === l ? unit : [l, 0, 0, 0];
    const to = { ArrowUp: [map, r - 1, c], ArrowDown: [map, r + 1, c], ArrowLeft: [map, r, c - 1], ArrowRight: [map, r, c + 1], PageUp: [map - 1, r, c], PageDown: [map + 1, r, c], Enter: [map, r, c] }[event.key];
    if (!to) return;
    event.preventDefault();
    choose(l, ...to);
  }
  function point(event, l) {
    const { scale, pitch, across } = mosaicLayout(width, DIGIT_LAYERS[l].rows, DIGIT_LAYERS[l].maps);
    const box = mosaics[l].canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const [a, b] = [Math.floor(x / pitch), Math.floor(y / pitch)], map = b * across + a;
    if (a >= across || map >= DIGIT_LAYERS[l].maps) return;
    choose(l, map, Math.floor((y - b * pitch) / scale), Math.floor((x - a * pitch) / scale));
  }

  function forward() {
    if (!run) for (let i = 0; i < 2; i++) runDigit(input, weights); // the browser compiles while these run
    const start = performance.now();
    run = runDigit(input, weights);
    elapsed = performance.now() - start;
  }
  const picture = () => JSON.stringify([get("sample"), get("sample") >= 0 ? 0 : get("drawing")]);
  /** Put a drawing that only the pad has into the model; it need not be read from there again. */
  function keepDrawing() {
    if (later === null) return;
    forgetDrawing();
    figure.put({ sample: -1, drawing: pad.values.map((line) => line.map((v) => Math.round(v * 100) / 100)) });
    last = picture();
  }
  function forgetDrawing() {
    clearTimeout(later);
    later = null;
  }
  function read() {
    forgetDrawing();
    const at = get("sample");
    if (at >= 0 && samples[at]) {
      input = samples[at].values;
      pad.set(Array.from({ length: 28 }, (_, r) => Array.from(input.subarray(r * 28, r * 28 + 28))));
    } else {
      const drawing = get("drawing");
      pad.set(drawing);
      input = centreDigit(Float32Array.from(drawing.flat()), 28);
    }
    sample.set(at >= 0 && samples[at] ? String(at) : "-1");
    forward();
  }

  const SEEN = 5; // pixels of one input cell
  function show() {
    const [l, map, r, c] = get("unit"), layer = DIGIT_LAYERS[l];
    paint(seen, 28, 28, (y, x) => input[y * 28 + x]);
    const blank = input.every((v) => v === 0), label = sample.input.value === "-1" ? null : samples[Number(sample.input.value)].label;
    bars.forEach(({ root, bar, value }, digit) => {
      const p = run.probabilities[digit];
      bar.style.inlineSize = `${p * 100}%`;
      value.textContent = percent(p);
      root.classList.toggle("cbh-best", !blank && digit === ranked(run.probabilities)[0]);
    });
    reading.say(blank ? "Draw a digit: with the mouse, a finger, or the arrow keys and Space." : readingText(run.probabilities, label));
    speed.textContent = `Forward pass in this browser: ${elapsed < 10 ? elapsed.toFixed(1) : Math.round(elapsed)} ms for 2.4 million multiply-adds. Flatten and Dropout change no value here.`;
    mosaics.forEach((mosaic, at) => drawMosaic(mosaic, at, l, map, r, c));
    drawUnit(l, map, r, c, layer);
  }
  function drawMosaic({ canvas, chosen, unit }, at, l, map, r, c) {
    const { rows: size, maps: count } = DIGIT_LAYERS[at], values = run.outputs[at];
    const { scale, pitch, across, rows } = mosaicLayout(width, size, count), top = values.reduce((m, v) => Math.max(m, v), 0) || 1;
    paint(canvas, across * pitch - 4, rows * pitch - 4, (y, x) => {
      const [a, b] = [Math.floor(x / pitch), Math.floor(y / pitch)], k = b * across + a, i = Math.floor((y % pitch) / scale), j = Math.floor((x % pitch) / scale);
      if (k >= count || i >= size || j >= size) return 0;
      return 0.06 + 0.94 * (values[(i * size + j) * count + k] / top); // a faint ground shows where a map lies
    });
    chosen.hidden = unit.hidden = at !== l;
    if (at !== l) return;
    const [x, y] = [(map % across) * pitch, Math.floor(map / across) * pitch];
    place(chosen, x - 2, y - 2, size * scale + 4, size * scale + 4);
    place(unit, x + c * scale - 2, y + r * scale - 2, scale + 4, scale + 4);
  }
  const place = (node, left, top, wide, high) => Object.assign(node.style, { left: `${left}px`, top: `${top}px`, width: `${wide}px`, height: `${high}px` });

  function drawUnit(l, map, r, c, layer) {
    const parts = unitParts(run, weights, l, map, r, c), [top, left, high, wide] = unitField(l, r, c);
    place(field, left * SEEN - 1, top * SEEN - 1, wide * SEEN + 2, high * SEEN + 2);
    layerChoice.set(l);
    places[0].root.querySelector("label").textContent = l === 4 ? "Class" : "Map";
    places[0].input.min = l === 4 ? "0" : "1";
    places[0].input.max = String(l === 4 ? 9 : layer.maps);
    places[0].set(l === 4 ? map : map + 1);
    [r, c].forEach((value, i) => {
      places[i + 1].root.hidden = l === 4;
      places[i + 1].input.max = String(layer.rows);
      places[i + 1].set(value + 1);
    });
    const many = parts.channels?.length > 1, conv = parts.kind === "conv";
    const strongest = many ? parts.channels.reduce((best, one) => (Math.abs(one.sum) > Math.abs(parts.channels[best].sum) ? one.channel : best), 0) : 0;
    const shown = conv ? Math.min(channel ?? strongest, parts.channels.length - 1) : 0;
    channelChoice.root.hidden = !(conv && many);
    channelChoice.set(shown + 1);
    gridPanels.forEach(({ root }, i) => { root.hidden = parts.kind === "dense" || (parts.kind === "pool" && i > 0); });
    sharePanel.root.hidden = !many;
    if (conv) {
      const { values, filter } = parts.channels[shown];
      gridPanels[0].title("Window", many ? `channel ${shown + 1}` : "");
      grids[0].draw(values, { tint: "ink" });
      grids[1].draw(filter, {});
      grids[2].draw(values.map((line, a) => line.map((v, b) => v * filter[a][b])), {});
    } else if (parts.kind === "pool") {
      gridPanels[0].title("Window", `map ${map + 1}`);
      grids[0].draw(parts.values, { tint: "ink", marks: (a, b) => (a === parts.winner[0] && b === parts.winner[1] ? "winner" : "") });
    }
    if (many) drawShares(parts, conv ? shown : null);
    sum.show(unitText(parts, shown));
    const where = l === 4 ? `Class ${map}` : `Unit row ${r + 1}, column ${c + 1} of map ${map + 1} in ${TITLES[l]}`;
    said.say(`${where}: ${l === 4 ? percent(parts.value) : fmt(parts.value)}. It depends on ${l === 4 ? "the whole image" : `${high} × ${wide} pixels of the image`}.`);
  }
  function drawShares(parts, shown) {
    const most = Math.max(...parts.channels.map(({ sum }) => Math.abs(sum))) || 1;
    sharePanel.title(parts.kind === "dense" ? "What each map adds" : "Sums by input channel", `${parts.channels.length}`);
    share.replaceChildren(...parts.channels.map(({ channel: k, sum }) => h("span", { class: `cbh-share ${sum < 0 ? "cbh-share-neg" : ""} ${k === shown ? "cbh-share-shown" : ""}`, style: `--v: ${(Math.abs(sum) / most).toFixed(3)}` })));
    const order = [...parts.channels].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum)).slice(0, 3);
    share.setAttribute("aria-label", `Largest: ${order.map(({ channel: k, sum }) => `${parts.kind === "dense" ? "map" : "channel"} ${k + 1}, ${fmt(sum)}`).join("; ")}.`);
  }

  const observer = new ResizeObserver(([entry]) => {
    const next = Math.floor(entry.contentRect.width);
    if (next === width || next === 0) return;
    width = next;
    show();
  });
  observer.observe(maps);
  figure.onDispose(() => { observer.disconnect(); forgetDrawing(); });
  figure.watch(["sample", "drawing", "unit"], () => {
    const now = picture();
    if (now !== last) read();
    last = now;
    show();
  });
  return figure.dispose;
}

export default { render };
