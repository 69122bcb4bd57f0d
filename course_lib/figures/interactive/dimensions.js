/* One, two and three dimensions: the same window, moving along one, two or three axes. */
import { frame, row, board, panels, panel, select, number, numberGrid, stepper, status, formula, legend, fmt, h } from "./kit.js";
import { volumeOf, indexAt, outputSizes, inputValues, weightValues, windowAt, slideOver, layerShapes, slices } from "./volume.js";
import { volumeSketch } from "./volume_sketch.js";

export { slideOver, layerShapes, windowAt } from "./volume.js";

export const AXES = [["steps"], ["height", "width"], ["height", "width", "depth"]];
const LARGEST = [[16], [8, 9], [7, 7, 5]], DRAWN = 3; // cells along each axis; channels that are drawn

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const shapeText = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);
const factor = (value) => (value < 0 ? `(${fmt(value)})` : fmt(value));
const amount = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** "steps 3 to 5", "height 1 to 3, width 2 to 4": what a window covers, counted from 1. Pure. */
export function coverText(start, kernel) {
  const names = AXES[kernel.length - 1];
  return names.map((name, axis) => (kernel[axis] === 1 ? `${name} ${start[axis] + 1}` : `${name} ${start[axis] + 1} to ${start[axis] + kernel[axis]}`)).join(", ");
}

/** The layer in Keras' words. Pure. */
export function layerCall({ spatial, kernel, filters, strides }) {
  const size = kernel.every((k) => k === kernel[0]) ? kernel[0] : `(${kernel.join(", ")})`;
  return `keras.layers.Conv${spatial.length}D(${filters}, ${size}${strides > 1 ? `, strides=${strides}` : ""})`;
}

