/* Elements, text and the frame of a figure. */

const FOCUSABLE = /^(input|select|button|textarea|a)$/;

/** Focusable elements keep their keys: Notebook 7 would take the arrows otherwise. */
export function keepKeys(element) {
  element.dataset.lmSuppressShortcuts = "true";
  return element;
}

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  if (FOCUSABLE.test(tag) || "tabindex" in attributes) keepKeys(element);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let ids = 0;
const page = Math.random().toString(36).slice(2, 7); // two modules in one page must not share ids
export const uid = (prefix = "cbh") => `${prefix}-${page}-${++ids}`;

/** A number as the figures print it: at most `digits` decimals, U+2212 as minus sign. */
export function fmt(value, digits = 2) {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  const rounded = Number(value.toFixed(digits));
  return (Object.is(rounded, -0) ? "0" : String(rounded)).replace("-", "\u2212");
}

/** "=" when `value` is printed in full, "≈" when its decimals are cut. */
export const is = (value, digits = 2) => (Math.abs(Number(value.toFixed(digits)) - value) < 1e-9 ? "=" : "≈");

/** What a reader types into a cell; fractions are allowed, NaN when it is no number. */
export function parseNumber(text) {
  const clean = String(text).trim().replace(/\u2212/g, "-").replace(",", ".");
  const parts = clean.split("/");
  if (!clean || parts.length > 2 || parts.some((part) => part.trim() === "")) return NaN;
  const value = parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(clean);
  return Number.isFinite(value) ? value : NaN;
}

export const reducedMotion = () =>
  typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;

const roots = (nodes) => nodes.map((node) => node?.root ?? node);

export function panel(title, ...nodes) {
  const heading = h("span", { class: "cbh-panel-name" }, title);
  const shape = h("span", { class: "cbh-panel-shape" });
  const root = h("div", { class: "cbh-panel" }, h("div", { class: "cbh-panel-title" }, heading, shape), ...roots(nodes));
  return {
    root,
    title(text, detail = "") {
      heading.textContent = text;
      shape.textContent = detail;
    },
  };
}

export const row = (...nodes) => h("div", { class: "cbh-row" }, ...roots(nodes));
export const panels = (...nodes) => h("div", { class: "cbh-panels" }, ...roots(nodes));
export const stack = (...nodes) => h("div", { class: "cbh-stack" }, ...roots(nodes));

/** Something the reader may open: seldom needed controls, a long table. */
export const more = (summary, ...nodes) => h("details", { class: "cbh-more" }, keepKeys(h("summary", {}, summary)), ...roots(nodes));

/** Where the mouse was last seen moving; each frame keeps it up to date. */
export const mouse = { x: null, y: null };

function follow(event) {
  mouse.x = event.clientX;
  mouse.y = event.clientY;
}

export function frame({ model, el }, { name, label }) {
  const root = h("div", { class: `cbh-figure cbh-${name.replaceAll("_", "-")}`, role: "group", "aria-label": label });
  const undo = [];
  root.addEventListener("keydown", (event) => event.stopPropagation()); // JupyterLab would take the arrows
  document.addEventListener("pointermove", follow, { passive: true });
  undo.push(() => document.removeEventListener("pointermove", follow));
  el.replaceChildren(root);

  return {
    root,
    add(...nodes) {
      root.append(...roots(nodes));
    },
    put(values) {
      for (const [key, value] of Object.entries(values)) model.set(key, value);
      model.save_changes();
    },
    watch(names, draw) {
      let waiting = false;
      let gone = false;
      const soon = () => {
        // several traits set together are drawn once, when all have arrived
        if (waiting) return;
        waiting = true;
        queueMicrotask(() => {
          waiting = false;
          if (!gone) draw();
        });
      };
      for (const trait of names) model.on(`change:${trait}`, soon);
      undo.push(() => {
        gone = true;
        for (const trait of names) model.off(`change:${trait}`, soon);
      });
      draw();
    },
    onDispose: (fn) => undo.push(fn),
    dispose() {
      for (const fn of undo.splice(0)) fn();
      root.remove();
    },
  };
}
