/* Convolution stepper: one output cell at a time, its window, its products and their sum. */
import {
  frame, row, board, panels, panel, more, select, checkbox, imageUpload, numberGrid, stepper, fly, status, formula, legend, fmt, is,
} from "./kit.js";
import { conv2d, geometry, windowProducts, readersOf, inputsOf, padImage, denominatorOf, fraction } from "./numbers.js";

export { conv2d, windowProducts, readersOf, inputsOf } from "./numbers.js";

const LARGE = 8; // rows and columns of a drawn or uploaded image

const factor = (value, d = 1) => (value < 0 ? `(${fraction(value, d)})` : fraction(value, d));

/** "1×1 + 1×0 + …" with one line for each row of the kernel, and the sum at the end. Weights that
 *  decimals would cut are fractions, "9×2/16", so that the sum can be followed by hand. */
export function productLines(terms, sum, cols) {
  const over = denominatorOf(terms.map(({ weight }) => weight));
  const products = terms.map(({ pixel, weight }) => `${factor(pixel)}×${factor(weight, over)}`);
  const lines = [];
  for (let i = 0; i < products.length; i += cols) lines.push(products.slice(i, i + cols).join(" + "));
  if (over > 1) return `${lines.join("\n+ ")}\n= ${fraction(sum, over)} ${is(sum)} ${fmt(sum)}`;
  // the factors are printed with two decimals: say so when their sum is not quite the printed one
  const printed = terms.reduce((all, { pixel, weight }) => all + Number(pixel.toFixed(2)) * Number(weight.toFixed(2)), 0);
  const sign = Math.abs(printed - Number(sum.toFixed(2))) < 1e-9 ? "=" : "≈";
  return `${lines.join("\n+ ")}\n${sign} ${fmt(sum)}`;
}

