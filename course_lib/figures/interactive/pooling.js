/* Pooling: one number for each window, its maximum or its mean, and what a small shift changes. */
import { frame, row, board, panels, panel, select, radios, numberGrid, stepper, fly, status, formula, legend, fmt, is } from "./kit.js";
import { geometry, padImage, readersOf, axisLines } from "./numbers.js";

/** The real cells of window (i, j) of the image: the padding of "same" takes no part. */
export function windowCells(image, poolSize, { strides = poolSize, padding = "valid" } = {}, i = 0, j = 0) {
  const { pads } = geometry([image.length, image[0].length], poolSize, { strides, padding });
  const cells = [];
  for (let a = 0; a < poolSize[0]; a++) for (let b = 0; b < poolSize[1]; b++) {
    const r = i * strides[0] + a - pads[0][0];
    const c = j * strides[1] + b - pads[1][0];
    if (image[r]?.[c] !== undefined) cells.push({ r, c, value: image[r][c] });
  }
  return cells;
}

/** Maximum or mean of the cells, and the cell that won: the first maximum (null for a mean). */
export function poolCells(cells, mode = "max") {
  if (mode === "average") return { value: cells.reduce((sum, { value }) => sum + value, 0) / cells.length, winner: null };
  const winner = cells.reduce((best, cell) => (cell.value > best.value ? cell : best));
  return { value: winner.value, winner };
}

/** The pooled map: { value, winner } at every output. */
export function pool(image, poolSize, options = {}, mode = "max") {
  const { output } = geometry([image.length, image[0].length], poolSize, { strides: poolSize, ...options });
  return Array.from({ length: output[0] }, (_, i) => Array.from({ length: output[1] }, (_, j) =>
    poolCells(windowCells(image, poolSize, options, i, j), mode)));
}

/** The image moved by whole cells; what comes in at the edge repeats the edge. */
export function shifted(image, down, right) {
  const clamp = (value, size) => Math.min(size - 1, Math.max(0, value));
  return image.map((line, r) => line.map((_, c) => image[clamp(r - down, image.length)][clamp(c - right, line.length)]));
}

/** How many cells of two maps of the same shape differ. */
export const changes = (before, after) => after.flatMap((line, r) => line.filter((value, c) => value !== before[r][c])).length;

