/* Labelled controls, live text, and the stepper. Native elements wherever there is one. */
import { h, uid, reducedMotion } from "./elements.js";

const field = (label, input, extra) =>
  h("div", { class: "cbh-field" }, h("label", { for: input.id }, label), h("div", { class: "cbh-field-input" }, input, extra));

function optionNodes(options) {
  return options.map((option) =>
    Array.isArray(option)
      ? h("option", { value: option[0] }, option[1])
      : h("optgroup", { label: option.group }, ...optionNodes(option.options)),
  );
}

export function select({ label, options, value, onChange, wide = false }) {
  const input = h("select", { id: uid("select"), class: wide ? "cbh-wide-select" : null, onchange: () => onChange(input.value) }, ...optionNodes(options));
  const set = (next, newOptions) => {
    if (newOptions) input.replaceChildren(...optionNodes(newOptions));
    input.value = String(next);
  };
  if (value !== undefined) set(value);
  return { root: field(label, input), input, set };
}

/** What is wrong with a typed number, as a sentence, or null. Pure. */
export function refusal(typed, min, max, step = 1) {
  const [low, high] = [min, max].map((limit) => String(limit).replace("-", "\u2212"));
  const kind = step === 1 ? "a whole number" : "a number";
  const value = Number(typed);
  if (String(typed).trim() === "" || !Number.isFinite(value)) return `Please give ${kind} from ${low} to ${high}.`;
  if (value < min || value > max) return `${String(typed).replace("-", "\u2212")} is out of range: ${low} to ${high}.`;
  if (step === 1 && !Number.isInteger(value)) return `Please give ${kind} from ${low} to ${high}, not ${typed}.`;
  return null;
}

/**
 * A field to type into. read(typed) gives { value } or { refused: sentence }: the figure then stays as it was.
 * What the reader is typing, and what is still to be mended, outlives a figure that is drawn anew meanwhile.
 */
export function entry({ label, read, text = String, value, onChange, ...attributes }) {
  let last = value, typing = false;
  const problem = h("span", { class: "cbh-refused", role: "alert", id: uid("refused"), hidden: true });
  const input = h("input", {
    id: uid("entry"), inputmode: "numeric", "aria-describedby": problem.id, value: text(value), ...attributes,
    oninput: () => { typing = true; },
    onchange: () => {
      typing = false;
      const { value: next, refused } = read(input.value);
      tell(refused);
      if (refused) return;
      input.value = text(next); // 3, 3 is written 3
      if (text(next) !== text(last)) onChange((last = next));
    },
  });
  function tell(refused) {
    problem.textContent = refused ?? "";
    problem.hidden = !refused;
    input.setAttribute("aria-invalid", String(Boolean(refused)));
  }
  const set = (next) => {
    if ((typing || !problem.hidden) && text(next) === text(last)) return;
    last = next;
    typing = false;
    tell(null);
    input.value = text(next);
  };
  return { root: field(label, input, problem), input, problem, set };
}

/** An entry for a number from `min` to `max`, whole where `step` is 1. */
export function number({ min, max, step = 1, ...given }) {
  const read = (typed) => ({ refused: refusal(typed, Number(control.input.min), Number(control.input.max), step), value: Number(typed) });
  const control = entry({ type: "number", min, max, step, read, ...given });
  return control;
}

export function range({ label, min, max, step = 1, value, onInput, text = String }) {
  const shown = h("output", { class: "cbh-range-value", "aria-hidden": "true" });
  const input = h("input", { type: "range", id: uid("range"), min, max, step, value, oninput: () => {
    const next = Number(input.value);
    show(next);
    onInput(next);
  } });
  const show = (next) => {
    shown.textContent = text(next);
    input.setAttribute("aria-valuetext", text(next));
  };
  const set = (next, limits = {}) => {
    Object.assign(input, limits);
    input.value = String(next);
    show(Number(next));
  };
  set(value);
  return { root: field(label, input, shown), input, set };
}

export function checkbox({ label, checked = false, onChange }) {
  const input = h("input", { type: "checkbox", id: uid("check"), onchange: () => onChange(input.checked) });
  input.checked = checked;
  const root = h("label", { class: "cbh-check", for: input.id }, input, h("span", {}, label));
  return { root, input, set: (next) => { input.checked = next; } };
}

export function radios({ label, options, value, onChange }) {
  const name = uid("radio");
  const inputs = options.map(([key]) => h("input", { type: "radio", name, value: key, id: uid("option"), onchange: () => onChange(key) }));
  const set = (next) => inputs.forEach((input) => { input.checked = input.value === String(next); });
  const root = h("fieldset", { class: "cbh-radios" }, h("legend", {}, label),
    h("div", { class: "cbh-radio-row" }, ...inputs.map((input, i) => h("label", { for: input.id }, input, h("span", {}, options[i][1])))));
  set(value);
  return { root, inputs, set };
}

export function button(text, onClick, { primary = false, pressed } = {}) {
  const root = h("button", { type: "button", class: primary ? "cbh-button cbh-primary" : "cbh-button", onclick: onClick, "aria-pressed": pressed === undefined ? null : String(pressed) }, text);
  return root;
}