/** The size rule of one axis with its numbers in it. */
export function sizeLine(size, kernel, stride, [before, after], output) {
  return `floor((${size} + ${before} + ${after} − ${kernel}) / ${stride}) + 1 = ${output}`;
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const where = (r, c) => `row ${r + 1}, column ${c + 1}`;

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "convolution_stepper", label: "Convolution, step by step",
    hint: "Point at an output, a pixel or a weight to see what belongs to it. Click a cell twice, or type, to change it.",
  });
  const get = (trait) => model.get(trait);
  let painting = false;
  let pointed = null; // { grid: "input" | "kernel" | "output", r, c }
  let now; // what draw() worked out: image, kernel, options, sizes

  const named = (list) => list.map(({ id, label }) => [id, label]);
  const image = select({
    label: "Image",
    options: [...named(get("images")), ["blank", `Draw your own, ${LARGE} × ${LARGE}`], ["own", "Your own numbers"]],
    onChange: (id) => {
      painting = id === "blank";
      drawMode.set(painting);
      const chosen = get("images").find((preset) => preset.id === id);
      const values = painting ? Array.from({ length: LARGE }, () => new Array(LARGE).fill(0)) : chosen?.values;
      if (values) figure.put({ image: values, step: 0 });
      else draw();
    },
  });
  const kernel = select({
    label: "Kernel",
    options: [...named(get("kernels")), ["own", "Your own weights"]],
    onChange: (id) => {
      const chosen = get("kernels").find((preset) => preset.id === id);
      if (chosen) figure.put({ kernel: chosen.values, step: 0 });
      else draw();
    },
  });
  const stride = select({ label: "Stride", options: [["1", "1"], ["2", "2"], ["3", "3"]], onChange: (value) => figure.put({ strides: Number(value), step: 0 }) });
  const padding = select({
    label: "Padding",
    options: [["valid", "valid: none"], ["same", "same"], ["1", "1 on each side"], ["2", "2 on each side"]],
    onChange: (value) => figure.put({ padding: /\d/.test(value) ? Number(value) : value, step: 0 }),
  });
  const drawMode = checkbox({ label: "Draw on the image", onChange: (on) => { painting = on; draw(); } });
  const upload = imageUpload({
    label: `Your image file (becomes ${LARGE} × ${LARGE}, grey 0 to 9)`, rows: LARGE, cols: LARGE,
    onImage: (grey) => figure.put({ image: grey.map((line) => line.map((value) => Math.round(9 * value))), step: 0 }),
    onError: (message) => said.say(message),
  });

  const change = (trait, r, c, value) => {
    const next = get(trait).map((line) => [...line]);
    next[r][c] = value;
    figure.put({ [trait]: next });
  };
  const point = (grid) => (cell, how) => {
    pointed = cell ? { grid, ...cell } : null;
    if (grid === "output" && cell && how === "focus") figure.put({ step: cell.r * now.output[1] + cell.c });
    draw();
  };
  const top = () => now.pads[0][0];
  const left = () => now.pads[1][0];
  const inside = (r, c) => now.image[r - top()]?.[c - left()] !== undefined;
  const input = numberGrid({
    label: "Input image. Enter edits a pixel.",
    describe: (r, c, value) => (inside(r, c) ? `pixel ${where(r - top(), c - left())}: ${fmt(value)}` : "padding: 0"),
    onEdit: (r, c, value) => change("image", r - top(), c - left(), value),
    onPaint: (r, c, on) => change("image", r - top(), c - left(), on ? ink() : 0),
    onPoint: point("input"),
  });
  const ink = () => (Math.max(...now.image.flat()) > 1 || now.image.length === LARGE ? 9 : 1);
  const weights = numberGrid({
    label: "Kernel. Enter edits a weight.",
    describe: (r, c, value) => `weight ${where(r, c)}: ${fraction(value, now.over)}`,
    onEdit: (r, c, value) => change("kernel", r, c, value),
    onPoint: point("kernel"),
  });
  const products = numberGrid({
    label: "Products of the window and the kernel",
    describe: (r, c) => {
      const { pixel, weight } = now.shown.terms[r * now.kernel[0].length + c];
      return `${fmt(pixel)} times ${fraction(weight, now.over)} is ${fraction(pixel * weight, now.over)}`;
    },
    onPoint: point("products"),
  });
  const outputs = numberGrid({
    label: "Output",
    describe: (r, c, value) => `output ${where(r, c)}: ${fmt(value)}`,
    onPoint: point("output"),
    onChoose: (r, c) => figure.put({ step: r * now.output[1] + c }),
  });
  const inputPanel = panel("Input", input);
  const kernelPanel = panel("Kernel", weights);
  const productPanel = panel("Products", products);
  const outputPanel = panel("Output", outputs);

  const steps = stepper({
    label: "Output cell",
    text: (step) => `output ${where(Math.floor(step / now.output[1]), step % now.output[1])}`,
    onStep: (step, flown) => {
      pointed = null;
      figure.put({ step });
      if (flown) requestAnimationFrame(() => fly(figure.root, products.cells, outputs.at(Math.floor(step / now.output[1]), step % now.output[1]), steps.time));
    },
    onPlay: (playing) => { said.quiet(playing); sum.quiet(playing); },
  });
  const sum = formula("Products and their sum");
  sum.root.classList.add("cbh-sum");
  const size = formula("Output size");
  const said = status();
  const marks = legend([["window", "window of the output"], ["current result", "the output"], ["reads", "outputs that read the pixel"], ["touched", "what it is multiplied with"], ["dropped", "read by no window"]]);

  const help = more("Draw or upload an image", row(drawMode, upload));
  figure.add(board([row(image, kernel), row(stride, padding), steps, help],
    [panels(inputPanel, kernelPanel, productPanel, outputPanel), said, sum, size, marks]));
  figure.onReset(() => { steps.stop(); painting = false; pointed = null; drawMode.set(false); help.open = false; });

  function draw() {
    const x = get("image");
    const w = get("kernel");
    const options = { strides: get("strides"), padding: get("padding") };
    const shapes = [[x.length, x[0].length], [w.length, w[0].length]];
    const { pads, output, dropped } = geometry(...shapes, options);
    const cells = output[0] * output[1];
    const over = denominatorOf(w.flat());
    now = { image: x, kernel: w, pads, output, over, shown: { terms: [], sum: 0 } };
    image.set(painting && image.input.value === "blank" ? "blank" : (get("images").find((preset) => same(preset.values, x))?.id ?? "own"));
    kernel.set(get("kernels").find((preset) => same(preset.values, w))?.id ?? "own");
    stride.set(options.strides);
    padding.set(options.padding || "valid");
    outputPanel.root.hidden = productPanel.root.hidden = steps.root.hidden = cells === 0;

    const step = Math.min(get("step"), Math.max(0, cells - 1));
    const at = pointed?.grid === "output" ? [pointed.r, pointed.c] : [Math.floor(step / Math.max(1, output[1])), step % Math.max(1, output[1])];
    const window = cells ? windowProducts(x, w, options, ...at) : now.shown;
    now.shown = window;
    const place = (r, c) => `${r},${c}`;
    const seen = new Set(!pointed || pointed.grid === "output" || pointed.grid === "products" ? window.terms.map(({ r, c }) => place(r, c)) : []);
    const readers = pointed?.grid === "input" ? readersOf(...shapes, options, pointed.r - pads[0][0], pointed.c - pads[1][0]) : [];
    const reading = new Set(readers.map(({ i, j }) => place(i, j)));
    const used = new Set(readers.map(({ a, b }) => place(a, b)));
    const fed = pointed?.grid === "kernel" ? inputsOf(...shapes, options, pointed.r, pointed.c) : [];
    const touched = new Set(fed.map(({ r, c }) => place(r, c)));
    if (pointed?.grid === "products") { // a product lights up its two factors
      const { r, c } = window.terms[pointed.r * w[0].length + pointed.c];
      touched.add(place(r, c));
      used.add(place(pointed.r, pointed.c));
    }
    const here = (grid, r, c) => pointed?.grid === grid && pointed.r === r && pointed.c === c;

    const padded = padImage(x, pads);
    const rest = [padded.length - dropped[0], padded[0].length - dropped[1]]; // the first dropped row and column
    input.draw(padded, {
      paint: painting,
      tint: x.flat().some((value) => value < 0) || "ink",
      editable: (r, c) => inside(r, c),
      marks: (r, c) => [
        inside(r, c) ? "" : "pad",
        r >= rest[0] || c >= rest[1] ? "dropped" : "",
        seen.has(place(r - pads[0][0], c - pads[1][0])) ? "window" : "",
        touched.has(place(r - pads[0][0], c - pads[1][0])) ? "touched" : "",
        here("input", r, c) ? "current" : "",
      ].join(" "),
    });
    weights.draw(w, { text: (r, c) => fraction(w[r][c], over), marks: (r, c) => [used.has(place(r, c)) ? "touched" : "", here("kernel", r, c) ? "current" : ""].join(" ") });
    if (cells) {
      const made = w.map((line, a) => line.map((_, b) => window.terms[a * line.length + b].pixel * window.terms[a * line.length + b].weight));
      products.draw(made, { text: (r, c) => fraction(made[r][c], over), marks: (r, c) => (here("products", r, c) ? "current" : "") });
      outputs.draw(conv2d(x, w, options), {
        marks: (r, c) => [reading.has(place(r, c)) ? "reads" : "", (!pointed || pointed.grid === "output" || pointed.grid === "products") && r === at[0] && c === at[1] ? "current result" : ""].join(" "),
      });
      steps.set({ step, count: cells });
    }
    inputPanel.title("Input", `${x.length} × ${x[0].length}${padded.length !== x.length || padded[0].length !== x[0].length ? `, padded ${padded.length} × ${padded[0].length}` : ""}`);
    kernelPanel.title("Kernel", `${w.length} × ${w[0].length}`);
    productPanel.title("Products", "");
    outputPanel.title("Output", `${output[0]} × ${output[1]}`);
    sum.show(cells ? productLines(window.terms, window.sum, w[0].length) : "");
    const axis = (i) => sizeLine(shapes[0][i], shapes[1][i], options.strides, pads[i], output[i]);
    size.show(axis(0) === axis(1) ? `Output rows and columns: ${axis(0)}` : `Output rows: ${axis(0)}\nOutput columns: ${axis(1)}`);
    said.say(sentence());

    function sentence() {
      if (!cells) return `No window fits: the kernel is larger than the padded image of ${padded.length} × ${padded[0].length}.`;
      if (pointed?.grid === "input") {
        const [r, c] = [pointed.r - pads[0][0], pointed.c - pads[1][0]];
        const what = inside(pointed.r, pointed.c) ? `Pixel ${where(r, c)}, value ${fmt(x[r][c])},` : "This zero of the padding";
        return `${what} is read by ${readers.length} of the ${cells} outputs${readers.length > 1 ? ", each through another weight." : "."}`;
      }
      if (pointed?.grid === "products") {
        const { pixel, weight } = window.terms[pointed.r * w[0].length + pointed.c];
        return `${fmt(pixel)} × ${factor(weight, over)} = ${fraction(pixel * weight, over)}, one of the ${window.terms.length} products that make up output ${where(...at)}.`;
      }
      if (pointed?.grid === "kernel")
        return `Weight ${where(pointed.r, pointed.c)}, value ${fraction(w[pointed.r][pointed.c], over)}, multiplies ${fed.length} inputs, one for each output: all outputs share it.`;
      return `Step ${at[0] * output[1] + at[1] + 1} of ${cells}: output ${where(...at)} is ${fmt(window.sum)}, the sum of ${window.terms.length} products.`;
    }
  }
  figure.watch(["image", "kernel", "strides", "padding", "step", "images", "kernels"], draw);
  figure.onDispose(steps.stop);
  return figure.dispose;
}

export default { render };
