/* Photograph network: what every block of EfficientNet-Lite0 makes of a photograph, and what each cell sees of it. */
import { frame, row, board, select, stepper, status, fetched, fmt, h, uid } from "./kit.js";

const PIXELS = 224, LEVELS = 20, ZERO = "D".charCodeAt(0); // as photograph_network.py packs the maps
const BLUE = [99, 169, 238], ORANGE = [240, 149, 79]; // above zero and below, on black in both themes
const SHOWN = 6;

export const grouped = (n) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** A text of maps, a letter for each value, as whole numbers from -20 to 20. Pure. */
export const decodeMaps = (text) => Array.from(text, (letter) => letter.charCodeAt(0) - ZERO);

/** Where in maps of `side` x `side` the largest size of map `which` is: [row, column]. Pure. */
export function strongestOf(values, side, which) {
  const start = which * side * side;
  let best = start;
  for (let i = start; i < start + side * side; i++) if (Math.abs(values[i]) > Math.abs(values[best])) best = i;
  return [Math.floor((best - start) / side), (best - start) % side];
}

/** Pixels from `low` to `high`, both read, that a cell sees along an axis, cut at the photograph's edges;
 *  `whole` if that is all of it; and the `middle` of its window before it was cut. Pure. */
export function windowOf({ size, jump, first }, cell) {
  const start = first + cell * jump, end = start + size - 1;
  const [low, high] = [Math.max(0, start), Math.min(PIXELS - 1, end)];
  return { low, high, whole: low === 0 && high === PIXELS - 1, middle: (start + end + 1) / 2 };
}

/** Cells, from and to, of an axis of `side` cells whose windows hold the pixel. Pure. */
export function readersOf({ size, jump, first }, side, pixel) {
  return [Math.max(0, Math.ceil((pixel - size + 1 - first) / jump)), Math.min(side - 1, Math.floor((pixel - first) / jump))];
}

/** What a cell sees, in words. Pure. */
export function seenText(step, r, c) {
  const [down, across] = [windowOf(step, r), windowOf(step, c)];
  const size = `${step.size} × ${step.size} pixels`;
  const middle = `Its middle is at row ${Math.floor(down.middle) + 1}, column ${Math.floor(across.middle) + 1}.`;
  if (down.whole && across.whole) return `Its window of ${size} covers the whole photograph. ${middle}`;
  const cut = down.high - down.low + 1 < step.size || across.high - across.low + 1 < step.size;
  return `It sees ${size}${cut ? ", as far as the photograph goes" : ""}: rows ${down.low + 1} to ${down.high + 1}, columns ${across.low + 1} to ${across.high + 1}.`;
}

