/* A grid of numbers that the keyboard, a pointer and a screen reader can walk through and edit. */
import { h, fmt, parseNumber, keepKeys, mouse } from "./elements.js";

// While the reader uses the keyboard, a mouse that rests on a grid says nothing: browsers report
// it as moving when the page scrolls beneath it. A real movement gives the mouse its voice again.
let byKeyboard = false;

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Where a key leads from cell (r, c) in a grid of `rows` x `cols`, or null. Pure: tested in node. */
export function moveTo(key, ctrl, r, c, rows, cols) {
  const clamp = (value, size) => Math.min(size - 1, Math.max(0, value));
  if (MOVES[key]) return [clamp(r + MOVES[key][0], rows), clamp(c + MOVES[key][1], cols)];
  if (key === "Home") return ctrl ? [0, 0] : [r, 0];
  if (key === "End") return ctrl ? [rows - 1, cols - 1] : [r, cols - 1];
  if (key === "PageUp") return [0, c];
  if (key === "PageDown") return [rows - 1, c];
  return null;
}

const SHADES = ["ink", "red", "green", "blue"]; // of what is above zero

/** Sign and strength (0 to 1) of a value's tint. Pure.
 *  true: blue above zero, orange below; "ink", "red", "green", "blue": that colour above zero;
 *  "light": a pixel from black to white, "light" or "dark" by what can be read on it. */
export function tintOf(value, limit, tint = true) {
  if (tint === "light") {
    const strength = limit ? Math.min(1, Math.max(0, value / limit)) : 0;
    return [strength > 0.46 ? "light" : "dark", strength];
  }
  const shade = SHADES.includes(tint);
  if (!value || !limit || tint === false || (shade && value < 0)) return ["zero", 0];
  if (shade) return [tint, Math.min(1, value / limit)];
  return [value > 0 ? "pos" : "neg", Math.min(1, Math.abs(value) / limit)];
}

/** The smallest rectangle around marked places: { r, c, rows, cols }, or null. Pure. */
export function boundsOf(places) {
  if (!places.length) return null;
  const [rows, cols] = [places.map(([r]) => r), places.map(([, c]) => c)];
  const [r, c] = [Math.min(...rows), Math.min(...cols)];
  return { r, c, rows: Math.max(...rows) - r + 1, cols: Math.max(...cols) - c + 1 };
}

