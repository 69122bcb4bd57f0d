/* Model builder: a stack of layers, what each makes of its input, and the same stack as Python. */
import { frame, row, select, number, entry, button, radios, tabs, status, h, uid } from "./kit.js";
import {
  LAYER_TYPES, analyse, completed, newLayer, grouped, shapeText, pairText, parsePair, modelCode, withLayer, withoutLayer, movedLayer,
} from "./stack.js";

export { analyse, modelCode } from "./stack.js";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const plain = (layer) => completed(layer);

/** Signs of print for the signs of the arithmetic: 3*3 becomes 3·3, - becomes a minus. Pure. */
export const typeset = (text) => text.replace(/\*/g, "·").replace(/(^|[ (])-(?=[ \d])/g, "$1\u2212").replace(/\d{4,}/g, grouped);

/** "32 filters of 3 × 3, relu": what tells one layer from another. Pure. */
export function summaryOf(given) {
  const layer = plain(given), size = (v) => `${v[0]} × ${v[1]}`, words = [];
  if (layer.type === "Conv2D") words.push(`${layer.filters} ${layer.filters === 1 ? "filter" : "filters"} of ${size(layer.kernel_size)}`);
  if (layer.pool_size) words.push(size(layer.pool_size));
  const usual = layer.pool_size ?? [1, 1];
  if (layer.strides && !same(layer.strides, usual)) words.push(`stride ${pairText(layer.strides)}`);
  if (layer.dilation_rate && !same(layer.dilation_rate, [1, 1])) words.push(`dilation ${pairText(layer.dilation_rate)}`);
  if (layer.padding === "same") words.push("same");
  if (layer.type === "ZeroPadding2D") words.push(`${pairText(layer.padding)} on each side`);
  if (layer.type === "Dense") words.push(`${layer.units} units`);
  if (layer.type === "Dropout") words.push(`rate ${layer.rate}`);
  if (layer.activation && layer.activation !== "linear") words.push(layer.activation);
  if (layer.use_bias === false) words.push("no bias");
  return words.join(", ");
}

/** The receptive field of a row as text: "10 × 10", "all", or "" before it is known. Pure. */
export function fieldText(field) {
  if (!field) return "";
  return field.all ? "all" : field.axes.map(({ size }) => size).join(" × ");
}

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "model_builder", label: "Model builder", hint: "Click a layer to open it; change, move, add or delete layers. Every shape and count follows.",
  });
  const get = (trait) => model.get(trait);
  const id = uid("stack");
  let lines = [];      // the rows of the table as they stand
  let editor = null;   // the open layer's fields: { key, root, update }
  let wanted = null;   // what to focus after the next drawing
  let news = "";       // what the reader just did

  const change = (layers, selected, text, focus) => {
    news = text;
    wanted = focus ?? null;
    views.set("layer");
    figure.put({ layers, selected });
  };
  const name = (at) => `layer ${at + 1}, ${get("layers")[at].type}`;

  // ------------------------------------------------------------------------------- controls
  const preset = select({
    label: "Start from",
    options: [...get("presets").map((p) => [p.id, p.label]), ["own", "Your own stack"]],
    onChange: (chosen) => {
      const found = get("presets").find((p) => p.id === chosen);
      if (!found) return draw();
      news = `${found.label}.`;
      figure.put({ input_shape: found.input_shape, layers: found.layers, style: found.style, selected: 0 });
    },
  });
  const sizes = ["Height", "Width", "Channels"].map((label, i) => number({
    label: i === 0 ? "Input height" : label, min: 1, max: i === 2 ? 4096 : 1024, value: get("input_shape")[i],
    onChange: (value) => figure.put({ input_shape: get("input_shape").map((v, j) => (j === i ? value : v)) }),
  }));
  const kind = select({ label: "New layer", options: Object.keys(LAYER_TYPES).map((type) => [type, type]), value: "Conv2D", onChange: () => {} });
  const add = button("Add", () => {
    const layers = get("layers"), at = get("selected") < 0 ? layers.length : Math.min(get("selected") + 1, layers.length);
    const type = kind.input.value;
    change(withLayer(layers, at, newLayer(type)), at, `${type} added as layer ${at + 1}.`);
  }, { primary: true });
  const note = h("p", { class: "cbh-note" });

  // ---------------------------------------------------------------------------------- table
  const body = h("tbody");
  const heads = [["Layer", ""], ["Output shape", ""], ["Parameters", "cbh-number"], ["Receptive field", "cbh-number cbh-wide"], ["Multiply-adds", "cbh-number cbh-wide"]];
  const table = h("table", { class: "cbh-stack" }, h("caption", { class: "cbh-hidden" }, "The stack, from the input to the output"),
    h("thead", {}, h("tr", {}, ...heads.map(([text, kindOf]) => h("th", { scope: "col", class: kindOf || null }, text)))), body);
  const inputRow = h("tr", { class: "cbh-stack-input" }, h("th", { scope: "row" }, h("span", { class: "cbh-layer-name" }, "Input")),
    h("td"), h("td", { class: "cbh-number" }, "0"), h("td", { class: "cbh-number cbh-wide" }, "1 × 1"), h("td", { class: "cbh-number cbh-wide" }, "0"));

  function makeLine(at) {
    const title = h("span", { class: "cbh-layer-name" }), detail = h("span", { class: "cbh-layer-detail" });
    const toggle = h("button", { type: "button", class: "cbh-layer", "aria-controls": `${id}-editor`, onclick: () => {
      wanted = `line-${at}`;
      views.set("layer");
      figure.put({ selected: get("selected") === at ? -1 : at });
    }, onkeydown: keys }, h("span", { class: "cbh-layer-index", "aria-hidden": "true" }, String(at + 1)), h("span", { class: "cbh-layer-text" }, title, detail));
    const cells = ["", "cbh-number cbh-share", "cbh-number cbh-wide", "cbh-number cbh-wide"].map((c) => h("td", { class: c || null }));
    const root = h("tr", {}, h("th", { scope: "row" }, toggle), ...cells);
    function keys(event) {
      const layers = get("layers"), step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (step && event.altKey) move(at, at + step, `line-${at + step}`);
      else if (step) lines[at + step]?.toggle.focus();
      else if (event.key === "Delete" && layers.length) remove(at);
      else return;
      event.preventDefault();
    }
    return {
      root, toggle,
      update(result, totals, open) {
        title.textContent = result.type;
        detail.textContent = summaryOf(result.layer);
        toggle.setAttribute("aria-expanded", String(open));
        root.classList.toggle("cbh-open", open);
        root.classList.toggle("cbh-broken", Boolean(result.error));
        const [shape, parameters, field, work] = cells;
        shape.textContent = result.output ? shapeText(result.output) : result.error ? "does not fit" : "\u2013";
        const count = result.output ? result.parameters + result.fixed : null;
        parameters.textContent = count === null ? "\u2013" : grouped(count);
        parameters.style.setProperty("--share", String(totals.parameters ? (count || 0) / totals.parameters : 0));
        field.textContent = result.output ? fieldText(result.field) : "\u2013";
        work.textContent = result.output ? grouped(result.multiplyAdds) : "\u2013";
      },
    };
  }
  function move(from, to, focus) {
    const layers = get("layers");
    if (to < 0 || to >= layers.length) return;
    change(movedLayer(layers, from, to), to, `${layers[from].type} moved to place ${to + 1} of ${layers.length}.`, focus);
  }
  function remove(at) {
    const layers = get("layers"), left = Math.min(at, layers.length - 2);
    change(withoutLayer(layers, at), left, `${name(at)}, deleted.`, left >= 0 ? `line-${left}` : "add");
  }

  // --------------------------------------------------------------------------------- editor
  function makeEditor(at, type) {
    const edit = (field, value) => change(get("layers").map((l, i) => (i === at ? { ...plain(l), [field]: value } : l)), at, "");
    const fields = LAYER_TYPES[type].fields.map((field) => fieldControl(field, (value) => edit(field.name, value)));
    const up = button("Move up", () => move(at, at - 1, "up")), down = button("Move down", () => move(at, at + 1, "down"));
    const steps = h("dl", { class: "cbh-arithmetic" });
    const problem = h("p", { class: "cbh-problem" });
    const root = h("div", { class: "cbh-editor", role: "group", "aria-label": `Layer ${at + 1}, ${type}` },
      h("div", { class: "cbh-fields" }, ...fields.map((field) => field.root)),
      h("div", { class: "cbh-editor-buttons" }, up, down, button("Delete", () => remove(at))), problem, steps);
    return {
      key: `${at} ${type}`, root, up, down,
      update(result, inputShape, count) {
        fields.forEach((field) => field.update(plain(get("layers")[at])));
        up.setAttribute("aria-disabled", String(at === 0));
        down.setAttribute("aria-disabled", String(at === count - 1));
        problem.textContent = result.error ?? "";
        problem.hidden = !result.error;
        steps.replaceChildren(...arithmetic(result, inputShape).flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, typeset(text))]));
      },
    };
  }

  const said = status();
  const totals = h("div", { class: "cbh-totals" });

  // ----------------------------------------------------------------------------------- code
  const library = radios({ label: "Library", options: [["keras", "Keras"], ["course_lib", "course_lib"]], value: get("library"), onChange: (value) => figure.put({ library: value }) });
  const style = radios({ label: "Written as", options: [["sequential", "Sequential"], ["functional", "functional"]], value: get("style"), onChange: (value) => figure.put({ style: value }) });
  const code = h("code");
  const block = h("pre", { class: "cbh-code", tabindex: "0", role: "group", "aria-label": "The stack as Python" }, code);
  const copied = status();
  const copy = button("Copy the code", async () => {
    const done = await copyText(code);
    copied.say(done ? "Copied." : "The code is selected: copy it with Control and C.");
    copy.textContent = done ? "Copied" : "Press Control and C";
    setTimeout(() => { copied.say(""); copy.textContent = "Copy the code"; }, 4000);
  });
  copied.root.className = "cbh-hidden";
  const codeBox = h("div", { class: "cbh-code-box" }, h("div", { class: "cbh-row" }, library.root, style.root, copy, copied.root), block);

  const holder = h("div", { class: "cbh-editor-place", id: `${id}-editor` });
  const none = h("p", { class: "cbh-note" }, "Click a layer of the table to open it.");
  const views = tabs({ label: "What is shown beside the stack", items: [["layer", "Layer", holder], ["totals", "Totals", totals], ["code", "Code", codeBox]] });
  figure.onReset(() => views.set("layer"));
  figure.add(row(preset, ...sizes), h("div", { class: "cbh-work" },
    h("div", {}, h("div", { class: "cbh-scroll", tabindex: "0", role: "group", "aria-label": "The stack" }, table), row(kind, add), note, said.root), views.root));

  function draw() {
    const inputShape = get("input_shape"), layers = get("layers"), found = analyse(inputShape, layers);
    const selected = Math.min(get("selected"), layers.length - 1);
    const chosen = get("presets").find((p) => same(p.input_shape, inputShape) && same(p.layers.map(plain), layers.map(plain)));
    preset.set(chosen?.id ?? "own");
    note.textContent = chosen?.note ?? "";
    sizes.forEach((size, i) => size.set(inputShape[i]));
    add.textContent = selected < 0 ? "Add at the end" : `Add after layer ${selected + 1}`;
    inputRow.children[1].textContent = shapeText(inputShape);

    if (lines.length !== layers.length) {
      lines = layers.map((_, at) => lines[at] ?? makeLine(at)).slice(0, layers.length);
    }
    const open = selected >= 0 ? layers[selected] : null;
    if (!open) editor = null;
    else if (editor?.key !== `${selected} ${open.type}`) editor = makeEditor(selected, open.type);
    const order = [inputRow, ...lines.map((line) => line.root)];
    if (holder.firstChild !== (editor?.root ?? none)) holder.replaceChildren(editor?.root ?? none);
    if (order.length !== body.children.length || order.some((node, i) => body.children[i] !== node)) body.replaceChildren(...order);
    lines.forEach((line, at) => line.update(found.rows[at], found.totals, at === selected));
    if (editor) editor.update(found.rows[selected], inputShape, layers.length);

    const t = found.totals;
    totals.replaceChildren(...totalLines(found).map(([term, text]) => h("p", {}, h("span", { class: "cbh-total-name" }, term), " ", text)));
    library.set(get("library"));
    style.set(get("style"));
    const text = modelCode(inputShape, layers, get("library"), get("style"));
    if (code.textContent !== text) code.textContent = text;
    const problem = found.error ? found.rows[found.error.index].error : "";
    said.root.className = problem && found.error.index !== selected ? "cbh-status cbh-problem" : "cbh-hidden"; // else the eye has it elsewhere
    said.say(`${news} ${problem || `Output ${shapeText(found.output)}, ${grouped(t.parameters)} parameters.`}`.trim());
    focusWanted();
  }
  function focusWanted() {
    if (!wanted) return;
    const line = /^line-(\d+)$/.exec(wanted);
    (line ? lines[line[1]]?.toggle : wanted === "add" ? add : editor?.[wanted])?.focus();
    wanted = null;
  }
  figure.watch(["input_shape", "layers", "selected", "style", "library", "presets"], draw);
  return figure.dispose;
}

