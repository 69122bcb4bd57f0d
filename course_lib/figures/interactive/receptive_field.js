/* Receptive field: a chain of one-dimensional windows, and what each cell of it depends on. */
import { frame, row, board, select, number, button, status, formula, h, svg, uid } from "./kit.js";
import { chainSizes, fanIn, fanOut, fieldRows, readsOf } from "./chain.js";
import { paddingSplit } from "./numbers.js";

export { chainSizes, fanIn, fanOut, fieldRows } from "./chain.js";

const [NARROW, WIDE] = [15, 24], LEVEL = 58, GUTTER = 44; // pixels: from cell to cell, between levels, for names
const PITCHES_BY = 24; // a width that differs by less changes nothing
const MOST = 5;                          // layers in a chain

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const typeset = (text) => text.replace(/\*/g, "·").replace(/ - /g, " \u2212 ");
const amount = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** Centre of every cell of every level, in cells of the input: the mean of what its window spans. Pure. */
export function centres(sizes, layers) {
  const places = [Array.from({ length: sizes[0] }, (_, i) => i + 0.5)];
  let start = 0.5, jump = 1;
  layers.forEach(({ kernel, stride, dilation, padding }, l) => {
    const [before] = paddingSplit(sizes[l], kernel, stride, padding, dilation);
    start += ((dilation * (kernel - 1)) / 2 - before) * jump;
    jump *= stride;
    const [first, step] = [start, jump];
    places.push(Array.from({ length: sizes[l + 1] }, (_, i) => first + i * step));
  });
  return places;
}

/** "3 to 7", "2, 4 and 6": cells counted from 1. Pure. */
export function cellsText(cells) {
  if (!cells.length) return "none";
  const ones = cells.map((i) => i + 1), [first, last] = [ones[0], ones.at(-1)];
  if (ones.length > 2 && last - first === ones.length - 1) return `${first} to ${last}`;
  return ones.length === 1 ? String(first) : `${ones.slice(0, -1).join(", ")} and ${last}`;
}

/** "convolution of 3, stride 2, dilation 2". Pure. */
export function layerText({ kind, kernel, stride, dilation, padding }) {
  const more = [stride > 1 ? `stride ${stride}` : "", dilation > 1 ? `dilation ${dilation}` : "", padding === "same" ? "same" : ""];
  return [`${kind === "pool" ? "pooling" : "convolution"} of ${kernel}`, ...more.filter(Boolean)].join(", ");
}

