/* Loss surface: gradient descent on the two weights of a kernel, seen from above. */
import { frame, row, board, panel, select, stepper, status, formula, fmt, h, svg, uid } from "./kit.js";
import { addUp } from "./numbers.js";

const REACH = 2.5, SIZE = 330, EDGE = 30, STEPS = 60; // weights from -REACH to REACH; pixels of the surface, of its axes
const LEVELS = [0.01, 0.05, 0.2, 0.5, 1, 2, 4, 8];

/** What the kernel [a, b] makes of a signal: valid, stride 1. Pure. */
export const responses = (signal, [a, b]) => signal.slice(1).map((next, i) => a * signal[i] + b * next);

/** Mean squared difference from what the hidden kernel makes. Pure. */
export function lossAt(signal, hidden, weights) {
  const wanted = responses(signal, hidden), errors = responses(signal, weights).map((v, i) => v - wanted[i]);
  return errors.reduce((sum, e) => sum + e * e, 0) / errors.length;
}

/** The loss' slope along each weight: each weight collects error times the input it has multiplied. Pure. */
export function gradientAt(signal, hidden, weights) {
  const wanted = responses(signal, hidden), errors = responses(signal, weights).map((v, i) => v - wanted[i]);
  return [0, 1].map((k) => (2 / errors.length) * errors.reduce((sum, e, i) => sum + e * signal[i + k], 0));
}

/** Weights after 0, 1, ... steps of gradient descent, with momentum as Keras' SGD has it. Pure. */
export function descend(signal, hidden, start, rate, momentum, steps) {
  const path = [start];
  let velocity = [0, 0];
  for (let n = 0; n < steps; n++) {
    const gradient = gradientAt(signal, hidden, path[n]);
    velocity = velocity.map((v, k) => momentum * v - rate * gradient[k]);
    path.push(path[n].map((w, k) => w + velocity[k]));
  }
  return path;
}

/** The ellipse on which the loss is 1: { radii: [long, short], angle } in weights and degrees. Pure. */
export function ellipseOf(signal) {
  const n = signal.length - 1, mean = (f) => Array.from({ length: n }, (_, i) => f(signal[i], signal[i + 1])).reduce((s, v) => s + v, 0) / n;
  const [aa, ab, bb] = [mean((a) => a * a), mean((a, b) => a * b), mean((_, b) => b * b)];
  const middle = (aa + bb) / 2, half = Math.hypot((aa - bb) / 2, ab);
  return { radii: [1 / Math.sqrt(Math.max(middle - half, 1e-9)), 1 / Math.sqrt(middle + half)], angle: (Math.atan2(2 * ab, aa - bb) * 90) / Math.PI + 90 };
}

