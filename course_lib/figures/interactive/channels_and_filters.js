/* Channels and filters: every filter reads all channels and sums them into one map. */
import {
  frame, row, panels, panel, select, number, checkbox, button, numberGrid, miniMap, stepper, fly, status, formula, legend, fmt, is, h,
} from "./kit.js";
import { conv2d, windowProducts, readersOf, inputsOf } from "./numbers.js";

/** Channel `c` of an image (rows, columns, channels) as rows of numbers. */
export const channelOf = (image, c) => image.map((line) => line.map((pixel) => pixel[c]));

/** Slice `c` of filter `k` of weights (rows, columns, channels, filters). */
export const sliceOf = (filters, c, k) => filters.map((line) => line.map((cell) => cell[c][k]));

/** The map of each channel alone, before they are summed: what filter `k` makes of it. */
export function partialMaps(image, filters, k, options = {}) {
  return image[0][0].map((_, c) => conv2d(channelOf(image, c), sliceOf(filters, c, k), options));
}

/** Output map of filter `k`: the sum of its partial maps and its bias, activated. */
export function filterMap(image, filters, bias, k, { relu = false, ...options } = {}) {
  const partial = partialMaps(image, filters, k, options);
  return partial[0].map((line, i) => line.map((_, j) => {
    const sum = partial.reduce((total, map) => total + map[i][j], bias[k]);
    return relu ? Math.max(0, sum) : sum;
  }));
}

/** Weights and biases of the layer: (kernel height · kernel width · channels + 1) · filters. */
export const parameters = (filters) =>
  (filters.length * filters[0].length * filters[0][0].length + 1) * filters[0][0][0].length;

