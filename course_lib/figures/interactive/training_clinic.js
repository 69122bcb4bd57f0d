/* Training clinic: recorded runs, healthy and broken, to be examined and diagnosed. */
import { frame, row, board, select, button, checkbox, tabs, panels, panel, status, formula, fmt, h } from "./kit.js";
import { lines, bars } from "./plots.js";

/** Mean over the seeds, epoch by epoch; what is no number counts as none. Pure. */
export const meanOf = (runs) => runs[0].map((_, epoch) => {
  const values = runs.map((run) => run[epoch]).filter((v) => Number.isFinite(v));
  return values.length ? values.reduce((sum, v) => sum + v, 0) / values.length : null;
});

/** "2.3 to 0.12": where a curve begins and where it ends, on the mean of the seeds. Pure. */
export function courseOf(runs) {
  const mean = meanOf(runs), last = mean.filter((v) => v !== null).at(-1);
  return mean[0] === null ? "no number from the first epoch on" : `${fmt(mean[0])} to ${fmt(last)}`;
}

/** The cases in a fixed order that tells nothing about them, every case once. Pure. */
export const queueOf = (ids) => [...ids].sort((a, b) => hash(a) - hash(b));
const hash = (text) => [...text].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) >>> 0, 7);

const HISTOGRAMS = { pixels: "Pixels that the network reads", scores: "Scores before softmax", certainty: "Probability of the chosen class", answers: "How often each class is the answer" };
const LAYERS = { sums: "size of its outputs", step: "a step beside its weights", zeros: "outputs that are 0", dead: "units that are always 0" };

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "training_clinic", label: "Training clinic",
    hint: "A line or two of the healthy program has been broken. Examine the patient, then make your diagnosis.",
  });
  const cases = model.get("cases"), healthy = model.get("healthy"), queue = queueOf(Object.keys(cases));
  const get = (trait) => model.get(trait);
  const patient = select({ label: "Patient", options: queue.map((id, i) => [id, `Patient ${i + 1}`]), onChange: (id) => { verdict = ""; figure.put({ patient: id }); } });
  const beside = checkbox({ label: "Beside the healthy run", onChange: (on) => figure.put({ beside: on }) });
  const guess = select({ label: "Diagnosis", wide: true, options: [["", "Choose one"], ...Object.entries(cases).map(([id, { title }]) => [id, title]).sort((a, b) => a[1].localeCompare(b[1]))], value: "", onChange: () => {} });
  let verdict = "";
  const tell = (text) => { verdict = text; draw(); };
  const check = button("Make the diagnosis", () => {
    const id = guess.input.value, right = id === get("patient");
    if (!id) tell("Choose a diagnosis first.");
    else if (right) reveal("Right: ");
    else tell(`Not that. In "${cases[id].title}" the training loss goes from ${courseOf(cases[id].broken.curves.loss)}, here from ${courseOf(cases[get("patient")].broken.curves.loss)}.`);
  }, { primary: true });
  const open = button("Show the lines", () => reveal(""));
  function reveal(lead) {
    const { title } = cases[get("patient")];
    tell(`${lead}${lead ? title[0].toLowerCase() + title.slice(1) : title}.`);
    shownLines = true;
    draw();
  }
  let shownLines = false, examined = null; // whether the broken lines stand open; the patient that was drawn last
  const said = status(), change = h("pre", { class: "cbh-change", tabindex: "0", role: "group", "aria-label": "The lines that differ, right and broken" });
  const places = { curves: h("div"), steps: h("div"), layers: h("div"), histograms: h("div") };
  const views = tabs({ label: "Examination", items: [["curves", "Curves", places.curves], ["steps", "First steps", places.steps], ["layers", "Layers", places.layers], ["histograms", "Histograms", places.histograms]], onChange: () => draw() });
  figure.onReset(() => { verdict = ""; shownLines = false; guess.set(""); views.set("curves"); });
  figure.add(board([row(patient), beside.root, row(guess), row(check, open), said, change], [views.root]));

  function draw() {
    const id = get("patient"), { broken, change: changed } = cases[id], other = get("beside") ? healthy : null;
    examined = id;
    patient.set(id);
    beside.set(get("beside"));
    const curve = (name) => [[broken, ""], ...(other ? [[other, "healthy"]] : [])].flatMap(([run, whose]) =>
      [[name, "training"], [`val_${name}`, "validation"]].map(([key, what]) => ({ values: run.curves[key], kind: `${what} ${whose}`.trim(), name: `${what}${whose ? ", healthy" : ""}` })));
    if (views.value === "curves") places.curves.replaceChildren(panels(
      panel("Loss (a grid line is a factor of ten)", lines(curve("loss"), { log: true, x: "epoch" })),
      panel("Accuracy", lines(curve("accuracy"), { low: 0, high: 1, x: "epoch" }))), key());
    if (views.value === "steps") places.steps.replaceChildren(panel("Loss of each of the first steps", lines([{ values: [broken.first_steps], kind: "training", name: "training" }, ...(other ? [{ values: [other.first_steps], kind: "training healthy", name: "healthy" }] : [])], { log: true, x: "step", wide: true })).root,
      h("p", { class: "cbh-note" }, `Before the first step the loss is ${fmt(broken.first_loss[0])}. Ten classes guessed at random give ln 10 = ${fmt(Math.log(10))}.`));
    if (views.value === "layers") places.layers.replaceChildren(table("At the start", broken.layers.start, other?.layers.start), table("At the end", broken.layers.end, other?.layers.end));
    if (views.value === "histograms") places.histograms.replaceChildren(panels(...Object.entries(HISTOGRAMS).map(([name, title]) => panel(title, bars(broken.histograms[name], other?.histograms[name])))));
    change.textContent = shownLines ? changed.map((line) => `${line[0] === "-" ? "right  " : "broken "} ${line.slice(1).trim()}`).join("\n") : "";
    change.hidden = !shownLines;
    const test = broken.test_accuracy.map((v) => `${fmt(100 * v, 1)} %`).join(", ");
    said.say(verdict || `Training loss from ${courseOf(broken.curves.loss)}, validation loss from ${courseOf(broken.curves.val_loss)}; accuracy on the test digits ${test}.`);
  }
  function key() {
    const item = (kind, text) => h("li", {}, h("span", { class: `cbh-line ${kind}`, "aria-hidden": "true" }), text);
    return h("ul", { class: "cbh-legend", "aria-label": "Lines" }, item("cbh-training", "training"), item("cbh-validation", "validation"), ...(get("beside") ? [item("cbh-training cbh-healthy", "healthy run")] : []), h("li", {}, "three lines of a kind: three seeds"));
  }
  function table(caption, rows, others) {
    const head = ["Layer", ...Object.values(LAYERS)];
    const cell = (one, other, name) => (one[name] === undefined ? "\u2013" : `${Number(one[name].toPrecision(3))}${other?.[name] === undefined ? "" : ` (${Number(other[name].toPrecision(3))})`}`);
    return h("table", { class: "cbh-layers" }, h("caption", {}, `${caption}${others ? " (healthy)" : ""}`), h("thead", {}, h("tr", {}, ...head.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...rows.map((one, i) => h("tr", {}, h("th", { scope: "row" }, one.layer), ...Object.keys(LAYERS).map((name) => h("td", {}, cell(one, others?.[i], name)))))));
  }
  figure.watch(["patient", "beside"], () => {
    if (examined !== get("patient")) shownLines = false;
    draw();
  });
  return figure.dispose;
}

export default { render };