/** One hyperparameter as a control: { root, update(layer) }. */
function fieldControl(field, onChange) {
  if (field.kind === "choice") {
    const control = select({ label: field.label, options: field.options.map((o) => [o, o === "linear" ? "none" : o]), onChange });
    return { root: control.root, update: (layer) => control.set(layer[field.name]) };
  }
  if (field.kind === "bool") {
    const control = select({ label: field.label, options: [["true", "yes"], ["false", "no"]], onChange: (v) => onChange(v === "true") });
    return { root: control.root, update: (layer) => control.set(String(layer[field.name])) };
  }
  if (field.kind === "pair") {
    const read = (typed) => {
      const value = parsePair(typed), fits = value?.every((v) => v >= field.minimum && v <= 512);
      return fits ? { value } : { refused: `${typed.trim() || "Nothing"} does not fit: whole numbers from ${field.minimum} to 512, one or two, as 3 or 3, 5.` };
    };
    const control = entry({ label: field.label, type: "text", size: "5", autocomplete: "off", value: [1, 1], text: pairText, read, onChange });
    return { root: control.root, update: (layer) => control.set(layer[field.name] ?? layer.pool_size) };
  }
  const rate = field.kind === "rate";
  const control = number({ label: field.label, min: rate ? 0 : field.minimum, max: rate ? 0.95 : 65536, step: rate ? 0.05 : 1, value: 1, onChange });
  return { root: control.root, update: (layer) => control.set(layer[field.name]) };
}

