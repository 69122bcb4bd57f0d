// A line of cells, a sheet of cells or a block of cells, with the window in it, in oblique projection.
import { svg } from "./kit.js";

/** Rows, columns and depth of sizes along one, two or three axes. */
const box = (sizes) => (sizes.length === 1 ? [1, sizes[0], 1] : [sizes[0], sizes[1], sizes[2] ?? 1]);
const corner = (start) => (start.length === 1 ? [0, start[0], 0] : [start[0], start[1], start[2] ?? 0]);

/** The picture, 260 wide, of a window of `kernel` at `start` in `spatial`. */
export function volumeSketch(spatial, kernel, start) {
  const [rows, columns, depth] = box(spatial), axes = spatial.length;
  const unit = Math.min(24, (axes === 3 ? 150 : 196) / (columns + depth * 0.5), 130 / (rows + depth * 0.4));
  const [dx, dy] = axes === 3 ? [unit * 0.5, -unit * 0.4] : [unit * 0.28, -unit * 0.22];
  const left = axes === 1 ? 4 : 56, top = 4 - depth * dy, height = top + rows * unit + 32;
  const at = (r, c, d) => [left + c * unit + d * dx, top + r * unit + d * dy];
  const points = (...corners) => corners.map((p) => at(...p).map((v) => v.toFixed(1)).join(",")).join(" ");

  /** The three faces that one sees of the block from (r, c, d), as polygons. */
  const faces = (r, c, d, high, wide, deep, name) => [
    svg("polygon", { class: `${name} cbh-face-top`, points: points([r, c, d], [r, c + wide, d], [r, c + wide, d + deep], [r, c, d + deep]) }),
    svg("polygon", { class: `${name} cbh-face-side`, points: points([r, c + wide, d], [r + high, c + wide, d], [r + high, c + wide, d + deep], [r, c + wide, d + deep]) }),
    svg("polygon", { class: name, points: points([r, c, d], [r, c + wide, d], [r + high, c + wide, d], [r + high, c, d]) }),
  ];
  const line = (a, b) => svg("line", { x1: at(...a)[0], y1: at(...a)[1], x2: at(...b)[0], y2: at(...b)[1] });
  const lines = svg("g", { class: "cbh-sketch-lines" });
  for (let r = 1; r < rows; r++) lines.append(line([r, 0, 0], [r, columns, 0]), line([r, columns, 0], [r, columns, depth]));
  for (let c = 1; c < columns; c++) lines.append(line([0, c, 0], [rows, c, 0]), line([0, c, 0], [0, c, depth]));
  for (let d = 1; d < depth; d++) lines.append(line([0, 0, d], [0, columns, d]), line([0, columns, d], [rows, columns, d]));
  const [r, c, d] = corner(start), [high, wide, deep] = box(kernel);
  return svg("svg", { viewBox: `0 0 260 ${height}`, width: 260, height, "aria-hidden": "true" },
    ...faces(0, 0, 0, rows, columns, depth, "cbh-sketch-block"), lines,
    ...faces(r, c, d, high, wide, deep, "cbh-sketch-window"), ...arrows(axes, at, rows, columns, depth));
}

/** An arrow along every axis on which the window moves. */
function arrows(axes, at, rows, columns, depth) {
  const [x0, y1] = at(rows, 0, 0), [x1] = at(rows, columns, 0), [, y0] = at(0, 0, 0);
  const made = [[axes === 1 ? "steps" : "width", x0, y1 + 10, x1, y1 + 10, (x0 + x1) / 2, y1 + 25, "middle"]];
  if (axes > 1) made.push(["height", x0 - 10, y0, x0 - 10, y1, x0 - 16, (y0 + y1) / 2 + 4, "end"]);
  if (axes > 2) {
    const [x2, y2] = at(rows, columns, depth);
    made.push(["depth", x1 + 8, y1 + 4, x2 + 8, y2 + 4, (x1 + x2) / 2 + 14, (y1 + y2) / 2 + 14, "start"]);
  }
  return made.flatMap(([text, xa, ya, xb, yb, x, y, anchor]) => {
    const angle = (Math.atan2(yb - ya, xb - xa) * 180) / Math.PI;
    const label = svg("text", { x, y, "text-anchor": anchor });
    label.textContent = text;
    return [
      svg("line", { class: "cbh-sketch-arrow", x1: xa, y1: ya, x2: xb, y2: yb }),
      svg("path", { class: "cbh-sketch-head", d: "M0 0L-7 -3.5L-7 3.5Z", transform: `translate(${xb} ${yb}) rotate(${angle})` }), label,
    ];
  });
}
