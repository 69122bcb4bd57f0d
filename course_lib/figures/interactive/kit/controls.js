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

export function number({ label, min, max, step = 1, value, onChange }) {
  let last = value;
  const input = h("input", {
    type: "number", id: uid("number"), min, max, step, value, inputmode: "numeric",
    onchange: () => {
      const typed = Number(input.value);
      const whole = step === 1 ? Math.round(typed) : typed;
      const next = input.value.trim() === "" || !Number.isFinite(typed) ? last : Math.min(max, Math.max(min, whole));
      input.value = String(next);
      if (next !== last) onChange((last = next));
    },
  });
  const set = (next) => {
    last = next;
    input.value = String(next);
  };
  return { root: field(label, input), input, set };
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

export function formula(label = "Formula") {
  const root = h("p", { class: "cbh-formula", "aria-live": "polite", "aria-atomic": "true", role: "group", "aria-label": label });
  const { write, quiet } = speaker(root);
  return { root, show: write, quiet };
}

export function legend(entries) {
  const item = ([mark, text]) => h("li", {}, h("span", { class: `cbh-swatch ${mark.split(" ").map((m) => `cbh-m-${m}`).join(" ")}`, "aria-hidden": "true" }), text);
  return h("ul", { class: "cbh-legend", "aria-label": "Marks" }, ...entries.map(item));
}

export function stepper({ label, onStep, text = (step) => `Step ${step + 1}`, interval = 900, onPlay = () => {} }) {
  let step = 0;
  let count = 1;
  let timer = null;
  const slider = h("input", { type: "range", min: 0, id: uid("step"), "aria-label": label, oninput: () => go(Number(slider.value)) });
  const previous = button("Previous", () => go(step - 1));
  const next = button("Next", () => go(step + 1));
  const play = button("Play", () => (timer ? stop() : start()));
  const root = h("div", { class: "cbh-stepper", role: "group", "aria-label": label }, previous, slider, next, reducedMotion() ? null : play);

  function go(target, playing = false) {
    if (!playing) stop();
    step = Math.min(count - 1, Math.max(0, target));
    show();
    onStep(step);
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
    play.textContent = "Pause";
    onPlay(true);
    if (step >= count - 1) go(0, true);
    timer = setInterval(() => {
      if (step >= count - 1) stop();
      else go(step + 1, true);
    }, interval);
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
    set({ step: newStep, count: newCount }) {
      count = newCount ?? count;
      step = Math.min(count - 1, newStep ?? step);
      show();
    },
  };
}
