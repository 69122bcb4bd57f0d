/* Size explorer: stride, padding and dilation along one or two axes, with the size rule in numbers. */
import { frame, row, board, panels, panel, select, radios, number, numberGrid, stepper, status, formula, legend, h } from "./kit.js";
import { geometry, readersOf, readCounts, axisLines } from "./numbers.js";

const LIMITS = { size: [1, 1024], kernel_size: [1, 31], strides: [1, 16], dilation_rate: [1, 16], before: [0, 15], after: [0, 15] };
const DRAWN = 36; // cells of a padded axis; a longer one is computed, not drawn
const COLUMNS = [["size", "input"], ["kernel_size", "kernel"], ["strides", "stride"], ["dilation_rate", "dilation"], ["before", "before"], ["after", "after"]];

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "size_explorer", label: "Stride, padding and dilation",
    hint: "Change any number. Point at an output to see what it reads, at an input cell to see which outputs read it.",
  });
  const get = (trait) => model.get(trait);
  let pointed = null;
  let now;

  const presets = get("presets");
  const SETTINGS = ["dimensions", "size", "kernel_size", "strides", "padding", "pads", "dilation_rate"];
  const preset = select({
    label: "Example", wide: true,
    options: [...presets.map(({ id, label }) => [id, label]), ["own", "Your own numbers"]],
    onChange: (id) => {
      const { settings } = presets.find((one) => one.id === id) ?? {};
      if (settings) figure.put({ ...settings, step: 0 });
      else draw();
    },
  });
  const dimensions = radios({ label: "Axes", options: [["1", "1D"], ["2", "2D"]], value: "2", onChange: (value) => figure.put({ dimensions: Number(value), step: 0 }) });
  const padding = select({
    label: "Padding",
    options: [["valid", "valid: none"], ["same", "same: as Keras does"], ["explicit", "explicit"]],
    onChange: (value) => figure.put({ padding: value, step: 0 }),
  });
  const AXES = ["Rows", "Columns"];
  const inputs = AXES.map((axis, i) => COLUMNS.map(([trait, name]) => {
    const [min, max] = LIMITS[trait];
    const control = number({ label: `${axis}: ${name}`, min, max, value: min, onChange: (value) => change(trait, i, value) });
    control.input.setAttribute("aria-label", `${axis}: ${name}`);
    return control;
  }));
  function change(trait, axis, value) {
    const isPad = trait === "before" || trait === "after";
    const name = isPad ? "pads" : trait;
    const next = get(name).map((part) => (Array.isArray(part) ? [...part] : part));
    if (isPad) next[axis][trait === "before" ? 0 : 1] = value;
    else next[axis] = value;
    figure.put({ [name]: next, step: 0 });
  }
  const outputCells = AXES.map(() => h("td"));
  const droppedTexts = AXES.map(() => h("td"));
  const tableRows = AXES.map((axis, i) => h("tr", {}, h("th", { scope: "row" }, axis),
    ...inputs[i].map(({ input, problem }) => h("td", {}, input, problem)), outputCells[i], droppedTexts[i]));
  const table = h("div", { class: "cbh-scroll" }, h("table", { class: "cbh-axes" },
    h("thead", {}, h("tr", {}, h("td", {}), ...[...COLUMNS.map(([, name]) => name), "output", "dropped"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...tableRows)));

  const point = (grid) => (cell, how) => {
    pointed = cell ? { grid, ...cell } : null;
    if (grid === "output" && cell && how === "focus") figure.put({ step: cell.r * now.output[1] + cell.c });
    draw();
  };
  const place = (r, c) => (now.flat ? `cell ${c + 1}` : `row ${r + 1}, column ${c + 1}`);
  const isPad = (r, c) => r < now.pads[0][0] || c < now.pads[1][0] || r >= now.pads[0][0] + now.size[0] || c >= now.pads[1][0] + now.size[1];
  const input = numberGrid({
    label: "Padded input",
    describe: (r, c) => {
      const name = isPad(r, c) ? "padding: 0" : `input ${place(r - now.pads[0][0], c - now.pads[1][0])}`;
      return `${name}, read by ${now.counts[0][r] * now.counts[1][c]}`;
    },
    onPoint: point("input"),
  });
  const output = numberGrid({
    label: "Output",
    describe: (r, c) => `output ${place(r, c)}`,
    onPoint: point("output"),
    onChoose: (r, c) => figure.put({ step: r * now.output[1] + c }),
  });
  const inputPanel = panel("Input", input);
  const outputPanel = panel("Output", output);
  const steps = stepper({
    label: "Output cell",
    text: (step) => `output ${place(Math.floor(step / now.output[1]), step % now.output[1])}`,
    onStep: (step) => { pointed = null; figure.put({ step }); },
    onPlay: (playing) => said.quiet(playing),
    interval: 700,
  });
  const rule = formula("Size rule with its numbers");
  const said = status();
  const marks = legend([["window", "window"], ["current result", "its output"], ["pad", "zero of the padding"], ["dropped", "dropped by the floor"], ["reads", "outputs that read the cell"]]);
  figure.onReset(() => { steps.stop(); pointed = null; });
  figure.add(row(preset, dimensions, padding), table, h("div", { class: "cbh-answer" },
    h("div", { class: "cbh-drawn" }, steps.root, panels(inputPanel, outputPanel)), h("div", { class: "cbh-said" }, said.root, rule.root)), marks);

  function draw() {
    const flat = get("dimensions") === 1;
    const pick = (trait, alone) => (flat ? [alone, get(trait)[1]] : get(trait));
    const [size, kernel, strides, dilation] = [pick("size", 1), pick("kernel_size", 1), pick("strides", 1), pick("dilation_rate", 1)];
    const mode = get("padding");
    const padOf = (axis) => (flat && axis === 0 ? "valid" : mode === "explicit" ? get("pads")[axis] : mode);
    const options = { strides, dilation, padding: [padOf(0), padOf(1)] };
    const sizes = geometry(size, kernel, options);
    const counts = [0, 1].map((i) => readCounts(size[i], kernel[i], strides[i], padOf(i), dilation[i]));
    now = { flat, size, counts, ...sizes };
    const cells = sizes.output[0] * sizes.output[1];

    preset.set(presets.find(({ settings }) => SETTINGS.every((name) => same(settings[name], get(name))))?.id ?? "own");
    dimensions.set(get("dimensions"));
    padding.set(mode);
    tableRows[0].hidden = flat;
    tableRows[1].firstElementChild.textContent = flat ? "Cells" : "Columns";
    AXES.forEach((axis, i) => {
      const values = { size: size[i], kernel_size: kernel[i], strides: strides[i], dilation_rate: dilation[i], before: sizes.pads[i][0], after: sizes.pads[i][1] };
      COLUMNS.forEach(([trait, name], j) => {
        inputs[i][j].set(values[trait]);
        inputs[i][j].input.setAttribute("aria-label", `${flat && i === 1 ? "Cells" : axis}: ${name}`);
        if (j > 3) inputs[i][j].input.disabled = mode !== "explicit";
      });
      outputCells[i].textContent = String(sizes.output[i]);
      droppedTexts[i].textContent = String(sizes.output[i] ? sizes.dropped[i] : 0);
    });
    const large = Math.max(...counts.map((line) => line.length)) > DRAWN;
    steps.root.hidden = outputPanel.root.hidden = cells === 0 || large;
    inputPanel.root.hidden = large;

    const step = Math.min(get("step"), Math.max(0, cells - 1));
    const across = Math.max(1, sizes.output[1]);
    const at = pointed?.grid === "output" ? [pointed.r, pointed.c] : [Math.floor(step / across), step % across];
    const onInput = pointed?.grid === "input";
    // an axis' taps of the window at output `at`: padded positions
    const taps = [0, 1].map((i) => Array.from({ length: kernel[i] }, (_, a) => at[i] * strides[i] + a * dilation[i]));
    const readers = onInput ? readersOf(size, kernel, options, pointed.r - sizes.pads[0][0], pointed.c - sizes.pads[1][0]) : [];
    const reading = new Set(readers.map(({ i, j }) => `${i},${j}`));
    const rest = [0, 1].map((i) => counts[i].length - (cells ? sizes.dropped[i] : 0));
    rule.show([0, 1].slice(flat ? 1 : 0).flatMap((i) => axisLines(flat ? "cells" : AXES[i].toLowerCase(), size[i], kernel[i], strides[i], padOf(i), dilation[i])).join("\n"));
    if (large) return said.say(`The output has ${flat ? plural(sizes.output[1], "cell") : `${sizes.output[0]} × ${sizes.output[1]} cells`}. Up to ${DRAWN} cells along an axis are drawn; the rule holds for any number.`);
    const blank = (rows, cols) => Array.from({ length: rows }, () => new Array(cols).fill(0));
    for (const grid of [input, output]) grid.root.style.setProperty("--tall", counts[0].length);
    input.root.style.setProperty("--all", counts[1].length + (flat ? 0 : sizes.output[1]));
    output.root.style.setProperty("--all", counts[1].length + (flat ? 0 : sizes.output[1]));
    output.root.style.setProperty("--most", counts[1].length);
    input.root.style.setProperty("--most", counts[1].length);
    input.draw(blank(counts[0].length, counts[1].length), {
      text: (r, c) => (isPad(r, c) ? "0" : ""),
      marks: (r, c) => [
        isPad(r, c) ? "pad" : "cell",
        r >= rest[0] || c >= rest[1] ? "dropped" : counts[0][r] * counts[1][c] === 0 && cells ? "unread" : "",
        cells && !onInput && taps[0].includes(r) && taps[1].includes(c) ? "window tap" : "",
        onInput && pointed.r === r && pointed.c === c ? "current" : "",
      ].join(" "),
    });
    if (cells) {
      output.draw(blank(...sizes.output), {
        text: () => "",
        marks: (r, c) => `cell ${reading.has(`${r},${c}`) ? "reads tap" : ""} ${!onInput && r === at[0] && c === at[1] ? "current result" : ""}`,
      });
      steps.set({ step, count: cells });
    }
    const shape = (pair) => (flat ? plural(pair[1], "cell") : `${pair[0]} × ${pair[1]}`);
    const padded = counts.map((line) => line.length);
    inputPanel.title("Input", same(padded, size) ? shape(size) : `${shape(size)}, padded ${shape(padded)}`);
    outputPanel.title("Output", shape(sizes.output));
    said.say(sentence());

    function sentence() {
      if (!cells) return "No window fits: the kernel's span is larger than the padded input. Take a smaller kernel, less dilation or more padding.";
      if (onInput) {
        const [r, c] = [pointed.r, pointed.c];
        const what = isPad(r, c) ? "This zero of the padding" : `Input ${place(r - sizes.pads[0][0], c - sizes.pads[1][0])}`;
        if (r >= rest[0] || c >= rest[1]) return `${what} is dropped by the floor: the next window would not fit.`;
        return `${what} is read by ${readers.length} of the ${plural(cells, "output")}.`;
      }
      const reach = [0, 1].map((i) => taps[i].map((tap) => tap - sizes.pads[i][0] + 1).filter((tap) => tap >= 1 && tap <= size[i]));
      const zeros = taps[0].flatMap((r) => taps[1].map((c) => isPad(r, c))).filter(Boolean).length;
      if (!reach[0].length || !reach[1].length) return `Step ${at[0] * across + at[1] + 1} of ${cells}: output ${place(...at)} reads zeros of the padding only.`;
      const reads = flat ? `cells ${reach[1].join(", ")}` : `rows ${reach[0].join(", ")} and columns ${reach[1].join(", ")}`;
      return `Step ${at[0] * across + at[1] + 1} of ${cells}: output ${place(...at)} reads ${reads}` + (zeros ? `, and ${zeros} ${zeros === 1 ? "zero" : "zeros"} of the padding.` : ".");
    }
  }
  figure.watch([...SETTINGS, "step", "presets"], draw);
  figure.onDispose(steps.stop);
  return figure.dispose;
}

export default { render };