/** What the figure says about a cell: its fan-in, down to the input, and its fan-out. Pure. */
export function cellSentence(sizes, layers, l, index) {
  const down = fanIn(sizes, layers, l, index), up = fanOut(sizes, layers, l, index), top = layers.length;
  const name = l === 0 ? `Input cell ${index + 1}` : `Cell ${index + 1} of layer ${l}`;
  const sentences = [];
  if (l > 0) {
    const cells = down[0], span = cells.length ? cells.at(-1) - cells[0] + 1 : 0, field = fieldRows(layers)[l - 1].size;
    const gaps = cells.length < span ? `, leaving gaps in a span of ${span}` : "";
    const edge = span < field ? `; the rest of its receptive field of ${field} lies in the padding` : "";
    sentences.push(`${name} depends on ${amount(cells.length, "input cell")}: ${cellsText(cells)}${gaps}${edge}.`);
  }
  if (l < top) {
    const steps = up.slice(l + 1).map((cells, i) => `${cells.length} in layer ${l + 1 + i}`);
    const subject = l === 0 ? name : "It";
    sentences.push(up[l + 1].length ? `${subject} reaches ${steps.join(", ")}.` : `${subject} is read by no cell above.`);
  }
  return sentences.join(" ");
}

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "receptive_field", label: "Receptive field of a chain of layers",
    hint: "Point at any cell: what it depends on, and what depends on it, lights up. Change the layers and watch the field grow.",
  });
  const get = (trait) => model.get(trait);
  let hovered = null;  // [level, cell] under the pointer
  let drawn = null;    // the chain that stands in the picture, as text
  let cells = [];      // cells[level][index]: SVG groups
  let lines = [];      // { line, l, index, read }
  let editors = [];

  // ----------------------------------------------------------------------------- the chain
  const preset = select({
    label: "Start from", options: [...get("presets").map((p) => [p.id, p.label]), ["own", "Your own chain"]],
    onChange: (id) => {
      const chosen = get("presets").find((p) => p.id === id);
      if (!chosen) return draw();
      const top = chainSizes(chosen.length, chosen.layers).at(-1);
      figure.put({ length: chosen.length, layers: chosen.layers, cell: [chosen.layers.length, Math.floor((top - 1) / 2)] });
    },
  });
  const length = number({ label: "Input cells", min: 4, max: 28, value: get("length"), onChange: (value) => attempt({ length: value }) });
  const add = button("Add a layer", () => attempt({ layers: [...get("layers"), { kind: "conv", kernel: 3, stride: 1, dilation: 1, padding: "valid" }] }));
  const remove = button("Remove the last layer", () => attempt({ layers: get("layers").slice(0, -1) }));
  const table = h("div", { class: "cbh-chain", role: "group", "aria-label": "Layers of the chain" });
  const problem = h("p", { class: "cbh-problem", role: "alert", hidden: true });

  /** Keeps the chain as it was when a window no longer fits, and says which. */
  function attempt(change) {
    const next = { length: get("length"), layers: get("layers"), ...change };
    try {
      if (next.layers.length < 1 || next.layers.length > MOST) return;
      chainSizes(next.length, next.layers);
      problem.hidden = true;
      figure.put(change);
    } catch (error) {
      problem.textContent = `${error.message} The chain stays as it was.`;
      problem.hidden = false;
      draw();
    }
  }
  function makeEditor(at) {
    const edit = (key) => (value) => attempt({ layers: get("layers").map((layer, i) => (i === at ? { ...layer, [key]: value } : layer)) });
    const name = h("span", { class: "cbh-chain-name" }, `Layer ${at + 1}`);
    const kind = select({ label: "Kind", options: [["conv", "conv"], ["pool", "pool"]], onChange: (value) => edit("kind")(value) });
    const numbers = [["kernel", "Kernel", 7], ["stride", "Stride", 4], ["dilation", "Dilation", 6]].map(([key, label, max]) => [key, number({ label, min: 1, max, value: 1, onChange: edit(key) })]);
    const padding = select({ label: "Padding", options: [["valid", "valid"], ["same", "same"]], onChange: (value) => edit("padding")(value) });
    const root = h("div", { class: "cbh-chain-row", role: "group", "aria-label": `Layer ${at + 1}` }, name, kind.root, ...numbers.map(([, c]) => c.root), padding.root);
    return {
      root,
      update(layer) {
        kind.set(layer.kind);
        numbers.forEach(([key, control]) => control.set(layer[key]));
        padding.set(layer.padding);
      },
    };
  }

  // ---------------------------------------------------------------------------- the picture
  const picture = h("div", { class: "cbh-chain-picture" });
  const help = h("p", { class: "cbh-hidden", id: uid("help") }, "Arrow keys move from cell to cell and from layer to layer.");
  const marks = h("ul", { class: "cbh-legend", "aria-label": "Marks" },
    ...[["chosen", "this cell"], ["in", "what it depends on"], ["out", "what depends on it"], ["pad", "zeros of the padding"]].map(([mark, text]) =>
      h("li", {}, h("span", { class: `cbh-chain-swatch cbh-chain-${mark}`, "aria-hidden": "true" }), text)));
  const said = status();
  const rule = formula("Receptive field, layer by layer");
  figure.onReset(() => { problem.hidden = true; hovered = null; });
  figure.add(board([row(preset, length), table, row(add, remove)], [problem, picture, help, marks, said, rule]));

  function build(sizes, layers) {
    const places = centres(sizes, layers), top = layers.length;
    const left = Math.min(0, ...places.flat().map((x) => x - 0.5)), right = Math.max(sizes[0], ...places.flat().map((x) => x + 0.5));
    const pads = paddingZeros(sizes, layers, places);
    const most = Math.max(right, ...pads.flat().map((x) => x + 0.5)), least = Math.min(left, ...pads.flat().map((x) => x - 0.5));
    // as wide as the page allows, and no wider than is good to read
    const PITCH = Math.max(NARROW, Math.min(WIDE, Math.floor(((picture.clientWidth || 800) - GUTTER - 6) / (most - least))));
    const CELL = PITCH - (PITCH < 20 ? 2 : 4);
    picture.style.setProperty("--cbh-chain-font", PITCH < 20 ? "9.5px" : "11px");
    const width = (most - least) * PITCH + GUTTER + 4, height = top * LEVEL + CELL + 12;
    const x = (place) => (place - least) * PITCH + GUTTER, y = (l) => (top - l) * LEVEL + 6;
    lines = [];
    hovered = null; // the cell under the pointer is gone
    const links = svg("g", { class: "cbh-chain-links", "aria-hidden": "true" });
    for (let l = 1; l <= top; l++) for (let index = 0; index < sizes[l]; index++) for (const read of readsOf(sizes, layers, l, index)) {
      const line = svg("line", { x1: x(places[l][index]), y1: y(l) + CELL, x2: x(places[l - 1][read]), y2: y(l - 1) });
      lines.push({ line, l, index, read });
      links.append(line);
    }
    const zeros = pads.flatMap((level, l) => level.map((place) => svg("rect", { class: "cbh-chain-zero", x: x(place) - CELL / 2, y: y(l), width: CELL, height: CELL, rx: 3 })));
    const rows = sizes.map((n, l) => {
      cells[l] = Array.from({ length: n }, (_, i) => {
        const text = svg("text", { x: x(places[l][i]), y: y(l) + CELL / 2 + 4, "text-anchor": "middle", "aria-hidden": "true" });
        text.textContent = String(i + 1);
        const group = svg("g", { class: "cbh-chain-cell", role: "gridcell", tabindex: "-1", "data-lm-suppress-shortcuts": "true" },
          svg("rect", { class: "cbh-chain-hit", x: x(places[l][i]) - PITCH / 2, y: y(l) - 2, width: PITCH, height: PITCH }),
          svg("rect", { class: "cbh-chain-box", x: x(places[l][i]) - CELL / 2, y: y(l), width: CELL, height: CELL, rx: 3 }), text);
        group.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") { hovered = [l, i]; show(); } });
        group.addEventListener("pointerleave", () => { hovered = null; show(); });
        group.addEventListener("focus", () => { if (!same(get("cell"), [l, i])) figure.put({ cell: [l, i] }); });
        group.addEventListener("click", () => group.focus());
        group.addEventListener("keydown", (event) => keys(event, l, i));
        return group;
      });
      return svg("g", { role: "row", "aria-label": l === 0 ? "Input" : `Layer ${l}, ${layerText(layers[l - 1])}` }, ...cells[l]);
    });
    cells.length = sizes.length;
    const captions = sizes.map((n, l) => {
      const text = svg("text", { class: "cbh-chain-caption", x: 2, y: y(l) + CELL / 2 + 4 });
      text.textContent = l === 0 ? "input" : `layer ${l}`;
      return svg("g", { "aria-hidden": "true" }, text);
    });
    const grid = svg("g", { role: "grid", "aria-label": "Cells of every layer, the last layer first", "aria-describedby": help.id }, ...rows.reverse());
    const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "presentation" }, links, svg("g", { "aria-hidden": "true" }, ...zeros), ...captions, grid);
    picture.replaceChildren(drawing);
    const [level, index] = get("cell"), place = places[Math.min(level, top)];
    const middle = x(place[Math.min(index, place.length - 1)]);
    requestAnimationFrame(() => { // a phone is narrower than the picture: show the chosen cell, the names if they fit
      const wide = picture.clientWidth;
      picture.scrollLeft = middle > wide - 2 * PITCH ? middle - wide / 2 : 0;
    });
  }
  function keys(event, l, i) {
    const places = centres(chainSizes(get("length"), get("layers")), get("layers"));
    const near = (level) => places[level].reduce((best, place, k) => (Math.abs(place - places[l][i]) < Math.abs(places[level][best] - places[l][i]) ? k : best), 0);
    const last = cells[l].length - 1;
    const to = { ArrowLeft: [l, i - 1], ArrowRight: [l, i + 1], Home: [l, 0], End: [l, last] }[event.key]
      ?? (event.key === "ArrowUp" && l < cells.length - 1 ? [l + 1, near(l + 1)] : null)
      ?? (event.key === "ArrowDown" && l > 0 ? [l - 1, near(l - 1)] : null);
    if (!to && !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    hovered = null;
    if (to) cells[to[0]][to[1]]?.focus();
  }

  /** Marks of the chosen (or hovered) cell, without building the picture anew. */
  function show() {
    const layers = get("layers"), sizes = chainSizes(get("length"), layers);
    const clamp = ([l, i]) => { const level = Math.min(l, layers.length); return [level, Math.min(i, sizes[level] - 1)]; };
    const kept = clamp(get("cell")), [l, i] = hovered ? clamp(hovered) : kept;
    const down = fanIn(sizes, layers, l, i).map((level) => new Set(level)), up = fanOut(sizes, layers, l, i).map((level) => new Set(level));
    cells.forEach((level, at) => level.forEach((group, k) => {
      const mark = at === l && k === i ? "chosen" : at < l && down[at].has(k) ? "in" : at > l && up[at].has(k) ? "out" : "";
      group.setAttribute("class", `cbh-chain-cell ${mark ? `cbh-chain-${mark}` : ""}`);
      group.setAttribute("tabindex", at === kept[0] && k === kept[1] ? "0" : "-1");
      const words = { chosen: ", chosen", in: ", in the fan-in", out: ", in the fan-out" };
      group.setAttribute("aria-label", `${at === 0 ? "input" : `layer ${at}`}, cell ${k + 1}${words[mark] ?? ""}`);
    }));
    lines.forEach(({ line, l: at, index, read }) => {
      const inside = at <= l && down[at].has(index), outside = at > l && up[at].has(index) && up[at - 1].has(read);
      line.setAttribute("class", inside ? "cbh-chain-line-in" : outside ? "cbh-chain-line-out" : "");
    });
    said.say(cellSentence(sizes, layers, l, i));
  }
  function draw() {
    const layers = get("layers"), chosen = get("presets").find((p) => p.length === get("length") && same(p.layers, layers));
    preset.set(chosen?.id ?? "own");
    length.set(get("length"));
    let sizes;
    try {
      sizes = chainSizes(get("length"), layers);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
      return;
    }
    if (editors.length !== layers.length) {
      editors = layers.map((_, at) => editors[at] ?? makeEditor(at));
      table.replaceChildren(...editors.map((editor) => editor.root));
    }
    editors.forEach((editor, at) => editor.update(layers[at]));
    add.setAttribute("aria-disabled", String(layers.length >= MOST));
    remove.setAttribute("aria-disabled", String(layers.length <= 1));
    const text = JSON.stringify([get("length"), layers]);
    if (text !== drawn) build(sizes, layers);
    drawn = text;
    rule.show(fieldRows(layers).map(({ step }) => typeset(step)).join("\n"));
    show();
  }
  let width = 0;
  const observer = new ResizeObserver(() => {
    if (Math.abs(picture.clientWidth - width) < PITCHES_BY) return;
    width = picture.clientWidth;
    drawn = null; // built anew for this width
    draw();
  });
  observer.observe(picture);
  figure.onDispose(() => observer.disconnect());
  figure.watch(["length", "layers", "cell", "presets"], draw);
  return figure.dispose;
}

/** Places of the zeros that "same" puts beside each level, in input cells. Pure. */
export function paddingZeros(sizes, layers, places) {
  let jump = 1;
  return places.map((level, l) => {
    if (l === layers.length) return [];
    const { kernel, stride, padding, dilation } = layers[l];
    const [before, after] = paddingSplit(sizes[l], kernel, stride, padding, dilation), step = jump;
    jump *= stride;
    return [
      ...Array.from({ length: before }, (_, i) => level[0] - (before - i) * step),
      ...Array.from({ length: after }, (_, i) => level.at(-1) + (i + 1) * step),
    ];
  });
}

export default { render };