/** Terms and arithmetic of one row, in the words of the table's heads. Pure. */
export function arithmetic(result, inputShape) {
  if (!result.output) return [];
  const lines = [["Input", shapeText(result.input)], ["Output", `${result.steps.join("; ")}. So ${shapeText(result.output)}`]];
  lines.push(["Parameters", result.parameterSteps.length ? result.parameterSteps.join(result.type === "BatchNormalization" ? "; " : " ") : "none: nothing here is learned"]);
  if (result.field.steps.length && !result.field.all) {
    const covers = result.field.axes.some(({ size }, i) => size > inputShape[i]) ? "; larger than the image" : "";
    lines.push(["Receptive field", `${result.field.steps.join("; ")}${covers}`]);
  } else if (result.field.all && result.everything) lines.push(["Receptive field", "all: every unit reads every input"]);
  if (result.multiplyAddSteps.length) lines.push(["Multiply-adds", result.multiplyAddSteps.join(" ")]);
  if (result.denseCount) lines.push(["Fully connected", `the same ${shapeText(result.input)} to ${shapeText(result.output)}: ${result.denseCount.steps.join(" ")}`]);
  return lines;
}

/** The sums under the table. Pure. */
export function totalLines({ totals, error }) {
  if (error) return [["Total", "The stack is cut off at the layer that does not fit."]];
  const trained = totals.fixed ? ` (${grouped(totals.trainable)} trained, ${grouped(totals.fixed)} not)` : "";
  const lines = [["Parameters", `${grouped(totals.parameters)}${trained}, ${size(totals.parameters * 4)} as float32. The bars in the table show each layer\u2019s share.`], ["Multiply-adds", `${grouped(totals.multiplyAdds)} for one image.`]];
  if (totals.ifDense) {
    lines.push(["Convolution against fully connected", `the convolutions have ${grouped(totals.convolution)} parameters; fully connected layers between the same maps would have ${grouped(totals.ifDense)}.`]);
  }
  return lines;
}
const size = (bytes) => (bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

async function copyText(node) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  }
}

export default { render };
