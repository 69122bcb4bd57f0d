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

/** An element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
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

/** The text of a trait. A built page may have put it aside, as { source, src }: the script that
 *  holds it is then loaded first, which works from file:// too. Rejects when it cannot be had. */
export function fetched(value) {
  if (typeof value === "string") return Promise.resolve(value);
  const known = () => window.cbhSources?.[value.source];
  if (known()) return Promise.resolve(known());
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = value.src;
    script.onload = () => (known() ? resolve(known()) : reject(new Error(`${value.src} does not hold ${value.source}`)));
    script.onerror = () => { script.remove(); reject(new Error(`${value.src} could not be loaded`)); };
    document.head.append(script);
  });
}

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
/** Controls beside the picture where the page is wide, above it where it is narrow. */
export const board = (controls, picture) => h("div", { class: "cbh-board" },
  h("div", { class: "cbh-side" }, ...roots(controls)), h("div", { class: "cbh-main" }, ...roots(picture)));
export const stack = (...nodes) => h("div", { class: "cbh-stack" }, ...roots(nodes));

/** Something the reader may open: seldom needed controls, a long table. */
export const more = (summary, ...nodes) => h("details", { class: "cbh-more" }, keepKeys(h("summary", {}, summary)), ...roots(nodes));

/** Where the mouse was last seen moving; each frame keeps it up to date. */
export const mouse = { x: null, y: null };

function follow(event) {
  mouse.x = event.clientX;
  mouse.y = event.clientY;
}

/** Title, hint and the two buttons that every figure has at its top. */
function head(root, { number, label, hint, resetText }, onReset) {
  const whole = h("button", { type: "button", class: "cbh-button cbh-quiet cbh-whole", "aria-pressed": "false", onclick: () => {
    if (document.fullscreenElement === root) document.exitFullscreen();
    else root.requestFullscreen().catch(() => {}); // the browser may refuse it in a frame
  } }, "Full screen");
  root.addEventListener("fullscreenchange", () => whole.setAttribute("aria-pressed", String(document.fullscreenElement === root)));
  return h("div", { class: "cbh-head" },
    h("p", { class: "cbh-title" }, number ? h("span", { class: "cbh-title-number" }, number, " ") : null, label),
    h("div", { class: "cbh-head-tools" }, h("button", { type: "button", class: "cbh-button cbh-quiet", onclick: onReset }, resetText),
      document.fullscreenEnabled ? whole : null),
    hint ? h("p", { class: "cbh-hint" }, hint) : null);
}

export function frame({ model, el }, { name, label, hint, resetText = "Reset" }) {
  const root = h("div", { class: `cbh-figure cbh-${name.replaceAll("_", "-")}`, role: "group", "aria-label": label });
  const undo = [], resets = [], first = {}; // the traits as they were when the figure was drawn
  root.append(head(root, { number: model.get("_number"), label, hint, resetText }, () => {
    for (const fn of resets) fn();
    put(structuredClone(first));
  }));
  root.addEventListener("keydown", (event) => event.stopPropagation()); // JupyterLab would take the arrows
  document.addEventListener("pointermove", follow, { passive: true });
  undo.push(() => document.removeEventListener("pointermove", follow));
  el.replaceChildren(root);

  function put(values) {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  }
  return {
    root, put,
    add(...nodes) {
      root.append(...roots(nodes));
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
      for (const trait of names) {
        first[trait] = structuredClone(model.get(trait));
        model.on(`change:${trait}`, soon);
      }
      resets.push(soon); // what no trait holds is drawn anew too
      undo.push(() => {
        gone = true;
        for (const trait of names) model.off(`change:${trait}`, soon);
      });
      draw();
    },
    onReset: (fn) => resets.unshift(fn),
    onDispose: (fn) => undo.push(fn),
    dispose() {
      for (const fn of undo.splice(0)) fn();
      root.remove();
    },
  };
}