/** Products and their sum, or a short form when there are many. Pure. */
export function sumText(terms, sum) {
  if (terms.length > 27) return `sum of ${terms.length} products = ${fmt(sum)}`;
  return `${terms.map(({ value, weight }) => `${factor(value)}×${factor(weight)}`).join(" + ")} = ${fmt(sum)}`;
}

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "dimensions", label: "Convolution along one, two and three axes",
    hint: "Choose an example, move the window, or point at an output to see what it reads.",
  });
  const get = (trait) => model.get(trait);
  let now;
  let pointed = null; // the output place under the pointer

  const preset = select({
    label: "Example", options: [...get("presets").map((p) => [p.id, p.label]), ["own", "Your own sizes"]],
    onChange: (id) => {
      const chosen = get("presets").find((p) => p.id === id);
      if (!chosen) return draw();
      const { spatial, kernel, channels, filters, strides } = chosen;
      figure.put({ spatial, kernel, channels, filters, strides, step: 0 });
    },
  });
  const stride = number({ label: "Stride", min: 1, max: 3, value: get("strides"), onChange: (value) => figure.put({ strides: value, step: 0 }) });
  const channels = number({ label: "Channels", min: 1, max: 512, value: get("channels"), onChange: (value) => figure.put({ channels: value }) });
  const filters = number({ label: "Filters", min: 1, max: 512, value: get("filters"), onChange: (value) => figure.put({ filters: value }) });
  const changed = (list, axis, value) => list.map((v, i) => (i === axis ? value : v));
  const axisControls = [0, 1, 2].map((axis) => ({
    size: number({ label: "", min: 1, max: 16, value: 1, onChange: (value) => figure.put({ spatial: changed(get("spatial"), axis, value), kernel: changed(get("kernel"), axis, Math.min(value, get("kernel")[axis])), step: 0 }) }),
    kernel: number({ label: "", min: 1, max: 5, value: 1, onChange: (value) => figure.put({ kernel: changed(get("kernel"), axis, Math.min(value, get("spatial")[axis])), step: 0 }) }),
  }));
  const groups = ["size", "kernel"].map((key) => {
    const label = h("span", { class: "cbh-axes-label" });
    const root = h("div", { class: "cbh-axes", role: "group" }, label, h("div", { class: "cbh-axes-inputs" }, ...axisControls.map((controls) => controls[key].root)));
    return { root, name(text) { label.textContent = text; root.setAttribute("aria-label", text); } };
  });

  const sketch = h("div", { class: "cbh-sketch" });
  const facts = h("dl", { class: "cbh-facts" });
  const steps = stepper({
    label: "Place of the window", interval: 700,
    text: (step) => `place ${step + 1} of ${now.places}`,
    onStep: (step) => { pointed = null; figure.put({ step }); },
    onPlay: (playing) => { said.quiet(playing); sum.quiet(playing); },
  });
  const boxes = { input: panel("Input"), filter: panel("Filter 1"), output: panel("Output of filter 1") };
  const holders = Object.fromEntries(Object.entries(boxes).map(([key, box]) => {
    const holder = h("div", { class: "cbh-slices" });
    box.root.append(holder);
    return [key, { holder, grids: [], shape: "" }];
  }));
  const rest = h("p", { class: "cbh-note" });
  const said = status(), sum = formula("Products and their sum");
  figure.onReset(() => { steps.stop(); pointed = null; });
  figure.add(board([row(preset), row(...groups, channels, filters, stride), steps, sketch],
    [facts, panels(boxes.input, boxes.filter, boxes.output), legend([["window", "window"], ["current result", "its output"]]), rest, said, sum]));

  /** One grid for each slice, built anew only when their number or shape changes. */
  function drawSlices(key, parts, names, look) {
    const box = holders[key], shape = JSON.stringify([parts.map((p) => [p.length, p[0].length]), names]);
    if (box.shape !== shape) {
      box.shape = shape;
      box.grids = parts.map((_, at) => numberGrid({
        label: `${boxes[key].root.querySelector(".cbh-panel-name").textContent}${names[at] ? `, ${names[at]}` : ""}`,
        describe: (r, c, value) => look(at).describe(r, c, value),
        onPoint: key === "output" ? (cell, how) => point(at, cell, how) : undefined,
      }));
      box.holder.replaceChildren(...box.grids.map((grid, at) => h("div", { class: "cbh-slice" }, names[at] ? h("div", { class: "cbh-slice-name" }, names[at]) : null, grid.root)));
    }
    box.grids.forEach((grid, at) => grid.draw(parts[at], { marks: look(at).marks, limit: look(at).limit }));
  }
  function point(depth, cell, how) {
    pointed = cell ? placeOf(depth, cell.r, cell.c) : null;
    if (cell && how === "focus") figure.put({ step: pointed });
    draw();
  }
  function placeOf(depth, r, c) {
    const { output } = now;
    if (output.length === 1) return c;
    return output.length === 2 ? r * output[1] + c : (r * output[1] + c) * output[2] + depth;
  }

  function draw() {
    const state = { spatial: get("spatial"), kernel: get("kernel"), channels: get("channels"), filters: get("filters"), strides: get("strides") };
    const { spatial, kernel, channels: depthOf, strides } = state, axes = spatial.length, names = AXES[axes - 1];
    const output = outputSizes(spatial, kernel, strides), places = volumeOf(output), shapes = layerShapes(state);
    const input = inputValues(volumeOf(spatial) * depthOf), weights = weightValues(volumeOf(kernel) * depthOf);
    const step = Math.min(pointed ?? get("step"), places - 1);
    now = { output, places };
    const at = windowAt(input, spatial, depthOf, weights, kernel, strides, indexAt(output, step));
    const shown = Math.min(depthOf, DRAWN), result = slideOver(input, spatial, depthOf, weights, kernel, strides);

    preset.set(get("presets").find((p) => same([p.spatial, p.kernel, p.channels, p.filters, p.strides], [spatial, kernel, depthOf, state.filters, strides]))?.id ?? "own");
    axisControls.forEach(({ size, kernel: width }, axis) => {
      for (const [control, label] of [[size, names[axis]], [width, `Kernel ${names[axis]}`]]) {
        control.root.hidden = axis >= axes;
        control.root.querySelector("label").textContent = label ? label[0].toUpperCase() + label.slice(1) : "";
      }
      if (axis >= axes) return;
      size.input.max = String(LARGEST[axes - 1][axis]);
      size.set(spatial[axis]);
      width.set(kernel[axis]);
    });
    groups[0].name(`Input: ${names.join(" × ")}`);
    groups[1].name("Kernel");
    channels.set(depthOf);
    filters.set(state.filters);
    stride.set(strides);
    steps.set({ step, count: places });

    const inWindow = (index) => index.every((i, axis) => i >= at.start[axis] && i < at.start[axis] + kernel[axis]);
    // One axis: channels are the rows of one grid. Else a grid for each slice of the depth and each channel.
    const cut = (values, size, deep) => {
      const parts = slices(values, size, deep, Math.min(deep, DRAWN));
      return axes === 1 ? [parts[0].map((channel) => channel[0])] : parts.flat();
    };
    const sliceName = (count, deep) => (n) => {
      const [d, c] = [Math.floor(n / deep), n % deep];
      return [axes === 3 ? `depth ${d + 1}` : "", deep > 1 ? `channel ${c + 1}` : ""].filter(Boolean).join(", ");
    };
    const indexOf = (n, r, c, deep) => (axes === 1 ? [c] : axes === 2 ? [r, c] : [r, c, Math.floor(n / deep)]);
    const where = (index) => index.map((i, axis) => `${names[axis]} ${i + 1}`).join(", ");
    const channelOf = (n, r) => (axes === 1 ? r : n % shown);
    const spoken = (n, r, c, value, deep) => `${where(indexOf(n, r, c, deep))}${depthOf > 1 && deep !== 0 ? `, channel ${channelOf(n, r) + 1}` : ""}: ${fmt(value)}`;

    const inputs = cut(input, spatial, depthOf), kernels = cut(weights, kernel, depthOf), outputs = cut(result, output, 1);
    boxes.input.title("Input", `${shapeText(shapes.input)}`);
    boxes.filter.title(state.filters > 1 ? `Filter 1 of ${state.filters}` : "Filter", shapeText(shapes.filter));
    boxes.output.title(state.filters > 1 ? `Output of filter 1` : "Output", state.filters > 1 ? `${shapeText(output)} of ${shapeText(shapes.output)}` : shapeText(shapes.output));
    const namesOf = (parts, deep) => (axes === 1 ? [deep > 1 ? "channels down, steps across" : ""] : parts.map((_, n) => sliceName(parts.length, deep)(n)));
    drawSlices("input", inputs, namesOf(inputs, shown), (n) => ({
      describe: (r, c, value) => spoken(n, r, c, value, shown), limit: 18,
      marks: (r, c) => (inWindow(indexOf(n, r, c, shown)) ? "window" : ""),
    }));
    drawSlices("filter", kernels, namesOf(kernels, shown), (n) => ({ describe: (r, c, value) => `weight ${spoken(n, r, c, value, shown)}`, limit: 4 }));
    const here = indexAt(output, step);
    drawSlices("output", outputs, namesOf(outputs, 1), (n) => ({
      describe: (r, c, value) => `output ${where(indexOf(n, r, c, 1))}: ${fmt(value)}`,
      marks: (r, c) => (same(indexOf(n, r, c, 1), here) ? "current result" : ""),
    }));

    boxes.input.root.parentElement.classList.toggle("cbh-strip", axes > 1 && inputs.length > 1);
    sketch.replaceChildren(volumeSketch(spatial, kernel, at.start));
    const perFilter = `${[...kernel, depthOf].join("·")} + 1`;
    facts.replaceChildren(...[
      ["Moves along", `${amount(axes, "axis").replace("axiss", "axes")}: ${names.join(", ")}`],
      ["Input", `${shapeText(shapes.input)}: ${shapes.input.join(" × ")} = ${volumeOf(shapes.input).toLocaleString("en-US")} numbers`],
      ["One filter", `${shapeText(shapes.filter)}: spans every channel`],
      ["Output", shapeText(shapes.output)],
      ["Parameters", `(${perFilter}) · ${state.filters} = ${shapes.parameters.toLocaleString("en-US")}`],
      ["Keras", layerCall(state)],
    ].flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, term === "Keras" ? h("code", {}, text) : text)]));
    rest.textContent = depthOf > shown ? `${shown} of ${depthOf} channels are drawn; the sums run over all of them.` : "";
    sum.show(sumText(at.terms, at.sum));
    said.say(`Place ${step + 1} of ${places}: the window covers ${coverText(at.start, kernel)}${depthOf > 1 ? ` in all ${depthOf} channels` : ""}, ${amount(at.terms.length, "product")}, output ${fmt(at.sum)}.`);
  }
  figure.watch(["spatial", "kernel", "channels", "filters", "strides", "step", "presets"], draw);
  figure.onDispose(steps.stop);
  return figure.dispose;
}

export default { render };