const pair = ([a, b]) => `(${fmt(a)}, ${fmt(b)})`;

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "loss_surface", label: "The loss of a kernel of two weights",
    hint: "Click the surface, or move the start with the arrow keys, then take steps downhill. The cross is the kernel to be found.",
  });
  const get = (trait) => model.get(trait);
  const signalOf = () => get("signals").find(({ id }) => id === get("signal")).values;
  const signal = select({ label: "What the kernel reads", options: get("signals").map(({ id, label }) => [id, label]), onChange: (id) => figure.put({ signal: id, step: 0 }) });
  const rate = select({ label: "Learning rate", options: ["0.03", "0.1", "0.3", "1", "3"].map((v) => [v, v]), onChange: (v) => figure.put({ rate: Number(v), step: 0 }) });
  const momentum = select({ label: "Momentum", options: [["0", "none"], ["0.5", "0.5"], ["0.9", "0.9"]], onChange: (v) => figure.put({ momentum: Number(v), step: 0 }) });
  const steps = stepper({ label: "Step of the descent", interval: 250, text: (step) => `step ${step}`, onStep: (step) => figure.put({ step }), onPlay: (playing) => { said.quiet(playing); sum.quiet(playing); } });
  const said = status(), sum = formula("The step with its numbers");

  const scale = SIZE / (2 * REACH), across = (w) => EDGE + (w + REACH) * scale, down = (w) => 4 + (REACH - w) * scale;
  const clip = uid("clip"), levels = svg("g", { "clip-path": `url(#${clip})`, class: "cbh-levels" });
  const walked = svg("polyline", { class: "cbh-walked", "clip-path": `url(#${clip})` }), dots = svg("g", { "clip-path": `url(#${clip})` });
  const from = svg("circle", { r: 6, class: "cbh-from" }), now = svg("circle", { r: 7, class: "cbh-now" }), goal = svg("path", { class: "cbh-goal" });
  const ticks = [-2, -1, 0, 1, 2].flatMap((w) => [[across(w), SIZE + 18, "middle"], [EDGE - 6, down(w) + 4, "end"]].map(([x, y, anchor]) => {
    const text = svg("text", { x, y, "text-anchor": anchor });
    text.textContent = fmt(w);
    return text;
  }));
  const titles = [["weight 1", EDGE + SIZE, SIZE + 32, "end"], ["weight 2", EDGE + 6, 18, "start"]].map(([name, x, y, anchor]) => {
    const text = svg("text", { x, y, "text-anchor": anchor, class: "cbh-axis" });
    text.textContent = name;
    return text;
  });
  const picture = svg("svg", { viewBox: `0 0 ${SIZE + EDGE + 6} ${SIZE + 36}`, "aria-hidden": "true" },
    svg("defs", {}, svg("clipPath", { id: clip }, svg("rect", { x: EDGE, y: 4, width: SIZE, height: SIZE }))),
    svg("rect", { x: EDGE, y: 4, width: SIZE, height: SIZE, class: "cbh-ground" }), levels, ...ticks, ...titles, walked, dots, goal, from, now);
  const help = h("span", { class: "cbh-hidden", id: uid("help") }, "Arrow keys move the start by a tenth; Page Up and Page Down by a whole along weight 2.");
  const surface = h("div", { class: "cbh-surface", tabindex: "0", role: "application", "aria-roledescription": "loss surface", "aria-label": "Start of the descent", "aria-describedby": help.id, onpointerdown: click, onkeydown: keys }, picture, help);
  const curve = svg("polyline", { class: "cbh-walked" }), here = svg("circle", { r: 4, class: "cbh-now" });
  const lossPicture = svg("svg", { viewBox: "0 0 230 120", class: "cbh-losses", role: "img" }, svg("rect", { x: 1, y: 1, width: 228, height: 118, class: "cbh-ground" }), curve, here);
  const facts = h("p", { class: "cbh-note" });

  figure.onReset(steps.stop);
  figure.add(board([row(signal), row(rate, momentum), steps, panel("Loss, step by step", lossPicture), facts],
    [surface, keyOf(), said, sum]));

  function keyOf() {
    const item = (kind, text) => h("li", {}, h("span", { class: `cbh-dot-${kind}`, "aria-hidden": "true" }), text);
    return h("ul", { class: "cbh-legend", "aria-label": "Marks" }, item("from", "start"), item("now", "after this step"), item("goal", "the hidden kernel"));
  }
  const bounded = (w) => Math.round(100 * Math.min(REACH, Math.max(-REACH, w))) / 100;
  const begin = (weights) => { steps.stop(); figure.put({ start: weights.map(bounded), step: 0 }); };
  function click(event) {
    const box = picture.getBoundingClientRect(), unit = (SIZE + EDGE + 6) / box.width;
    const [x, y] = [(event.clientX - box.left) * unit, (event.clientY - box.top) * unit];
    if (x < EDGE || y > SIZE + 4) return;
    begin([(x - EDGE) / scale - REACH, REACH - (y - 4) / scale]);
  }
  function keys(event) {
    const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1], PageUp: [0, 1], PageDown: [0, -1] }[event.key];
    if (!move) return;
    event.preventDefault();
    begin(get("start").map((w, k) => w + move[k]));
  }

  function draw() {
    const x = signalOf(), hidden = get("hidden"), step = Math.min(get("step"), STEPS);
    const path = descend(x, hidden, get("start"), get("rate"), get("momentum"), STEPS), losses = path.map((w) => lossAt(x, hidden, w));
    signal.set(get("signal"));
    rate.set(get("rate"));
    momentum.set(get("momentum"));
    steps.set({ step, count: STEPS + 1 });
    const { radii, angle } = ellipseOf(x);
    levels.replaceChildren(...[...LEVELS].reverse().map((level) => svg("ellipse", {
      cx: across(hidden[0]), cy: down(hidden[1]), rx: radii[0] * Math.sqrt(level) * scale, ry: radii[1] * Math.sqrt(level) * scale,
      transform: `rotate(${-angle} ${across(hidden[0])} ${down(hidden[1])})` })));
    const far = (v) => Math.min(1e4, Math.max(-1e4, v));
    const points = path.slice(0, step + 1).map(([a, b]) => [far(across(a)), far(down(b))]);
    walked.setAttribute("points", points.map((p) => p.join(",")).join(" "));
    dots.replaceChildren(...points.map(([cx, cy]) => svg("circle", { cx, cy, r: 2.5, class: "cbh-foot" })));
    put(from, points[0]);
    put(now, points.at(-1));
    const [gx, gy] = [across(hidden[0]), down(hidden[1])];
    goal.setAttribute("d", `M${gx - 7} ${gy - 7}L${gx + 7} ${gy + 7}M${gx - 7} ${gy + 7}L${gx + 7} ${gy - 7}`);
    const most = Math.max(...losses.filter(Number.isFinite).slice(0, 1), 1e-9) * 1.15;
    const at = losses.map((v, n) => [4 + (n * 222) / STEPS, 116 - (112 * Math.min(v, most)) / most]);
    curve.setAttribute("points", at.slice(0, step + 1).map((p) => p.join(",")).join(" "));
    put(here, at[step]);
    lossPicture.setAttribute("aria-label", `Loss ${fmt(losses[0])} at the start, ${fmt(losses[step], 4)} after ${step} steps.`);
    surface.setAttribute("aria-label", `Start of the descent: weights ${pair(get("start"))}`);

    const weights = path[step], gradient = gradientAt(x, hidden, weights), loss = losses[step];
    const away = !(Math.max(...weights.map(Math.abs)) < 50);
    said.say(away
      ? `Step ${step}: the weights run away. The learning rate is too large for this surface: each step lands higher on the other side.`
      : `Step ${step}: weights ${pair(weights)}, loss ${fmt(loss, 4)}. The slope is ${pair(gradient)}; the step goes against it.`);
    sum.show(step === 0 || away ? "" : [0, 1].map((k) => {
      const [before, moved] = addUp([path[step - 1][k], weights[k] - path[step - 1][k]], 3, weights[k]);
      return `weight ${k + 1}: ${fmt(before, 3)} ${moved < 0 ? "\u2212" : "+"} ${fmt(Math.abs(moved), 3)} = ${fmt(weights[k], 3)}`;
    }).join("\n"));
    const ratio = radii[0] / radii[1];
    facts.textContent = `The valley is ${fmt(ratio, 1)} times as long as it is wide.`;
  }
  function put(node, [x, y]) {
    node.setAttribute("cx", x);
    node.setAttribute("cy", y);
  }
  figure.watch(["signal", "start", "hidden", "rate", "momentum", "step"], draw);
  figure.onDispose(steps.stop);
  return figure.dispose;
}

export default { render };
