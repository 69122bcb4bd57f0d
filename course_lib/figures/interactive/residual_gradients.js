/* Residual: how long each layer's gradient is, with skips and without, and what training makes of it. */
import { frame, board, checkbox, panel, panels, status, fmt, h } from "./kit.js";
import { lines } from "./plots.js";

/** The recorded network for two choices. Pure. */
export const armOf = (skips, normalised) =>
  skips ? (normalised ? "residual" : "skips alone") : normalised ? "plain, normalised" : "plain";

/** Geometric mean over the seeds, layer by layer, of the lengths of gradients. Pure. */
export const lengthsOf = (runs) =>
  runs[0].map((_, layer) => Math.exp(runs.reduce((sum, run) => sum + Math.log(run[layer]), 0) / runs.length));

/** "the first layer's gradient is 22 times the last one's": two lengths in words. Pure. */
export function comparisonOf(first, last) {
  const times = (ratio) => (Math.round(ratio * 10) === 10 ? "as long as" : `${fmt(ratio, ratio >= 10 ? 0 : 1)} times`);
  return first >= last ? `the first layer's gradient is ${times(first / last)} the last one's` : `the last layer's gradient is ${times(last / first)} the first one's`;
}

/** The depths at which networks were trained, and { name: training errors of each seed by depth }. Pure. */
export function errorsOf(runs) {
  const depths = [...new Set(runs.map(({ depth }) => depth))].sort((a, b) => a - b), errors = {};
  for (const { arm, depth, train_error } of runs)
    train_error.forEach((error, seed) => { ((errors[arm] ??= [])[seed] ??= [])[depths.indexOf(depth)] = error; });
  return { depths, errors };
}

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "residual_gradients", label: "Gradients on their way down",
    hint: "Switch skips and normalisation on and off. First what reaches each layer, then what training made of it.",
  });
  const get = (trait) => model.get(trait), norms = get("gradient_norms"), { depths, errors } = errorsOf(get("runs"));
  const skips = checkbox({ label: "Skip connections", onChange: (on) => figure.put({ skips: on }) });
  const normalised = checkbox({ label: "Batch normalisation", onChange: (on) => figure.put({ normalised: on }) });
  const gradients = h("div"), trained = h("div"), said = status();
  const item = (kind, text) => h("li", {}, h("span", { class: `cbh-line ${kind}`, "aria-hidden": "true" }), text);
  const legend = h("ul", { class: "cbh-legend", "aria-label": "Lines" }, item("", "this network, a line for each seed"), item("cbh-other", "the other networks"));
  figure.add(board([skips.root, normalised.root, said],
    [panels(panel("Length of each layer's gradient", gradients), panel("Training error by depth", trained)), legend]));

  /** The curves of all networks, those of `arm` on top. */
  const seriesOf = (curves, arm) => Object.keys(curves).sort((a, b) => (a === arm) - (b === arm))
    .map((name) => ({ values: curves[name], kind: name === arm ? "chosen" : "other", name }));

  function draw() {
    const arm = armOf(get("skips"), get("normalised")), lengths = lengthsOf(norms[arm]), first = lengths[0], last = lengths.at(-1);
    skips.set(get("skips"));
    normalised.set(get("normalised"));
    gradients.replaceChildren(lines(seriesOf(norms, arm), { log: true, x: "layer" }));
    trained.replaceChildren(lines(seriesOf(errors, arm), { low: 0, high: 1, x: "depth", marks: depths }));
    const deepest = errors[arm]?.map((run) => `${fmt(100 * run.at(-1), 0)} %`);
    said.say(`${arm[0].toUpperCase()}${arm.slice(1)}: before training, ${comparisonOf(first, last)} (${Number(first.toPrecision(2))} and ${Number(last.toPrecision(2))}). ` +
      (deepest ? `After it, the networks of depth ${depths.at(-1)} read ${deepest.join(", ")} of their training digits wrongly.` : "This network was not trained for the record."));
  }
  figure.watch(["skips", "normalised"], draw);
  return figure.dispose;
}

export default { render };