const NAMES = { 1: ["Grey"], 3: ["Red", "Green", "Blue"] };
const where = (r, c) => `row ${r + 1}, column ${c + 1}`;
const factor = (value) => (value < 0 ? `(${fmt(value)})` : fmt(value));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const MOST = 8;

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "channels_and_filters", label: "Channels and filters",
    hint: "Point at an output, a pixel or a weight to see what belongs to it. Click a cell twice, or type, to change it.",
  });
  const get = (trait) => model.get(trait);
  let pointed = null; // { grid: "input" | "weights" | "output", channel, r, c }
  let now;

  const presets = get("presets");
  const preset = select({
    label: "Example", wide: true,
    options: [...presets.map(({ id, label }) => [id, label]), ["own", "Your own numbers"]],
    onChange: (id) => {
      const { settings } = presets.find((one) => one.id === id) ?? {};
      if (settings) figure.put({ ...settings, filter: 0, step: 0 });
      else draw();
    },
  });
  const count = number({ label: "Filters", min: 1, max: MOST, value: 1, onChange: resize });
  const bias = number({ label: "Bias", min: -9999, max: 9999, value: 0, onChange: (value) => {
    const next = [...get("bias")];
    next[get("filter")] = value;
    figure.put({ bias: next });
  } });
  const relu = checkbox({ label: "ReLU", onChange: (on) => figure.put({ relu: on }) });

  function resize(k) {
    // a new filter gets weights of -1, 0 and 1 that differ from filter to filter
    const made = (a, b, c, n) => ((a * 3 + b * 5 + c * 7 + n * (a + 2 * b + 1)) % 3) - 1;
    const filters = get("filters").map((line, a) => line.map((cell, b) => cell.map((weights, c) =>
      Array.from({ length: k }, (_, n) => weights[n] ?? made(a, b, c, n)))));
    const biases = Array.from({ length: k }, (_, n) => get("bias")[n] ?? 0);
    figure.put({ filters, bias: biases, filter: Math.min(get("filter"), k - 1) });
  }
  const choose = h("div", { class: "cbh-maps", role: "group", "aria-label": "Output maps, one for each filter" });
  let buttons = [];
  const columns = h("div", { class: "cbh-panels cbh-channels" });
  let channels = []; // per channel: { input, weights, panels }
  const output = numberGrid({
    label: "Output map",
    describe: (r, c, value) => `output ${where(r, c)}: ${fmt(value)}`,
    onPoint: point("output", 0),
    onChoose: (r, c) => figure.put({ step: r * now.cols + c }),
  });
  const outputPanel = panel("Output map", output);
  outputPanel.root.classList.add("cbh-output");
  const steps = stepper({
    label: "Output cell",
    text: (step) => `output ${where(Math.floor(step / now.cols), step % now.cols)}`,
    onStep: (step, flown) => {
      pointed = null;
      figure.put({ step });
      const read = () => channels.flatMap(({ input }) => input.cells.filter((cell) => cell.classList.contains("cbh-m-window")));
      if (flown) requestAnimationFrame(() => fly(figure.root, read(), output.at(Math.floor(step / now.cols), step % now.cols), steps.time));
    },
    onPlay: (playing) => { said.quiet(playing); sum.quiet(playing); },
  });
  const sum = formula("Sum over the channels");
  const said = status();
  const shapes = formula("Shapes and parameters");

  figure.onReset(() => { steps.stop(); pointed = null; });
  const mapPanel = panel("All maps", choose);
  figure.add(row(preset, count, bias, relu, steps), columns,
    h("div", { class: "cbh-result" }, outputPanel.root, mapPanel.root, h("div", { class: "cbh-said" }, said.root, sum.root, shapes.root)),
    legend([["window", "window of the output"], ["current result", "the output"], ["reads", "outputs that read the pixel"], ["touched", "what it is multiplied with"]]));

  function point(grid, channel) {
    return (cell, how) => {
      pointed = cell ? { grid, channel, ...cell } : null;
      if (grid === "output" && cell && how === "focus") figure.put({ step: cell.r * now.cols + cell.c });
      draw();
    };
  }
  const edited = (trait, change) => {
    const next = structuredClone(get(trait));
    change(next);
    figure.put({ [trait]: next });
  };
  function build(names) {
    channels = names.map((name, channel) => {
      const input = numberGrid({
        label: `${name} channel. Enter edits a pixel.`,
        describe: (r, c, value) => `${name.toLowerCase()} ${where(r, c)}: ${fmt(value)}`,
        onEdit: (r, c, value) => edited("image", (next) => { next[r][c][channel] = value; }),
        onPoint: point("input", channel),
      });
      const weights = numberGrid({
        label: `Filter on the ${name.toLowerCase()} channel. Enter edits a weight.`,
        describe: (r, c, value) => `weight for ${name.toLowerCase()}, ${where(r, c)}: ${fmt(value)}`,
        onEdit: (r, c, value) => edited("filters", (next) => { next[r][c][channel][get("filter")] = value; }),
        onPoint: point("weights", channel),
      });
      const parts = [panel(name, input), panel("Weights", weights)];
      return { input, weights, parts, root: h("div", { class: "cbh-channel" }, parts[0].root, parts[1].root) };
    });
    columns.replaceChildren(...channels.map(({ root }) => root));
  }

  function draw() {
    const image = get("image");
    const filters = get("filters");
    const k = Math.min(get("filter"), filters[0][0][0].length - 1);
    const K = filters[0][0][0].length;
    const depth = image[0][0].length;
    const names = NAMES[depth] ?? Array.from({ length: depth }, (_, c) => `Channel ${c + 1}`);
    if (channels.length !== depth) build(names);
    const maps = Array.from({ length: K }, (_, n) => filterMap(image, filters, get("bias"), n, { relu: get("relu") }));
    const map = maps[k];
    const [rows, cols] = [map.length, map[0].length];
    const cells = rows * cols;
    const step = Math.min(get("step"), cells - 1);
    const at = pointed?.grid === "output" ? [pointed.r, pointed.c] : [Math.floor(step / cols), step % cols];
    now = { rows, cols };
    preset.set(presets.find(({ settings }) => same(settings.image, image) && same(settings.filters, filters))?.id ?? "own");
    count.set(K);
    bias.set(get("bias")[k]);
    relu.set(get("relu"));

    const shape = [image.length, image[0].length];
    const kernel = [filters.length, filters[0].length];
    const key = (r, c) => `${r},${c}`;
    const parts = names.map((_, c) => windowProducts(channelOf(image, c), sliceOf(filters, c, k), {}, ...at));
    const seen = new Set(!pointed || pointed.grid === "output" ? parts[0].terms.map(({ r, c }) => key(r, c)) : []);
    const readers = pointed?.grid === "input" ? readersOf(shape, kernel, {}, pointed.r, pointed.c) : [];
    const reading = new Set(readers.map(({ i, j }) => key(i, j)));
    const used = new Set(readers.map(({ a, b }) => key(a, b)));
    const fed = pointed?.grid === "weights" ? inputsOf(shape, kernel, {}, pointed.r, pointed.c) : [];
    const touched = new Set(fed.map(({ r, c }) => key(r, c)));
    const most = Math.max(...image.flat(2).map(Math.abs));
    const heaviest = Math.max(...names.flatMap((_, c) => sliceOf(filters, c, k).flat().map(Math.abs)));
    channels.forEach(({ input, weights, parts: [inputPanel, weightPanel] }, channel) => {
      const mine = pointed?.channel === channel;
      const here = (grid, r, c) => mine && pointed.grid === grid && pointed.r === r && pointed.c === c;
      input.draw(channelOf(image, channel), {
        limit: most, tint: depth === 3 ? names[channel].toLowerCase() : "ink",
        marks: (r, c) => [seen.has(key(r, c)) ? "window" : "", mine && touched.has(key(r, c)) ? "touched" : "", here("input", r, c) ? "current" : ""].join(" "),
      });
      weights.draw(sliceOf(filters, channel, k), {
        limit: heaviest,
        marks: (r, c) => [mine && used.has(key(r, c)) ? "touched" : "", here("weights", r, c) ? "current" : ""].join(" "),
      });
      inputPanel.title(names[channel], `${shape[0]} × ${shape[1]}`);
      weightPanel.title("Weights", `give ${fmt(parts[channel].sum)}`);
    });
    output.draw(map, {
      marks: (r, c) => [reading.has(key(r, c)) ? "reads" : "", (!pointed || pointed.grid === "output") && r === at[0] && c === at[1] ? "current result" : ""].join(" "),
    });
    outputPanel.title(`Map of filter ${k + 1}`, `${rows} × ${cols}`);
    steps.set({ step, count: cells });

    if (buttons.length !== K) {
      buttons = Array.from({ length: K }, (_, n) => button("", () => figure.put({ filter: n }), { pressed: false }));
      choose.replaceChildren(...buttons);
    }
    buttons.forEach((one, n) => {
      one.replaceChildren(h("span", {}, `Filter ${n + 1}`), miniMap(maps[n]));
      one.setAttribute("aria-pressed", String(n === k));
    });

    const total = parts.reduce((all, { sum: one }) => all + one, get("bias")[k]);
    const term = ({ pixel, weight }) => `${factor(pixel)}×${factor(weight)}`;
    sum.show(parts.map(({ terms, sum: one }, c) => `${names[c]}: ${terms.map(term).join(" + ")} ${is(one)} ${fmt(one)}`).join("\n") +
      `\nSum: ${parts.map(({ sum: one }) => factor(one)).join(" + ")} + bias ${factor(get("bias")[k])} ${is(total)} ${fmt(total)}` +
      (get("relu") ? `, ReLU: ${fmt(Math.max(0, total))}` : ""));
    shapes.show(`Input ${shape[0]} × ${shape[1]} × ${depth}; each filter ${kernel[0]} × ${kernel[1]} × ${depth}; output ${rows} × ${cols} × ${K}.\n` +
      `Parameters: (${kernel[0]}·${kernel[1]}·${depth} + 1)·${K} = ${parameters(filters)}.`);
    said.say(sentence());

    function sentence() {
      if (pointed?.grid === "input")
        return `${names[pointed.channel]} ${where(pointed.r, pointed.c)}, value ${fmt(image[pointed.r][pointed.c][pointed.channel])}, is read by ${readers.length} of the ${cells} outputs of each filter.`;
      if (pointed?.grid === "weights")
        return `This weight of filter ${k + 1}, ${fmt(filters[pointed.r][pointed.c][pointed.channel][k])}, multiplies ${fed.length} pixels of the ${names[pointed.channel].toLowerCase()} channel, one for each output.`;
      return `Step ${at[0] * cols + at[1] + 1} of ${cells}: filter ${k + 1}, output ${where(...at)} is ${fmt(map[at[0]][at[1]])}, the sum of ${parts[0].terms.length * depth} products over ${depth} ${depth === 1 ? "channel" : "channels"}.`;
    }
  }
  figure.watch(["image", "filters", "bias", "filter", "relu", "step", "presets"], draw);
  figure.onDispose(steps.stop);
  return figure.dispose;
}

export default { render };