const percent = (p) => (p >= 0.995 ? "over 99 %" : p < 0.005 ? "under 1 %" : `${Math.round(100 * p)} %`);
const two = (v) => fmt(Number(v.toPrecision(2)), 4);

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "photograph_network", label: "A photograph on its way through the network",
    hint: "Go from block to block. Point at a map to see which part of the photograph a cell looks at; click, or use the arrow keys, to keep it.",
  });
  const get = (trait) => model.get(trait), steps = get("steps"), photographs = get("photographs"), last = steps.length - 1;
  const loaded = {}; // by photograph: { picture, maps, channels, largest }, once they are there
  const asked = new Set();
  let hovered = null, shown = null; // shown: the maps that are painted

  // -------------------------------------------------------------------------- controls and facts
  const choice = select({ label: "Photograph", options: Object.entries(photographs).map(([name, { title }]) => [name, title]),
    onChange: (name) => figure.put({ photograph: name, unit: [] }) });
  const goTo = (step) => figure.put({ step, unit: [] });
  const walk = stepper({ label: "Step of the network", interval: 1400, onStep: (step) => goTo(step), text: (step) => `${steps[step].name}, step ${step + 1} of ${steps.length}`,
    onPlay: (on) => said.quiet(on) });
  const strip = h("div", { class: "cbh-strip", "aria-hidden": "true" }, ...steps.map(({ name, shape, stage }, at) =>
    h("span", { class: "cbh-strip-step", title: name, onclick: () => goTo(at) }, h("i", { style: `height:${shape.length > 1 ? Math.round(4.2 * Math.sqrt(shape[0])) : 6}px` }),
      h("b", {}, stage === steps[at - 1]?.stage ? "" : stage.length > 1 ? name[0] : stage))));
  const facts = Object.fromEntries([["made_of", "Layers"], ["shape", "Output"], ["parameters", "Parameters"], ["multiplications", "Multiplications"], ["sees", "A cell sees"]].map(([key, title]) => [key, [h("dt", {}, title), h("dd")]]));
  const heading = h("p", { class: "cbh-step-name" });

  // ------------------------------------------------------------------- the photograph and the maps
  const image = h("img", { width: PIXELS, height: PIXELS, alt: "" }), pane = h("div", { class: "cbh-sees", "aria-hidden": "true" }), dot = h("div", { class: "cbh-middle", "aria-hidden": "true" });
  const credit = h("p", { class: "cbh-note cbh-credit" });
  const look = h("div", { class: "cbh-look", onpointermove: overImage, onpointerleave: () => readers(null) }, image, pane, dot);
  const help = h("p", { class: "cbh-hidden", id: uid("help") }, "Arrow keys choose a cell of the map, Page Up and Page Down another map, Home its strongest cell.");
  const tiles = Array.from({ length: SHOWN }, (_, which) => {
    const canvas = h("canvas", { "aria-hidden": "true" }), unit = h("div", { class: "cbh-at" }), over = h("div", { class: "cbh-readers" });
    const box = h("div", { class: "cbh-map", onpointermove: (event) => hover(event, which), onpointerdown: (event) => keep(event, which) }, canvas, over, unit);
    const title = h("p", { class: "cbh-map-name" }), detail = h("p", { class: "cbh-map-detail" });
    return { root: h("div", { class: "cbh-tile" }, box, title, detail), box, canvas, unit, over, title, detail };
  });
  const maps = h("div", { class: "cbh-maps", tabindex: "0", role: "application", "aria-roledescription": "feature maps", "aria-describedby": help.id,
    onkeydown: keys, onpointerleave: () => { if (hovered) { hovered = null; said.quiet(false); mark(); } } }, ...tiles.map(({ root }) => root));
  const said = status();
  figure.add(board([row(choice), heading, strip, walk, h("dl", { class: "cbh-facts" }, ...Object.values(facts).flat())],
    [help, h("div", { class: "cbh-pair" }, h("div", { class: "cbh-photograph" }, look, credit),
      h("div", {}, maps, h("p", { class: "cbh-note" }, "Blue is above 0, orange below. Each map has a scale of its own."))), said]));
  figure.root.addEventListener("pointerenter", () => load(get("photograph")));
  figure.root.addEventListener("focusin", () => load(get("photograph")));
  figure.onReset(() => { walk.stop(); hovered = null; });

  /** The maps and the picture of a photograph: a built page keeps each in a file of its own. */
  function load(name) {
    if (loaded[name] || asked.has(name)) return;
    asked.add(name);
    fetched(get("maps")[name]).then((text) => {
      loaded[name] = JSON.parse(text);
      if (name === get("photograph")) draw();
    }).catch(() => {
      if (name === get("photograph") && !seen()) said.say("The maps could not be loaded. Choose the step again to try once more.");
    }).finally(() => asked.delete(name));
  }
  /** { picture, maps, channels, largest } of what is chosen, as far as it is there. */
  function seen() {
    const [name, step] = [get("photograph"), get("step")], poster = get("poster"), own = loaded[name];
    if (own) return { picture: own.picture, maps: own.maps[step], channels: own.channels[step], largest: own.largest[step] };
    return poster.photograph === name && poster.step === step ? poster : null;
  }
  const sideOf = (step) => (steps[step].shape.length > 1 ? steps[step] : steps[step - 1]).shape[0];

  function draw() {
    const [name, at] = [get("photograph"), get("step")], step = steps[at], { credit: source } = photographs[name], here = seen();
    choice.set(name);
    walk.set({ step: at, count: steps.length });
    [...strip.children].forEach((one, i) => one.classList.toggle("cbh-here", i === at));
    heading.textContent = `${step.name}: step ${at + 1} of ${steps.length}`;
    const told = { made_of: step.made_of, shape: step.shape.map(grouped).join(" × "), parameters: grouped(step.parameters), multiplications: grouped(step.multiplications), sees: `${step.size} × ${step.size} pixels` };
    for (const [key, text] of Object.entries(told)) facts[key][1].textContent = text;
    credit.textContent = source;
    const picture = here?.picture ?? (get("poster").photograph === name ? get("poster").picture : null);
    if (picture && image.getAttribute("src") !== picture) image.setAttribute("src", picture);
    image.style.visibility = picture ? "visible" : "hidden";
    image.alt = `${photographs[name].title}, as the network gets it`;
    const side = sideOf(at);
    shown = here ? { ...here, side, values: decodeMaps(here.maps), count: here.maps.length / side ** 2 } : null;
    tiles.forEach((tile, which) => tileOf(tile, which, at, name));
    maps.setAttribute("aria-label", at === last ? "Five maps: what each place adds to the score of a class" : `${SHOWN} maps of ${side} × ${side} cells behind ${step.name}`);
    if (!here) {
      load(name);
      said.say("Loading the maps.");
    }
    mark();
  }
  function tileOf({ root, canvas, title, detail }, which, at, name) {
    const { answers } = photographs[name], there = shown && which < shown.count;
    root.style.visibility = there || (!shown && !(at === last && which >= answers.length)) ? "visible" : "hidden";
    const side = sideOf(at), pen = canvas.getContext("2d");
    Object.assign(canvas, { width: side, height: side });
    if (!there) {
      title.textContent = detail.textContent = "";
      return;
    }
    const pixels = pen.createImageData(side, side), start = which * side * side;
    for (let i = 0; i < side * side; i++) {
      const value = shown.values[start + i];
      pixels.data.set([...(value < 0 ? ORANGE : BLUE), (255 * Math.abs(value)) / LEVELS], 4 * i);
    }
    pen.putImageData(pixels, 0, 0);
    title.textContent = at === last ? answers[which][0] : `map ${shown.channels[which] + 1}`;
    detail.textContent = at === last ? percent(answers[which][1]) : `strongest ${two(valueAt(which, ...strongestOf(shown.values, side, which)))}`;
  }
  const valueAt = (which, r, c) => (shown.values[which * shown.side ** 2 + r * shown.side + c] / LEVELS) * shown.largest[which];
  /** The cell that is looked at: under the pointer, kept by a click, or the strongest. */
  function unitNow() {
    if (hovered) return hovered;
    const unit = get("unit");
    return unit.length && unit[0] < shown.count && Math.max(unit[1], unit[2]) < shown.side ? unit : [0, ...strongestOf(shown.values, shown.side, 0)];
  }

  /** Lights up what the cell sees, and says it. */
  function mark() {
    for (const { unit, over } of tiles) unit.hidden = over.hidden = true;
    pane.hidden = dot.hidden = !shown;
    if (!shown) return;
    const at = get("step"), step = steps[at], [which, r, c] = unitNow(), { side } = shown;
    const share = (pixels) => `${(100 * pixels) / PIXELS}%`;
    const [down, across] = [windowOf(step, r), windowOf(step, c)];
    Object.assign(pane.style, { top: share(down.low), left: share(across.low), height: share(down.high - down.low + 1), width: share(across.high - across.low + 1) });
    Object.assign(dot.style, { top: share(down.middle), left: share(across.middle) });
    tiles[which].unit.hidden = false;
    Object.assign(tiles[which].unit.style, { top: `${(100 * (r + 0.5)) / side}%`, left: `${(100 * (c + 0.5)) / side}%`, width: `max(9px, ${100 / side}%)`, height: `max(9px, ${100 / side}%)` });
    said.say(`${valueText(at, which, r, c)} ${seenText(step, r, c)}`);
  }
  function valueText(at, which, r, c) {
    const { answers, scores } = photographs[get("photograph")], value = two(valueAt(which, r, c)), place = `row ${r + 1}, column ${c + 1}`;
    if (at === last) return `${answers[which][0]}, ${percent(answers[which][1])}: ${place} adds ${value} to its score; all ${shown.side ** 2} places and the bias make ${fmt(scores[which])}.`;
    const [top, left] = strongestOf(shown.values, shown.side, which);
    return `Map ${shown.channels[which] + 1} of ${steps[at].shape[2]}, ${place}: ${value}${top === r && left === c ? ", its strongest" : ""}.`;
  }

  // --------------------------------------------------------------------------- pointer and keyboard
  const within = (v, n) => Math.min(Math.max(0, v), n - 1);
  function cellAt(event, which) {
    if (!shown || which >= shown.count) return null;
    const box = tiles[which].box.getBoundingClientRect();
    return [which, within(Math.floor(((event.clientY - box.top) / box.height) * shown.side), shown.side), within(Math.floor(((event.clientX - box.left) / box.width) * shown.side), shown.side)];
  }
  function hover(event, which) {
    if (event.pointerType === "touch") return;
    const cell = cellAt(event, which);
    if (!cell || String(cell) === String(hovered)) return;
    hovered = cell;
    said.quiet(true);
    mark();
  }
  function keep(event, which) {
    const cell = cellAt(event, which);
    if (cell) figure.put({ unit: cell });
  }
  function keys(event) {
    if (!shown) return;
    const [which, r, c] = unitNow(), last = shown.side - 1;
    const turned = { PageUp: which - 1, PageDown: which + 1 }[event.key];
    const to = turned !== undefined ? [within(turned, shown.count), r, c]
      : event.key === "Home" ? [which, ...strongestOf(shown.values, shown.side, which)]
        : { ArrowUp: [which, r - 1, c], ArrowDown: [which, r + 1, c], ArrowLeft: [which, r, c - 1], ArrowRight: [which, r, c + 1] }[event.key];
    if (!to) return;
    event.preventDefault();
    hovered = null;
    said.quiet(false);
    figure.put({ unit: [to[0], Math.min(Math.max(0, to[1]), last), Math.min(Math.max(0, to[2]), last)] });
  }
  /** The other way: which cells of the maps see the pixel under the pointer. */
  function overImage(event) {
    const box = image.getBoundingClientRect();
    readers([event.clientY - box.top, event.clientX - box.left].map((v) => within(Math.floor((v / box.width) * PIXELS), PIXELS)));
  }
  function readers(pixel) {
    tiles.forEach(({ over }, which) => {
      over.hidden = !pixel || !shown || which >= shown.count;
      if (over.hidden) return;
      const { side } = shown, [[top, bottom], [left, right]] = pixel.map((at) => readersOf(steps[get("step")], side, at)), share = (cells) => `${(100 * cells) / side}%`;
      Object.assign(over.style, { top: share(top), left: share(left), height: share(bottom - top + 1), width: share(right - left + 1) });
    });
  }

  figure.watch(["photograph", "step", "unit"], draw);
  figure.onDispose(walk.stop);
  return figure.dispose;
}

export default { render };