const SHIFTS = { none: [0, 0], right: [0, 1], left: [0, -1], down: [1, 0], up: [-1, 0] };
const where = (r, c) => `row ${r + 1}, column ${c + 1}`;
const factor = (value) => (value < 0 ? `(${fmt(value)})` : fmt(value));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "pooling", label: "Pooling", hint: "Point at an output to see its window, at an input to see which windows it wins. Click a cell twice, or type, to change it.",
  });
  const get = (trait) => model.get(trait);
  const presets = get("presets");
  const PART = ["image", "pool_size", "strides", "padding"];
  let pointed = null;
  let now;

  const preset = select({
    label: "Example", wide: true,
    options: [...presets.map(({ id, label }) => [id, label]), ["own", "Your own numbers"]],
    onChange: (id) => {
      const { settings } = presets.find((one) => one.id === id) ?? {};
      if (settings) figure.put({ ...settings, step: 0, shift: "none" });
      else draw();
    },
  });
  const mode = radios({ label: "Each window gives its", options: [["max", "maximum"], ["average", "average"]], value: "max", onChange: (value) => figure.put({ mode: value }) });
  const size = select({ label: "Window", options: [1, 2, 3, 4].map((n) => [String(n), `${n} × ${n}`]), onChange: (n) => figure.put({ pool_size: [Number(n), Number(n)], step: 0 }) });
  const stride = select({ label: "Stride", options: [1, 2, 3, 4].map((n) => [String(n), String(n)]), onChange: (n) => figure.put({ strides: [Number(n), Number(n)], step: 0 }) });
  const padding = select({ label: "Padding", options: [["valid", "valid"], ["same", "same"]], onChange: (value) => figure.put({ padding: value, step: 0 }) });
  const shift = select({
    label: "Shift the image by one",
    options: [["none", "not shifted"], ["right", "to the right"], ["left", "to the left"], ["down", "down"], ["up", "up"]],
    onChange: (value) => figure.put({ shift: value }),
  });
  const point = (grid) => (cell, how) => {
    pointed = cell ? { grid, ...cell } : null;
    if (grid === "output" && cell && how === "focus") figure.put({ step: cell.r * now.output[1] + cell.c });
    draw();
  };
  const inside = (r, c) => now.image[r - now.pads[0][0]]?.[c - now.pads[1][0]] !== undefined;
  const input = numberGrid({
    label: "Input. Enter edits a value.",
    describe: (r, c, value) => (inside(r, c) ? `input ${where(r - now.pads[0][0], c - now.pads[1][0])}: ${fmt(value)}${now.won(r, c) ? `, wins ${now.won(r, c)}` : ""}` : "padding, not counted"),
    onEdit: (r, c, value) => {
      const next = get("image").map((line) => [...line]);
      next[r - now.pads[0][0]][c - now.pads[1][0]] = value;
      figure.put({ image: next });
    },
    onPoint: point("input"),
  });
  const output = numberGrid({
    label: "Output",
    describe: (r, c, value) => `output ${where(r, c)}: ${fmt(value)}${now.differs(r, c) ? ", changed by the shift" : ""}`,
    onPoint: point("output"),
    onChoose: (r, c) => figure.put({ step: r * now.output[1] + c }),
  });
  const before = numberGrid({ label: "Before the shift", describe: (r, c, value) => `before the shift, ${where(r, c)}: ${fmt(value)}` });
  const inputPanel = panel("Input", input);
  const outputPanel = panel("Output", output);
  const beforePanel = panel("Before the shift", before);
  const steps = stepper({
    label: "Output cell",
    text: (step) => `output ${where(Math.floor(step / now.output[1]), step % now.output[1])}`,
    onStep: (step, flown) => {
      pointed = null;
      figure.put({ step });
      if (flown) requestAnimationFrame(() => fly(figure.root, input.cells.filter((cell) => cell.classList.contains("cbh-m-window")), output.at(Math.floor(step / now.output[1]), step % now.output[1]), steps.time));
    },
    onPlay: (playing) => { said.quiet(playing); sum.quiet(playing); },
  });
  const sum = formula("The window's numbers");
  const rule = formula("Output size");
  const said = status();
  const moved = status();
  figure.onReset(() => { steps.stop(); pointed = null; });
  figure.add(board([row(preset), row(mode), row(size, stride, padding), row(shift), steps], [panels(inputPanel, outputPanel, beforePanel), said, sum, moved, rule,
    legend([["window", "window"], ["current result", "its output"], ["winner", "maximum of a window"], ["dropped", "read by no window"], ["pad", "padding, not counted"], ["differ", "changed by the shift"]])]));

  function draw() {
    const [down, right] = SHIFTS[get("shift")];
    const still = get("image");
    const image = shifted(still, down, right);
    const poolSize = get("pool_size");
    const options = { strides: get("strides"), padding: get("padding") };
    const kind = get("mode");
    const shape = [image.length, image[0].length];
    const { pads, output: sizes, dropped } = geometry(shape, poolSize, options);
    const cells = sizes[0] * sizes[1];
    const isShifted = get("shift") !== "none";
    const map = pool(image, poolSize, options, kind);
    const old = pool(still, poolSize, options, kind);
    const wins = new Map();
    for (const { winner } of map.flat()) if (winner) wins.set(`${winner.r},${winner.c}`, (wins.get(`${winner.r},${winner.c}`) ?? 0) + 1);
    const numbers = (pooled) => pooled.map((line) => line.map(({ value }) => value));
    now = {
      image, pads, output: sizes,
      won(r, c) {
        const count = wins.get(`${r - pads[0][0]},${c - pads[1][0]}`);
        return count ? `${count} ${count === 1 ? "window" : "windows"}` : "";
      },
      differs: (r, c) => isShifted && map[r][c].value !== old[r][c].value,
    };
    preset.set(presets.find(({ settings }) => PART.every((name) => same(settings[name], get(name))))?.id ?? "own");
    mode.set(kind);
    size.set(poolSize[0]);
    stride.set(options.strides[0]);
    padding.set(options.padding);
    shift.set(get("shift"));
    steps.root.hidden = outputPanel.root.hidden = cells === 0;
    beforePanel.root.hidden = !isShifted || cells === 0;

    const across = Math.max(1, sizes[1]);
    const step = Math.min(get("step"), Math.max(0, cells - 1));
    const at = pointed?.grid === "output" ? [pointed.r, pointed.c] : [Math.floor(step / across), step % across];
    const window = cells ? windowCells(image, poolSize, options, ...at) : [];
    const onInput = pointed?.grid === "input";
    const readers = onInput ? readersOf(shape, poolSize, options, pointed.r - pads[0][0], pointed.c - pads[1][0]) : [];
    const reading = new Set(readers.map(({ i, j }) => `${i},${j}`));
    const covered = ([i, n]) => (at) => at >= i * options.strides[n] && at < i * options.strides[n] + poolSize[n];
    const [rowIn, colIn] = [covered([at[0], 0]), covered([at[1], 1])];
    const padded = padImage(image, pads, null);
    const rest = [padded.length - dropped[0], padded[0].length - dropped[1]];
    input.draw(padded, {
      tint: "ink",
      editable: (r, c) => !isShifted && inside(r, c),
      text: (r, c) => (padded[r][c] === null ? "·" : fmt(padded[r][c])),
      marks: (r, c) => [
        inside(r, c) ? "" : "pad",
        cells && (r >= rest[0] || c >= rest[1]) ? "dropped" : "",
        cells && !onInput && rowIn(r) && colIn(c) ? "window" : "",
        now.won(r, c) ? "won" : "",
        onInput && pointed.r === r && pointed.c === c ? "current" : "",
      ].join(" "),
    });
    if (cells) {
      const look = (other) => ({
        tint: "ink", limit: Math.max(...image.flat().map(Math.abs)),
        marks: (r, c) => [other && now.differs(r, c) ? "differ" : "", reading.has(`${r},${c}`) && other ? "reads" : "", other && !onInput && r === at[0] && c === at[1] ? "current result" : ""].join(" "),
      });
      output.draw(numbers(map), look(true));
      before.draw(numbers(old), look(false));
      steps.set({ step, count: cells });
    }
    inputPanel.title(isShifted ? "Input, shifted" : "Input", `${shape[0]} × ${shape[1]}`);
    outputPanel.title("Output", `${sizes[0]} × ${sizes[1]}`);
    const values = window.map(({ value }) => value);
    const { value } = cells ? poolCells(window, kind) : {};
    sum.show(!cells ? "" : kind === "max" ? `max(${values.map((one) => fmt(one)).join(", ")}) = ${fmt(value)}` : `(${values.map(factor).join(" + ")}) / ${values.length} = ${fmt(values.reduce((a, b) => a + b, 0))} / ${values.length} ${is(value)} ${fmt(value)}`);
    const lines = [0, 1].map((i) => axisLines("", shape[i], poolSize[i], options.strides[i], options.padding, 1));
    rule.show(same(lines[0], lines[1]) ? `rows and columns${lines[0].join("\n")}` : `rows${lines[0].join("\n")}\ncolumns${lines[1].join("\n")}`);
    said.say(sentence());
    moved.say(!isShifted || !cells
      ? "Shift the image to see how many outputs keep their value."
      : `The shift changed ${changes(still, image)} of ${image.flat().length} inputs and ${changes(numbers(old), numbers(map))} of ${cells} outputs.`);

    function sentence() {
      if (!cells) return "No window fits: take a smaller window, or padding same.";
      if (onInput) {
        const [r, c] = [pointed.r - pads[0][0], pointed.c - pads[1][0]];
        if (!inside(pointed.r, pointed.c)) return "This cell is padding: it takes no part in the maximum or the average.";
        const won = now.won(pointed.r, pointed.c);
        return `Input ${where(r, c)}, value ${fmt(image[r][c])}, is read by ${readers.length} of ${cells} outputs` + (kind === "max" ? (won ? ` and is the maximum of ${won}.` : " and wins no window.") : ".");
      }
      const { winner } = map[at[0]][at[1]];
      return `Step ${at[0] * across + at[1] + 1} of ${cells}: output ${where(...at)} is ${fmt(value)}, ` + (winner ? `the value of input ${where(winner.r, winner.c)}.` : `the mean of ${window.length} inputs.`);
    }
  }
  figure.watch(["image", "pool_size", "strides", "padding", "mode", "shift", "step", "presets"], draw);
  figure.onDispose(steps.stop);
  return figure.dispose;
}

export default { render };
