/* Digit playground: draw a digit, and see every feature map of the trained network and every unit in it. */
import { frame, row, panels, panel, more, select, number, drawingPad, numberGrid, tabs, status, formula, h, uid, fmt } from "./kit.js";
import { addUp } from "./numbers.js";
import { answerBars, mosaicLayout, paint, paintMaps, percent, ranked, readingText } from "./digit_maps.js";
import { DIGIT_LAYERS, decodeBytes, decodeWeights, centreDigit, runDigit, unitParts, unitField } from "./digit_network.js";

export { mosaicLayout, ranked, readingText } from "./digit_maps.js";
export { decodeWeights, runDigit, unitParts, unitField, centreDigit } from "./digit_network.js";

const TITLES = ["conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1", "dense"];
const TABS = ["conv 1", "pool 1", "conv 2", "pool 2", "dense"];
const three = (v) => fmt(v, 3);
const signed = (v) => (v < 0 ? ` \u2212 ${three(-v)}` : ` + ${three(v)}`);

/** Terms with their signs: "0.1 + 0.2 − 0.05". Pure. */
const chain = (terms) => terms.map((v, i) => (i ? signed(v) : three(v))).join("");

/** The numbers of one unit with three decimals, which add up as they are printed: the products of a
 *  channel, the sum over all channels, the bias. Pure. */
export function shownNumbers(parts, channel) {
  const [sum, bias] = addUp([parts.sum - parts.bias, parts.bias], 3, parts.sum), one = parts.channels[channel];
  if (!one.values) return { sum, bias };
  const products = one.values.flat().map((v, i) => v * one.filter.flat()[i]);
  return { sum, bias, products: parts.channels.length > 1 ? addUp(products) : addUp(products, 3, sum) };
}

/** The arithmetic of one unit, as lines of text. Pure. */
export function unitText(parts, channel) {
  if (parts.kind === "pool") return `max(${parts.values.flat().map((v) => fmt(v)).join(", ")}) = ${fmt(parts.value)}`;
  const { sum, bias, products } = shownNumbers(parts, channel ?? 0), total = `${three(sum)}${signed(bias)} (bias) = ${three(parts.sum)}`;
  if (parts.kind === "dense") return `sum over 64 maps ${total}\nsoftmax over the ten sums: ${percent(parts.value)}`;
  const one = `${chain(products)} = ${three(products.reduce((a, b) => a + b, 0))}`;
  const all = parts.channels.length > 1 ? `${one}  (channel ${channel + 1})\nsum over ${parts.channels.length} channels ${total}` : `${one}\n${total}`;
  return `${all}\nReLU: ${three(parts.value)}`;
}

/** Pixels of a cell of a mosaic. */
const SCALES = { 26: 2, 13: 3, 11: 3, 5: 5 }, SMALL = { 26: 1, 13: 2, 11: 2, 5: 4 };
const SEEN = 3; // pixels of one input cell in the small picture

