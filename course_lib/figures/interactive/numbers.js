/* The arithmetic that several figures share; every function is compared with NumPy in the tests.
 * An image is a list of rows; padding is "valid", "same", a whole number, or a pair [before, after].
 */

import { fmt } from "./kit/elements.js";

/** The whole number, at most 100, over which all values are written where two decimals would cut
 *  them: 16 for a Gaussian, else 1. */
export function denominatorOf(values) {
  const whole = (d) => values.every((v) => Math.abs(v * d - Math.round(v * d)) < 1e-9);
  if (whole(100)) return 1;
  for (let d = 2; d <= 100; d++) if (whole(d)) return d;
  return 1;
}

/** A value over a denominator as denominatorOf gives it: "2/16", "−1/9", "0.25", "0". */
export const fraction = (value, d) => (d === 1 || !value ? fmt(value) : `${fmt(value * d)}/${d}`);

/** Values rounded so that they add up to `total`, rounded: each is about a last digit off at most. */
export function addUp(values, digits = 3, total = values.reduce((sum, v) => sum + v, 0)) {
  const unit = 10 ** digits, scaled = values.map((v) => v * unit), whole = scaled.map(Math.floor);
  const left = Math.round(total * unit) - whole.reduce((sum, v) => sum + v, 0);
  const order = [...scaled.keys()].sort((a, b) => scaled[b] - whole[b] - (scaled[a] - whole[a]) || a - b);
  for (let n = 0; n < left; n++) whole[order[n % order.length]] += 1;
  for (let n = 0; n < -left; n++) whole[order.at(-1 - (n % order.length))] -= 1;
  return whole.map((v) => v / unit);
}

/** Cells that a kernel of `size` spans when its elements stand `dilation` apart. */
export const spanOf = (size, dilation = 1) => dilation * (size - 1) + 1;

/** Zeros before and after one axis, TensorFlow's rule for "same": an odd zero goes after. */
export function paddingSplit(size, kernel, stride = 1, padding = "valid", dilation = 1) {
  if (padding === "valid") return [0, 0];
  if (padding === "same") {
    const total = Math.max((Math.ceil(size / stride) - 1) * stride + spanOf(kernel, dilation) - size, 0);
    return [Math.floor(total / 2), total - Math.floor(total / 2)];
  }
  return Array.isArray(padding) ? [...padding] : [Number(padding), Number(padding)];
}

