/* Cost: what one layer costs, and what cheaper convolutions in its place would. */
import { frame, row, board, number, range, status, formula, h } from "./kit.js";
import { grouped } from "./stack.js";

/** Layers that take an input of (size, size, channels) to (size, size, filters), padding same.
 *  Each is a list of convolutions { kernel, inputs, outputs, groups }; null where one cannot be. Pure. */
export function plansOf({ channels, filters, kernel, groups, squeeze }) {
  const conv = (k, inputs, outputs, parts = 1) => ({ kernel: k, inputs, outputs, groups: parts });
  const narrow = Math.max(1, Math.floor(filters / squeeze));
  return [
    { id: "full", name: `Convolution, ${kernel} × ${kernel}`, convolutions: [conv(kernel, channels, filters)] },
    { id: "stacked", name: kernel > 3 && kernel % 2 ? `${(kernel - 1) / 2} convolutions of 3 × 3` : "3 × 3 in its place", convolutions: kernel > 3 && kernel % 2 ? Array.from({ length: (kernel - 1) / 2 }, (_, i) => conv(3, i ? filters : channels, filters)) : null },
    { id: "grouped", name: `Grouped, ${groups} groups`, convolutions: channels % groups || filters % groups ? null : [conv(kernel, channels, filters, groups)] },
    { id: "bottleneck", name: `Bottleneck of ${narrow}`, convolutions: [conv(1, channels, narrow), conv(kernel, narrow, narrow), conv(1, narrow, filters)] },
    { id: "separable", name: "Depthwise, then 1 × 1", convolutions: [conv(kernel, channels, channels, channels), conv(1, channels, filters)] },
    { id: "pointwise", name: "1 × 1 alone", convolutions: [conv(1, channels, filters)] },
  ];
}

/** Parameters (one bias for each filter), multiply-adds and written values of a list of convolutions. Pure. */
export function costOf(convolutions, size) {
  const places = size * size;
  return convolutions.reduce((sum, { kernel, inputs, outputs, groups }) => {
    const each = (kernel * kernel * inputs) / groups;
    return { parameters: sum.parameters + (each + 1) * outputs, multiplyAdds: sum.multiplyAdds + places * each * outputs, values: sum.values + places * outputs };
  }, { parameters: 0, multiplyAdds: 0, values: 0 });
}

/** Cells along one axis of the input that an output depends on. Pure. */
export const fieldOf = (convolutions) => convolutions.reduce((size, { kernel }) => size + kernel - 1, 1);

/** How the multiply-adds of a list of convolutions come about. Pure. */
export function costLines(convolutions, size) {
  const lines = convolutions.map(({ kernel, inputs, outputs, groups }) => {
    const read = groups === 1 ? `${inputs}` : `${inputs}/${groups}`;
    return `${size}·${size} · ${kernel}·${kernel}·${read} · ${outputs} = ${grouped((size * size * kernel * kernel * inputs * outputs) / groups)}`;
  });
  if (lines.length > 1) lines.push(`together ${grouped(costOf(convolutions, size).multiplyAdds)}`);
  return lines;
}