/** Cells [top, left, rows, columns] of layer `l` whose receptive field holds pixel (y, x), or null. Pure. */
export function unitsOver(l, y, x) {
  if (l === 4) return null;
  const [, , size] = unitField(l, 0, 0), [jump] = unitField(l, 1, 0), { rows, columns } = DIGIT_LAYERS[l];
  const span = (at, count) => [Math.max(0, Math.ceil((at - size + 1) / jump)), Math.min(count - 1, Math.floor(at / jump))];
  const [[top, bottom], [left, right]] = [span(y, rows), span(x, columns)];
  return bottom < top || right < left ? null : [top, left, bottom - top + 1, right - left + 1];
}

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "digit_playground", label: "Inside a trained network",
    hint: "Draw or choose a digit. Point at a map, or walk over it with the arrow keys, to see what a unit reads.",
  });
  const get = (trait) => model.get(trait);
  const weights = decodeWeights(get("weights"));
  const samples = get("samples").map((s) => ({ ...s, values: Float32Array.from(decodeBytes(s.pixels), (v) => v / 255) }));
  let run = null, later = null, last = null, channel = null, width = 300, elapsed = 0;
  let input = null; // 784 numbers
  let hovered = null; // the unit under the pointer, taken apart while it is there
  const unitNow = () => hovered ?? get("unit");

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
  const seenBox = h("div", { class: "cbh-seen", onpointermove: overImage, onpointerleave: () => mark(null) }, seen, field);
  const bars = answerBars((digit) => choose(4, digit, 0, 0));
  const reading = status(), speed = h("p", { class: "cbh-note" });

  // -------------------------------------------------------------------------- the feature maps
  const help = h("p", { class: "cbh-hidden", id: uid("help") }, "Arrow keys choose a unit of the map, Page Up and Page Down another map.");
  const mosaics = DIGIT_LAYERS.slice(0, 4).map((layer, l) => {
    const canvas = h("canvas", { class: "cbh-ink-canvas", "aria-hidden": "true" });
    const chosen = h("div", { class: "cbh-mark cbh-mark-map", "aria-hidden": "true" }), unit = h("div", { class: "cbh-mark cbh-mark-unit", "aria-hidden": "true" });
    const readers = h("div", { class: "cbh-mark cbh-mark-readers", hidden: true, "aria-hidden": "true" });
    const label = `${TITLES[l]}: ${layer.maps} maps of ${layer.rows} × ${layer.columns}`;
    const box = h("div", { class: "cbh-mosaic", tabindex: "0", role: "application", "aria-roledescription": "feature maps", "aria-label": label, "aria-describedby": help.id,
      onkeydown: (event) => keys(event, l), onpointerdown: (event) => point(event, l), onpointermove: (event) => hover(event, l),
      onpointerleave: () => { if (hovered) { hovered = null; show(); } } }, canvas, chosen, readers, unit);
    const root = h("div", {}, h("p", { class: "cbh-layer-title" }, h("strong", {}, TITLES[l]), ` ${layer.maps} maps of ${layer.rows} × ${layer.columns}, ${l % 2 ? "max pooling 2 × 2" : "3 × 3 filters, ReLU"}`), box);
    return { root, box, canvas, chosen, unit, readers };
  });
  const dense = h("p", { class: "cbh-layer-title" }, h("strong", {}, "dense"), " ten sums, one for each class: 1,600 weights and a bias each. Click one of the ten bars to see what adds up in it.");
  const layers = tabs({
    label: "Layer", value: 0, items: TABS.map((title, l) => [l, title, mosaics[l]?.root ?? dense]),
    onChange: (l) => choose(l, ...(l === 4 ? [ranked(run.probabilities)[0], 0, 0] : liveliest(l))),
  });

  // -------------------------------------------------------------------------- one unit
  const places = [["Map", 1], ["Row", 2], ["Column", 3]].map(([label, at]) => number({
    label, min: 1, max: 64, value: 1,
    onChange: (value) => { const next = [...get("unit")]; next[at] = value - (at === 1 && get("unit")[0] === 4 ? 0 : 1); choose(...next); },
  }));
  const channelChoice = number({ label: "Channel", min: 1, max: 32, value: 1, onChange: (value) => { channel = value - 1; show(); } });
  const grid = (label, describe, print = fmt) => numberGrid({ label, format: print, describe: (r, c, v) => `${describe} row ${r + 1}, column ${c + 1}: ${print(v)}` });
  const grids = [grid("Window", "input"), grid("Weights", "weight"), grid("Products", "product", three)];
  const gridPanels = ["Window", "Weights", "Products"].map((title, i) => panel(title, grids[i].root));
  const share = h("div", { class: "cbh-shares", role: "img" }), sharePanel = panel("Sums by channel", share);
  const sum = formula("The unit's arithmetic"), said = status();
  const about = more("How a drawing becomes 28 × 28",
    h("p", {}, "The makers of MNIST scaled each scanned digit to fit a box of 20 × 20 pixels, kept its proportions, and placed it in a field of 28 × 28 so that the centre of mass of its ink lies at the centre. A network trained on such pictures expects them, so your drawing is treated in the same way before it is read. Test digits are shown as they are."), speed);

  const drawn = panel("Draw", pad.root);
  figure.add(h("div", { class: "cbh-studio" },
    h("div", { class: "cbh-studio-draw" }, sample.root, drawn.root, panel("Probabilities", bars.root).root),
    h("div", { class: "cbh-studio-maps" }, reading.root, help, layers.root),
    h("div", { class: "cbh-unit" }, row(...places, channelChoice), h("div", { class: "cbh-unit-head" }, seenBox, said.root), panels(...gridPanels), sharePanel.root, sum.root)), about);

  function liveliest(l) {
    const { maps, columns } = DIGIT_LAYERS[l], values = run.outputs[l], best = values.reduce((at, v, i) => (v > values[at] ? i : at), 0);
    const place = Math.floor(best / maps);
    return [best % maps, Math.floor(place / columns), place % columns];
  }
  function choose(l, map, r, c) {
    const layer = DIGIT_LAYERS[l], within = (v, n) => Math.min(Math.max(0, v), n - 1);
    channel = null;
    hovered = null;
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
  const layoutOf = (l) => mosaicLayout(width, DIGIT_LAYERS[l].rows, DIGIT_LAYERS[l].maps, (figure.root.clientWidth > 600 ? SCALES : SMALL)[DIGIT_LAYERS[l].rows]);
  /** The unit of layer `l` at the pointer, or null between the maps. */
  function unitAt(event, l) {
    const { rows: size, maps: count } = DIGIT_LAYERS[l], { scale, pitch, across } = layoutOf(l);
    const box = mosaics[l].canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const [a, b] = [Math.floor(x / pitch), Math.floor(y / pitch)], map = b * across + a;
    const [r, c] = [Math.floor((y - b * pitch) / scale), Math.floor((x - a * pitch) / scale)];
    return x < 0 || y < 0 || a >= across || map >= count || r >= size || c >= size ? null : [l, map, r, c];
  }
  function point(event, l) {
    const unit = unitAt(event, l);
    if (unit) choose(...unit);
  }
  function hover(event, l) {
    if (event.pointerType === "touch") return;
    const unit = unitAt(event, l);
    if (String(unit) === String(hovered)) return;
    hovered = unit;
    said.quiet(Boolean(unit));
    sum.quiet(Boolean(unit));
    show();
  }
  /** The other way: which units of the map that is shown read the pixel under the pointer. */
  function overImage(event) {
    const box = seen.getBoundingClientRect();
    const place = [event.clientY - box.top, event.clientX - box.left].map((v) => Math.min(27, Math.max(0, Math.floor(v / SEEN))));
    mark(place);
  }
  function mark(place) {
    const [l, map] = get("unit");
    mosaics.forEach(({ readers }) => { readers.hidden = true; });
    const cells = place && unitsOver(l, ...place);
    if (!cells) return;
    const { scale, pitch, across } = layoutOf(l), [x, y] = [(map % across) * pitch, Math.floor(map / across) * pitch];
    mosaics[l].readers.hidden = false;
    put(mosaics[l].readers, x + cells[1] * scale - 2, y + cells[0] * scale - 2, cells[3] * scale + 4, cells[2] * scale + 4);
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

  function show() {
    const [l, map, r, c] = unitNow(), layer = DIGIT_LAYERS[l];
    paint(seen, 28 * SEEN, 28 * SEEN, (y, x) => input[Math.floor(y / SEEN) * 28 + Math.floor(x / SEEN)]);
    const blank = input.every((v) => v === 0), label = sample.input.value === "-1" ? null : samples[Number(sample.input.value)].label;
    bars.show(run.probabilities, !blank);
    reading.say(blank ? "Draw a digit: with the mouse, a finger, or the arrow keys and Space." : readingText(run.probabilities, label));
    speed.textContent = `Forward pass in this browser: ${elapsed < 10 ? elapsed.toFixed(1) : Math.round(elapsed)} ms for 2.4 million multiply-adds. Flatten and Dropout change no value here.`;
    layers.set(get("unit")[0]);
    mosaics.forEach((mosaic, at) => drawMosaic(mosaic, at, l, map, r, c));
    drawUnit(l, map, r, c, layer);
  }
  function drawMosaic({ canvas, chosen, unit }, at, l, map, r, c) {
    const { rows: size, maps: count } = DIGIT_LAYERS[at], layout = layoutOf(at), { scale, pitch, across } = layout;
    if (at === layers.value) paintMaps(canvas, run.outputs[at], { size, count }, layout);
    chosen.hidden = unit.hidden = at !== l;
    if (at !== l) return;
    const [x, y] = [(map % across) * pitch, Math.floor(map / across) * pitch];
    put(chosen, x - 2, y - 2, size * scale + 4, size * scale + 4);
    put(unit, x + c * scale - 2, y + r * scale - 2, scale + 4, scale + 4);
  }
  const put = (node, left, top, wide, high) => Object.assign(node.style, { left: `${left}px`, top: `${top}px`, width: `${wide}px`, height: `${high}px` });

  function drawUnit(l, map, r, c, layer) {
    const parts = unitParts(run, weights, l, map, r, c), [top, left, high, wide] = unitField(l, r, c);
    put(field, left * SEEN - 1, top * SEEN - 1, wide * SEEN + 2, high * SEEN + 2);
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
      const { values, filter } = parts.channels[shown], { products } = shownNumbers(parts, shown);
      const limit = Math.max(1, ...values.flat());
      gridPanels[0].title("Window", "");
      grids[0].draw(values, { tint: "light", limit });
      grids[1].draw(filter, {});
      grids[2].draw(values.map((line, a) => line.map((_, b) => products[a * line.length + b])), {});
    } else if (parts.kind === "pool") {
      gridPanels[0].title("Window", `map ${map + 1}`);
      grids[0].draw(parts.values, { tint: "light", limit: Math.max(1, ...parts.values.flat()), marks: (a, b) => (a === parts.winner[0] && b === parts.winner[1] ? "winner" : "") });
    }
    if (many) drawShares(parts, conv ? shown : null);
    sum.show(unitText(parts, shown));
    const where = l === 4 ? `Class ${map}` : `Unit row ${r + 1}, column ${c + 1} of map ${map + 1} in ${TITLES[l]}`;
    said.say(`${where}: ${l === 4 ? percent(parts.value) : fmt(parts.value)}. It depends on ${l === 4 ? "the whole image" : `${high} × ${wide} pixels of the image`}.`);
  }
  function drawShares(parts, shown) {
    const most = Math.max(...parts.channels.map(({ sum: one }) => Math.abs(one))) || 1;
    sharePanel.title(parts.kind === "dense" ? "What each map adds" : "Sums by input channel", `${parts.channels.length}`);
    share.replaceChildren(...parts.channels.map(({ channel: k, sum: one }) => h("span", { class: `cbh-share ${one < 0 ? "cbh-share-neg" : ""} ${k === shown ? "cbh-share-shown" : ""}`, style: `--v: ${(Math.abs(one) / most).toFixed(3)}` })));
    const order = [...parts.channels].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum)).slice(0, 3);
    share.setAttribute("aria-label", `Largest: ${order.map(({ channel: k, sum: one }) => `${parts.kind === "dense" ? "map" : "channel"} ${k + 1}, ${fmt(one)}`).join("; ")}.`);
  }

  const observer = new ResizeObserver(([entry]) => {
    const next = Math.floor(entry.contentRect.width);
    if (next === width || next === 0) return;
    width = next;
    show();
  });
  observer.observe(layers.root);
  figure.onReset(() => { forgetDrawing(); channel = hovered = null; });
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
