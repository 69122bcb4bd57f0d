/* A picture by hand: drawn on a pad, or read from a file. */
import { h, uid, fmt } from "./elements.js";
import { button } from "./controls.js";
import { moveTo } from "./grid.js";

/** Mean of the source pixels under each target cell: grey values (rows x cols) of any size. Pure. */
export function resample(pixels, rows, cols) {
  const [height, width] = [pixels.length, pixels[0].length];
  const overlap = (start, end, i) => Math.max(0, Math.min(end, i + 1) - Math.max(start, i));
  return Array.from({ length: rows }, (_, r) => Array.from({ length: cols }, (_, c) => {
    const [top, bottom] = [(r * height) / rows, ((r + 1) * height) / rows];
    const [left, right] = [(c * width) / cols, ((c + 1) * width) / cols];
    let sum = 0;
    for (let y = Math.floor(top); y < Math.min(height, Math.ceil(bottom)); y++)
      for (let x = Math.floor(left); x < Math.min(width, Math.ceil(right)); x++)
        sum += pixels[y][x] * overlap(top, bottom, y) * overlap(left, right, x);
    return sum / ((bottom - top) * (right - left));
  }));
}

const blank = (rows, cols) => Array.from({ length: rows }, () => new Array(cols).fill(0));

/** The pad after one touch at (y, x), in cells: full inside `radius`, fading over one cell. Pure. */
export function dab(values, y, x, radius, on = true) {
  return values.map((line, r) => line.map((old, c) => {
    const ink = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(r + 0.5 - y, c + 0.5 - x)));
    return on ? Math.max(old, ink) : Math.min(old, 1 - ink);
  }));
}

export function drawingPad({ rows, cols, label, onChange, brush = 0.5, tools = true }) {
  const canvas = h("canvas", { class: "cbh-pad-canvas", "aria-hidden": "true" });
  const spoken = h("span", { class: "cbh-hidden", role: "status", "aria-live": "polite" });
  const help = h("span", { class: "cbh-hidden", id: uid("help") },
    "Arrow keys move the cursor, Space draws or erases, D keeps drawing while moving, Delete clears.");
  const surface = h("div", { class: "cbh-pad", tabindex: "0", role: "application", "aria-roledescription": "drawing pad", "aria-label": label, "aria-describedby": help.id }, canvas);
  let values = blank(rows, cols);
  let cursor = [Math.floor(rows / 2), Math.floor(cols / 2)];
  let keyPen = false;
  let pen = null; // last pointer position, in cells
  let erase = false;
  const eraser = button("Erase", () => {
    erase = !erase;
    eraser.setAttribute("aria-pressed", String(erase));
  }, { pressed: false });
  const root = h("div", { class: "cbh-pad-box" }, surface, help, spoken,
    tools ? h("div", { class: "cbh-row" }, eraser, button("Clear", () => change(blank(rows, cols)))) : null);
  surface.style.aspectRatio = `${cols} / ${rows}`;

  function change(next) {
    values = next;
    paint();
    onChange(values);
  }
  function paint() {
    const scale = 16;
    Object.assign(canvas, { width: cols * scale, height: rows * scale });
    const pencil = canvas.getContext("2d");
    const style = getComputedStyle(surface);
    pencil.fillStyle = "#fff"; // white on black, as MNIST is
    values.forEach((line, r) => line.forEach((value, c) => {
      pencil.globalAlpha = value;
      pencil.fillRect(c * scale, r * scale, scale, scale);
    }));
    pencil.globalAlpha = 1;
    if (document.activeElement === surface) {
      pencil.lineWidth = 3;
      pencil.strokeStyle = style.getPropertyValue("--cbh-focus") || style.color;
      pencil.strokeRect(cursor[1] * scale + 1.5, cursor[0] * scale + 1.5, scale - 3, scale - 3);
    }
  }
  const where = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientY - box.top) / box.height) * rows, ((event.clientX - box.left) / box.width) * cols];
  };
  function line([y0, x0], [y1, x1]) {
    const steps = Math.max(1, Math.ceil(Math.hypot(y1 - y0, x1 - x0) * 3));
    let next = values;
    for (let i = 0; i <= steps; i++) next = dab(next, y0 + ((y1 - y0) * i) / steps, x0 + ((x1 - x0) * i) / steps, brush, !erase);
    change(next);
  }
  surface.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    surface.focus();
    surface.setPointerCapture?.(event.pointerId);
    pen = where(event);
    line(pen, pen);
  });
  surface.addEventListener("pointermove", (event) => {
    if (!pen) return;
    const next = where(event);
    line(pen, next);
    pen = next;
  });
  for (const end of ["pointerup", "pointercancel"]) surface.addEventListener(end, () => { pen = null; });
  for (const event of ["focus", "blur"]) surface.addEventListener(event, paint);
  surface.addEventListener("keydown", (event) => {
    const target = moveTo(event.key, event.ctrlKey, ...cursor, rows, cols);
    const at = () => [cursor[0] + 0.5, cursor[1] + 0.5];
    if (target) {
      const from = at();
      cursor = target;
      if (keyPen) line(from, at());
      else paint();
    } else if (event.key === " " || event.key === "Enter") {
      const on = !(values[cursor[0]][cursor[1]] > 0.5);
      change(dab(values, ...at(), brush, on));
    } else if (event.key === "d" || event.key === "D") {
      keyPen = !keyPen;
      if (keyPen) line(at(), at());
    } else if (event.key === "Delete" || event.key === "Backspace") change(blank(rows, cols));
    else return;
    event.preventDefault();
    spoken.textContent = `Row ${cursor[0] + 1}, column ${cursor[1] + 1}: ${fmt(values[cursor[0]][cursor[1]], 1)}${keyPen ? ", drawing" : ""}`;
  });

  return {
    root, surface, paint,
    get values() { return values; },
    set(next) {
      values = next.map((line) => [...line]);
      paint();
    },
    clear: () => change(blank(rows, cols)),
  };
}

export function imageUpload({ label, rows, cols, onImage, onError = () => {} }) {
  const input = h("input", { type: "file", accept: "image/*", id: uid("file"), class: "cbh-file", onchange: read });
  async function read() {
    const file = input.files?.[0];
    if (!file) return;
    try {
      const bitmap = await createImageBitmap(file);
      const side = 256; // the centre square, then the mean of the pixels under each cell
      const canvas = h("canvas", { width: side, height: side });
      const pencil = canvas.getContext("2d", { willReadFrequently: true });
      const edge = Math.min(bitmap.width, bitmap.height);
      pencil.fillStyle = "#fff";
      pencil.fillRect(0, 0, side, side);
      pencil.drawImage(bitmap, (bitmap.width - edge) / 2, (bitmap.height - edge) / 2, edge, edge, 0, 0, side, side);
      const { data } = pencil.getImageData(0, 0, side, side);
      const grey = Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => {
        const i = 4 * (y * side + x);
        return (0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]) / 255;
      }));
      onImage(resample(grey, rows, cols), file.name);
    } catch {
      onError(`${file.name} could not be read as an image.`);
    }
    input.value = "";
  }
  return { root: h("div", { class: "cbh-field" }, h("label", { for: input.id }, label), h("div", { class: "cbh-field-input" }, input)), input };
}