const COLUMNS = [["parameters", "Parameters"], ["multiplyAdds", "Multiply-adds"], ["values", "Values kept"]];

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "convolution_cost", label: "What a layer costs, and what could take its place",
    hint: "Change the layer, set a budget, and choose a row: its arithmetic stands below. Hatched rows are over the budget.",
  });
  const get = (trait) => model.get(trait);
  const control = (trait, label, min, max) => number({ label, min, max, value: get(trait), onChange: (value) => figure.put({ [trait]: value }) });
  const controls = { size: control("size", "Rows and columns", 1, 512), channels: control("channels", "Channels", 1, 2048), filters: control("filters", "Filters", 1, 2048), kernel: control("kernel", "Kernel", 1, 11), groups: control("groups", "Groups", 1, 256), squeeze: control("squeeze", "Bottleneck: filters divided by", 1, 64) };
  const budget = range({ label: "Budget of multiply-adds, of the full layer's", min: 1, max: 100, value: get("budget"), text: (v) => `${v} %`, onInput: (value) => figure.put({ budget: value }) });
  const body = h("tbody");
  const table = h("table", { class: "cbh-costs" }, h("caption", { class: "cbh-hidden" }, "What each layer costs"),
    h("thead", {}, h("tr", {}, ...["Layer", ...COLUMNS.map(([, name]) => name), "Field"].map((name) => h("th", { scope: "col" }, name)))), body);
  const lines = plansOf({ channels: 1, filters: 1, kernel: 3, groups: 1, squeeze: 1 }).map(({ id }) => {
    const title = h("button", { type: "button", class: "cbh-layer", "aria-pressed": "false", onclick: () => figure.put({ chosen: id }) });
    const cells = COLUMNS.map(() => h("td", {}, h("span", { class: "cbh-amount" }), h("span", { class: "cbh-bar-box", "aria-hidden": "true" }, h("span", { class: "cbh-bar" }))));
    const field = h("td");
    const root = h("tr", {}, h("th", { scope: "row" }, title), ...cells, field);
    root.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") { hovered = id; draw(); } });
    root.addEventListener("pointerleave", () => { if (hovered) { hovered = null; draw(); } });
    return { id, root, title, cells, field };
  });
  let hovered = null;
  body.replaceChildren(...lines.map(({ root }) => root));
  const said = status(), sum = formula("Multiply-adds with their numbers");
  figure.onReset(() => { hovered = null; });
  figure.add(board([row(controls.size, controls.channels), row(controls.filters, controls.kernel), row(controls.groups, controls.squeeze), budget], [h("div", { class: "cbh-scroll", tabindex: "0", role: "group", "aria-label": "Layers" }, table), said, sum]));

  function draw() {
    const state = Object.fromEntries(Object.keys(controls).map((trait) => [trait, get(trait)])), { size } = state;
    for (const [trait, one] of Object.entries(controls)) one.set(state[trait]);
    budget.set(get("budget"));
    const plans = plansOf(state), costs = plans.map(({ convolutions }) => convolutions && costOf(convolutions, size)), full = costs[0];
    const limit = (full.multiplyAdds * get("budget")) / 100, shown = hovered ?? get("chosen");
    const most = Object.fromEntries(COLUMNS.map(([key]) => [key, Math.max(...costs.map((cost) => cost?.[key] ?? 0))]));
    lines.forEach(({ root, title, cells, field }, i) => {
      const { name, convolutions, id } = plans[i], cost = costs[i];
      const over = cost && cost.multiplyAdds > limit;
      title.textContent = name;
      title.setAttribute("aria-pressed", String(id === get("chosen")));
      root.className = [over ? "cbh-over" : "", cost ? "" : "cbh-none", id === shown ? "cbh-shown" : ""].join(" ");
      cells.forEach((cell, k) => {
        const [amount, box] = cell.children, value = cost?.[COLUMNS[k][0]];
        amount.textContent = cost ? grouped(value) : "\u2013";
        box.firstElementChild.style.inlineSize = `${cost ? (100 * value) / most[COLUMNS[k][0]] : 0}%`;
      });
      field.textContent = convolutions ? `${fieldOf(convolutions)} × ${fieldOf(convolutions)}` : "\u2013";
    });
    const at = plans.findIndex(({ id }) => id === shown), { name, convolutions } = plans[at], cost = costs[at];
    if (!cost) {
      said.say(plans[at].id === "stacked" ? `${name}: only an odd kernel of 5 or more has small ones in its place.` : `${name}: ${state.groups} groups do not divide ${state.channels} channels and ${state.filters} filters.`);
      sum.show("");
      return;
    }
    const share = (100 * cost.multiplyAdds) / full.multiplyAdds;
    const fits = cost.multiplyAdds <= limit ? "within" : "over";
    said.say(`${name}: ${share < 10 ? share.toFixed(1) : Math.round(share)} % of the full layer's multiply-adds, ${fits} the budget of ${get("budget")} %; ${grouped(4 * cost.values)} bytes of values for one image.`);
    sum.show(costLines(convolutions, size).join("\n"));
  }
  figure.watch([...Object.keys(controls), "budget", "chosen"], draw);
  return figure.dispose;
}

export default { render };
