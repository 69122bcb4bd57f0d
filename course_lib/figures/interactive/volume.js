// A window over one, two or three axes: the same rule, once for each axis. Arrays are flat, in the
// course's layout (height, width, depth, channels): channels last, the last axis fastest.
import { outputSize } from "./numbers.js";

export const volumeOf = (shape) => shape.reduce((a, b) => a * b, 1);

/** Place of a cell in the flat array. */
export const flatIndex = (shape, index) => index.reduce((at, i, axis) => at * shape[axis] + i, 0);

/** Index along every axis of the cell at a place of the flat array. */
export function indexAt(shape, at) {
  const index = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(at % shape[axis]);
    at = Math.floor(at / shape[axis]);
  }
  return index;
}

/** Sizes of the output along every axis (0 where the window does not fit). */
export const outputSizes = (spatial, kernel, strides = 1, padding = "valid") =>
  spatial.map((n, axis) => outputSize(n, kernel[axis], strides, padding));

/** Small whole numbers to look at, the same in every page: digits for the input, -1 to 2 for weights. */
const mixed = (i) => (Math.imul(i + 11, 0x9e3779b1) ^ Math.imul(i + 5, 0x85ebca6b)) >>> 8;
export const inputValues = (count) => Float64Array.from({ length: count }, (_, i) => mixed(i) % 10);
export const weightValues = (count) => Float64Array.from({ length: count }, (_, i) => (mixed(i + 202) % 4) - 1);

/** The window at one place of the output: where it starts, and each cell with its weight, channel by channel. */
export function windowAt(input, spatial, channels, weights, kernel, strides, place) {
  const start = place.map((i) => i * strides), cells = volumeOf(kernel), terms = [];
  for (let at = 0; at < cells; at++) {
    const inside = indexAt(kernel, at), index = inside.map((i, axis) => start[axis] + i);
    for (let c = 0; c < channels; c++) {
      terms.push({ index, inside, channel: c, value: input[flatIndex(spatial, index) * channels + c], weight: weights[at * channels + c] });
    }
  }
  return { start, terms, sum: terms.reduce((s, t) => s + t.value * t.weight, 0) };
}

/** The whole output of one filter, valid, flat. */
export function slideOver(input, spatial, channels, weights, kernel, strides = 1) {
  const sizes = outputSizes(spatial, kernel, strides);
  return Float64Array.from({ length: volumeOf(sizes) }, (_, at) =>
    windowAt(input, spatial, channels, weights, kernel, strides, indexAt(sizes, at)).sum);
}

/** Shapes as Keras has them: input, kernel (…, in, out), output, parameters with one bias per filter. */
export function layerShapes({ spatial, kernel, channels, filters, strides }) {
  const sizes = outputSizes(spatial, kernel, strides);
  return {
    input: [...spatial, channels], filter: [...kernel, channels], kernel: [...kernel, channels, filters], output: [...sizes, filters],
    perFilter: volumeOf(kernel) * channels + 1, parameters: (volumeOf(kernel) * channels + 1) * filters,
  };
}

/** Input, weights and output as slices of rows for drawing: [depth][channel] of rows of numbers. */
export function slices(values, spatial, channels, shown = channels) {
  const [rows, columns, depth] = [spatial.length > 1 ? spatial[0] : 1, spatial.length > 1 ? spatial[1] : spatial[0], spatial[2] ?? 1];
  return Array.from({ length: depth }, (_, d) => Array.from({ length: shown }, (_, c) =>
    Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, k) => {
      const index = [r, k, d].slice(spatial.length === 1 ? 1 : 0, spatial.length === 1 ? 2 : spatial.length);
      return values[flatIndex(spatial, index) * channels + c];
    }))));
}