export function numberGrid({ label, describe, format = fmt, onEdit, onPoint, onChoose, onPaint }) {
  const root = h("div", { class: onPoint || onEdit || onChoose ? "cbh-grid cbh-live" : "cbh-grid", role: "grid", "aria-label": label });
  const pane = h("div", { class: "cbh-pane", "aria-hidden": "true", hidden: true }); // frames the window, slides with it
  let cells = []; // cells[r][c]
  let values = [];
  let look = {};
  let active = [0, 0];
  let hovered = null;
  let focused = null;
  let editing = null;
  let pressedAt = -Infinity;
  let brush = null; // true paints, false erases, while the pointer is down

  const place = (event) => {
    const cell = event.target.closest?.(".cbh-cell");
    return cell && root.contains(cell) ? [Number(cell.dataset.r), Number(cell.dataset.c)] : null;
  };
  const canEdit = (r, c) => Boolean(onEdit || onPaint) && (look.editable ? look.editable(r, c) : true);
  const point = (how) => {
    const at = hovered ?? focused;
    onPoint?.(at ? { r: at[0], c: at[1] } : null, how);
  };

  function setActive(r, c) {
    cells[active[0]]?.[active[1]]?.setAttribute("tabindex", "-1");
    active = [r, c];
    cells[r][c].setAttribute("tabindex", "0");
  }

  function edit(r, c, first) {
    if (!onEdit || !canEdit(r, c)) return;
    const cell = cells[r][c];
    const old = values[r][c];
    const input = keepKeys(h("input", { class: "cbh-edit", inputmode: "decimal", autocomplete: "off", "aria-label": `New value: ${describe(r, c, old)}` }));
    const refused = h("span", { class: "cbh-refused", role: "alert", hidden: true }, "Please give a number, such as 3, \u22120.5 or 1/9.");
    input.value = first ?? fmt(old, 6);
    editing = input;
    const finish = (keep, refocus) => {
      if (editing !== input) return;
      const typed = parseNumber(input.value);
      if (keep && refocus && Number.isNaN(typed)) { // the reader is still there to be told
        input.setAttribute("aria-invalid", "true");
        refused.hidden = false;
        return;
      }
      editing = null;
      refused.remove();
      input.remove();
      cell.classList.remove("cbh-editing");
      if (refocus) cell.focus();
      if (keep && !Number.isNaN(typed) && typed !== old) onEdit(r, c, typed);
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") finish(true, true);
      else if (event.key === "Escape") finish(false, true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    input.addEventListener("blur", () => finish(true, false));
    cell.classList.add("cbh-editing");
    cell.append(input, refused);
    input.focus();
    if (first === undefined) input.select();
  }

  root.addEventListener("keydown", (event) => {
    if (editing) return;
    const at = place(event);
    if (!at) return;
    const [r, c] = at;
    const target = moveTo(event.key, event.ctrlKey || event.metaKey, r, c, cells.length, cells[0].length);
    if (target) {
      hovered = null;
      byKeyboard = true;
      setActive(...target);
      cells[target[0]][target[1]].focus();
    } else if (event.key === " " && look.paint && canEdit(r, c)) onPaint?.(r, c, !(values[r][c] > 0));
    else if ((event.key === "Enter" || event.key === "F2") && onEdit && canEdit(r, c)) edit(r, c);
    else if ((event.key === "Enter" || event.key === " ") && onChoose) onChoose(r, c);
    else if (/^[-\u2212.0-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && onEdit && canEdit(r, c)) edit(r, c, event.key);
    else return;
    event.preventDefault();
  });
  root.addEventListener("focusin", (event) => {
    const at = place(event);
    if (!at) return;
    focused = at;
    if (performance.now() - pressedAt > 700) { // not by pressing a cell
      byKeyboard = true;
      hovered = null;
    }
    setActive(...at);
    point("focus");
  });
  root.addEventListener("focusout", (event) => {
    if (root.contains(event.relatedTarget)) return;
    focused = null;
    point("blur");
  });
  const hover = (event) => {
    const at = place(event);
    if (event.pointerType === "touch" || !at) return;
    if (byKeyboard && event.clientX === mouse.x && event.clientY === mouse.y) return;
    byKeyboard = false;
    if (hovered && hovered[0] === at[0] && hovered[1] === at[1]) return;
    hovered = at;
    point("hover");
  };
  root.addEventListener("pointerover", hover);
  root.addEventListener("pointermove", hover);
  root.addEventListener("pointerleave", () => {
    if (!hovered) return;
    hovered = null;
    point("leave");
  });
  root.addEventListener("pointerdown", (event) => {
    pressedAt = performance.now();
    byKeyboard = false;
    const at = place(event);
    if (!at || editing?.contains(event.target)) return;
    if (look.paint && canEdit(...at)) {
      event.preventDefault();
      brush = !(values[at[0]][at[1]] > 0);
      root.setPointerCapture?.(event.pointerId);
      onPaint?.(at[0], at[1], brush);
      cells[at[0]][at[1]].focus();
    } else if (focused && focused[0] === at[0] && focused[1] === at[1] && onEdit && canEdit(...at)) {
      event.preventDefault();
      edit(...at);
    }
  });
  root.addEventListener("pointermove", (event) => {
    if (brush === null) return;
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".cbh-cell");
    if (!under || !root.contains(under)) return;
    const r = Number(under.dataset.r);
    const c = Number(under.dataset.c);
    if (canEdit(r, c) && values[r][c] > 0 !== brush) onPaint?.(r, c, brush);
  });
  for (const end of ["pointerup", "pointercancel"]) root.addEventListener(end, () => { brush = null; });
  root.addEventListener("click", (event) => {
    const at = place(event);
    if (at && onChoose && !look.paint) onChoose(...at);
  });

  /** Tell the grids that stand together how many rows the tallest has: their cells are of one size. */
  function share() {
    const together = root.closest(".cbh-panels");
    const rows = [...(together?.querySelectorAll(".cbh-grid") ?? [])].map((grid) => grid.querySelectorAll(".cbh-grid-row").length);
    together?.style.setProperty("--rows", Math.max(...rows));
  }

  function build(rows, cols) {
    const hadFocus = root.contains(document.activeElement);
    cells = Array.from({ length: rows }, (_, r) =>
      Array.from({ length: cols }, (_, c) =>
        h("div", { class: "cbh-cell", role: "gridcell", tabindex: "-1", "data-r": r, "data-c": c }, h("span", {}))));
    root.replaceChildren(...cells.map((line) => h("div", { class: "cbh-grid-row", role: "row" }, ...line)), pane);
    root.style.setProperty("--cols", cols);
    share();
    hovered = null;
    editing = null;
    setActive(Math.min(active[0], rows - 1), Math.min(active[1], cols - 1));
    if (hadFocus) cells[active[0]][active[1]].focus();
    else focused = null;
  }

  function draw(newValues, options = {}) {
    values = newValues;
    look = options;
    const rows = values.length;
    const cols = values[0].length;
    if (rows !== cells.length || cols !== cells[0]?.length) build(rows, cols);
    root.classList.toggle("cbh-paint", Boolean(look.paint));
    const marks = values.map((line, r) => line.map((_, c) => (look.marks?.(r, c) || "").split(" ").filter(Boolean)));
    const limit = look.limit ?? Math.max(...values.flat().map((value) => Math.abs(value ?? 0)));
    const textOf = (r, c) => (look.text ? look.text(r, c) : format(values[r][c]));
    let longest = 2; // one size of type for the whole grid
    for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) {
      const cell = cells[r][c];
      const value = values[r][c];
      const [sign, strength] = tintOf(value, limit, look.tint);
      const text = textOf(r, c);
      longest = Math.max(longest, text.length);
      cell.className = ["cbh-cell", ...marks[r][c].map((mark) => `cbh-m-${mark}`)].join(" ");
      if (editing && cell.contains(editing)) cell.classList.add("cbh-editing");
      cell.dataset.sign = sign;
      cell.style.setProperty("--s", strength.toFixed(3));
      const span = cell.firstElementChild;
      if (span.textContent !== text) span.textContent = text;
      cell.setAttribute("aria-label", describe(r, c, value));
      if (onEdit || onPaint) cell.setAttribute("aria-readonly", String(!canEdit(r, c)));
    }
    root.style.setProperty("--len", longest);
    const window = boundsOf(marks.flatMap((line, r) => line.flatMap((cell, c) => (cell.includes("window") ? [[r, c]] : []))));
    pane.hidden = !window;
    for (const [key, value] of Object.entries(window ?? {})) pane.style.setProperty(`--${key}`, value);
  }

  return {
    root, draw,
    /** The elements of all cells, row by row. */
    get cells() { return cells.flat(); },
    at: (r, c) => cells[r]?.[c],
    focus(r, c) {
      setActive(r, c);
      cells[r][c].focus();
    },
  };
}

/** A map without numbers, as a thumbnail; hidden from screen readers, which get the label beside it. */
export function miniMap(values, { limit, tint } = {}) {
  const most = limit ?? Math.max(...values.flat().map(Math.abs));
  const root = h("span", { class: "cbh-mini", "aria-hidden": "true" });
  root.style.gridTemplateColumns = `repeat(${values[0].length}, max-content)`;
  for (const value of values.flat()) {
    const [sign, strength] = tintOf(value, most, tint);
    const cell = h("i", { "data-sign": sign });
    cell.style.setProperty("--s", strength.toFixed(3));
    root.append(cell);
  }
  return root;
}