/** Sets the text of a live region: only a new text is announced, and none while it is quiet. */
const speaker = (root) => ({
  write(text) {
    if (root.textContent !== text) root.textContent = text;
  },
  quiet: (on) => root.setAttribute("aria-live", on ? "off" : "polite"),
});

export function status() {
  const root = h("p", { class: "cbh-status", role: "status", "aria-live": "polite" });
  const { write, quiet } = speaker(root);
  return { root, say: write, quiet };
}

/** A part with more in it than it shows can be reached by Tab and scrolled, as long as it has. */
function reachable(root) {
  if (!globalThis.ResizeObserver) return root;
  const look = () => {
    if (root.scrollHeight > root.clientHeight + 1) root.tabIndex = 0;
    else root.removeAttribute("tabindex");
  };
  new ResizeObserver(look).observe(root);
  new MutationObserver(look).observe(root, { childList: true, characterData: true, subtree: true });
  return root;
}

export function formula(label = "Formula") {
  const root = reachable(h("p", { class: "cbh-formula", "aria-live": "polite", "aria-atomic": "true", role: "group", "aria-label": label }));
  const { write, quiet } = speaker(root);
  return { root, show: write, quiet };
}

export function legend(entries) {
  const item = ([mark, text]) => h("li", {}, h("span", { class: `cbh-swatch ${mark.split(" ").map((m) => `cbh-m-${m}`).join(" ")}`, "aria-hidden": "true" }), text);
  return h("ul", { class: "cbh-legend", "aria-label": "Marks" }, ...entries.map(item));
}

const SPEEDS = [["2", "slow"], ["1", "normal"], ["0.4", "fast"]];

export function stepper({ label, onStep, text = (step) => `Step ${step + 1}`, interval = 900, onPlay = () => {} }) {
  let step = 0;
  let count = 1;
  let timer = null;
  const slider = h("input", { type: "range", min: 0, id: uid("step"), "aria-label": label, oninput: () => go(Number(slider.value)) });
  const previous = button("Back", () => go(step - 1));
  const next = button("Next", () => go(step + 1, { flown: true }));
  const play = button("Play", () => (timer ? stop() : start()));
  const speed = h("select", { "aria-label": "Speed", class: "cbh-speed", onchange: () => { if (timer) start(); } }, ...optionNodes(SPEEDS));
  speed.value = "1";
  const root = h("div", { class: "cbh-stepper", role: "group", "aria-label": label }, slider,
    h("div", { class: "cbh-stepper-buttons" }, previous, next, ...(reducedMotion() ? [] : [play, speed])));

  function go(target, { playing = false, flown = playing } = {}) {
    if (!playing) stop();
    step = Math.min(count - 1, Math.max(0, target));
    show();
    onStep(step, flown);
  }
  function show() {
    slider.max = String(Math.max(0, count - 1));
    slider.value = String(step);
    slider.setAttribute("aria-valuetext", text(step));
    // aria-disabled keeps the focus where the reader left it
    previous.setAttribute("aria-disabled", String(step === 0));
    next.setAttribute("aria-disabled", String(step >= count - 1));
  }
  function start() {
    clearInterval(timer);
    play.textContent = "Pause";
    onPlay(true);
    if (step >= count - 1) go(0, { playing: true });
    timer = setInterval(() => {
      if (step >= count - 1) stop();
      else go(step + 1, { playing: true });
    }, interval * Number(speed.value));
  }
  function stop() {
    if (!timer) return;
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    onPlay(false);
  }
  return {
    root, slider, previous, next, play, stop,
    /** Milliseconds that a movement within one step may take. */
    get time() { return interval * Number(speed.value) * 0.55; },
    set({ step: newStep, count: newCount }) {
      count = newCount ?? count;
      step = Math.min(count - 1, newStep ?? step);
      show();
    },
  };
}

/** Tabs: items are [key, title, ...nodes]; the arrow keys lead from tab to tab. */
export function tabs({ label, items, value, onChange = () => {} }) {
  const made = items.map(([key, title, ...nodes]) => {
    const panel = reachable(h("div", { class: "cbh-tabpanel", role: "tabpanel", id: uid("panel") }, ...nodes.map((node) => node?.root ?? node)));
    const tab = h("button", { type: "button", role: "tab", class: "cbh-tab", id: uid("tab"), "aria-controls": panel.id, onclick: () => choose(key), onkeydown: move }, title);
    panel.setAttribute("aria-labelledby", tab.id);
    return { key, tab, panel };
  });
  const list = h("div", { class: "cbh-tabs", role: "tablist", "aria-label": label }, ...made.map(({ tab }) => tab));
  function move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], at = made.findIndex(({ tab }) => tab === event.currentTarget);
    if (!step) return;
    event.preventDefault();
    const next = made[(at + step + made.length) % made.length];
    choose(next.key);
    next.tab.focus();
  }
  function choose(key) {
    if (key === value) return;
    set(key);
    onChange(key);
  }
  function set(key) {
    value = key;
    for (const one of made) {
      one.tab.setAttribute("aria-selected", String(one.key === key));
      one.tab.setAttribute("tabindex", one.key === key ? "0" : "-1");
      one.panel.hidden = one.key !== key;
    }
  }
  set(value ?? items[0][0]);
  return { root: h("div", { class: "cbh-tabbed" }, list, ...made.map(({ panel }) => panel)), set, get value() { return value; } };
}