/** Output cells along one axis: floor((n + before + after - span) / stride) + 1, or 0 if none fits. */
export function outputSize(size, kernel, stride = 1, padding = "valid", dilation = 1) {
  const [before, after] = paddingSplit(size, kernel, stride, padding, dilation);
  const room = size + before + after - spanOf(kernel, dilation);
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

/** Cells of the padded axis, counted at its end, that no window reads because of the floor. */
export function droppedCells(size, kernel, stride = 1, padding = "valid", dilation = 1) {
  const [before, after] = paddingSplit(size, kernel, stride, padding, dilation);
  const outputs = outputSize(size, kernel, stride, padding, dilation);
  if (outputs === 0) return size + before + after;
  return size + before + after - ((outputs - 1) * stride + spanOf(kernel, dilation));
}

/** The image with zeros around it: pads are [[top, bottom], [left, right]]. */
export function padImage(image, [[top, bottom], [left, right]], fill = 0) {
  return Array.from({ length: image.length + top + bottom }, (_, r) =>
    Array.from({ length: image[0].length + left + right }, (_, c) => image[r - top]?.[c - left] ?? fill));
}

/** Sizes of a 2D window operation: pads, output size and dropped cells of both axes. */
export function geometry(shape, kernelShape, { strides = 1, padding = "valid", dilation = 1 } = {}) {
  const axis = (value, i) => (Array.isArray(value) ? value[i] : value);
  const each = (rule) => [0, 1].map((i) =>
    rule(shape[i], kernelShape[i], axis(strides, i), Array.isArray(padding) ? padding[i] : padding, axis(dilation, i)));
  return {
    pads: each(paddingSplit), output: each(outputSize), dropped: each(droppedCells),
    strides: [axis(strides, 0), axis(strides, 1)], dilation: [axis(dilation, 0), axis(dilation, 1)],
  };
}

/** Pixel and weight of each product at output (i, j), row by row, and their sum. */
export function windowProducts(image, kernel, options, i, j) {
  const { pads, strides, dilation } = geometry([image.length, image[0].length], [kernel.length, kernel[0].length], options);
  const terms = [];
  kernel.forEach((line, a) => line.forEach((weight, b) => {
    const r = i * strides[0] + a * dilation[0] - pads[0][0];
    const c = j * strides[1] + b * dilation[1] - pads[1][0];
    terms.push({ r, c, a, b, pixel: image[r]?.[c] ?? 0, weight });
  }));
  return { terms, sum: terms.reduce((sum, { pixel, weight }) => sum + pixel * weight, 0) };
}

/** Cross-correlation of one channel, which deep-learning libraries call convolution. */
export function conv2d(image, kernel, options = {}) {
  const { output } = geometry([image.length, image[0].length], [kernel.length, kernel[0].length], options);
  return Array.from({ length: output[0] }, (_, i) =>
    Array.from({ length: output[1] }, (_, j) => windowProducts(image, kernel, options, i, j).sum));
}

/** Every output (i, j) that reads input (r, c), with the weight (a, b) it reads it through. */
export function readersOf(shape, kernelShape, options, r, c) {
  const { pads, output, strides, dilation } = geometry(shape, kernelShape, options);
  const readers = [];
  for (let i = 0; i < output[0]; i++) for (let j = 0; j < output[1]; j++)
    for (let a = 0; a < kernelShape[0]; a++) for (let b = 0; b < kernelShape[1]; b++)
      if (i * strides[0] + a * dilation[0] - pads[0][0] === r && j * strides[1] + b * dilation[1] - pads[1][0] === c)
        readers.push({ i, j, a, b });
  return readers;
}

/** Every input (r, c), padding included, that weight (a, b) multiplies. */
export function inputsOf(shape, kernelShape, options, a, b) {
  const { pads, output, strides, dilation } = geometry(shape, kernelShape, options);
  return Array.from({ length: output[0] * output[1] }, (_, n) => ({
    r: Math.floor(n / output[1]) * strides[0] + a * dilation[0] - pads[0][0],
    c: (n % output[1]) * strides[1] + b * dilation[1] - pads[1][0],
  }));
}

/** How many windows read each cell of one padded axis. */
export function readCounts(size, kernel, stride, padding, dilation) {
  const [before, after] = paddingSplit(size, kernel, stride, padding, dilation);
  const counts = new Array(size + before + after).fill(0);
  for (let i = 0; i < outputSize(size, kernel, stride, padding, dilation); i++)
    for (let a = 0; a < kernel; a++) counts[i * stride + a * dilation] += 1;
  return counts;
}

/** The arithmetic of one axis, a line for each step: span, padding, size, dropped cells. */
export function axisLines(name, size, kernel, stride, padding, dilation) {
  const lines = [];
  const span = spanOf(kernel, dilation);
  const [before, after] = paddingSplit(size, kernel, stride, padding, dilation);
  const output = outputSize(size, kernel, stride, padding, dilation);
  if (dilation > 1) lines.push(`kernel span = ${dilation}·(${kernel} − 1) + 1 = ${span}`);
  if (padding === "same") {
    const windows = Math.ceil(size / stride);
    lines.push(`zeros = max((ceil(${size}/${stride}) − 1)·${stride} + ${span} − ${size}, 0) = max(${(windows - 1) * stride + span - size}, 0) = ${before + after}: ${before} before, ${after} after`);
  }
  if (output === 0) lines.push(`the kernel spans ${span} cells, the padded input has ${size + before + after}: no window fits`);
  else {
    const room = size + before + after - span;
    lines.push(`floor((${size} + ${before} + ${after} − ${span}) / ${stride}) + 1 = floor(${room} / ${stride}) + 1 = ${output}`);
    const read = (output - 1) * stride + span;
    const all = size + before + after;
    if (all > read) lines.push(`dropped = ${all} − ((${output} − 1)·${stride} + ${span}) = ${all - read}`);
  }
  return lines.map((line, i) => (i ? `  ${line}` : `${name}: ${line}`));
}
