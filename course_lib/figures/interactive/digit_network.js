// The network of the digit playground, forward: two convolutions, two poolings, one dense layer.
// Arrays are flat Float32Arrays in the course's layout: row, column, channel, the last axis fastest.

import { resample } from "./kit.js";

export const DIGIT_LAYERS = [
  { name: "conv2d", kind: "conv", rows: 26, columns: 26, maps: 32, kernel: 3, inputs: 1 },
  { name: "max_pooling2d", kind: "pool", rows: 13, columns: 13, maps: 32 },
  { name: "conv2d_1", kind: "conv", rows: 11, columns: 11, maps: 64, kernel: 3, inputs: 32 },
  { name: "max_pooling2d_1", kind: "pool", rows: 5, columns: 5, maps: 64 },
  { name: "dense", kind: "dense", rows: 1, columns: 1, maps: 10, inputs: 1600 },
];

// Shapes of the weights, in get_weights() order: kernels are (row, column, in, out).
export const WEIGHT_SHAPES = [[3, 3, 1, 32], [32], [3, 3, 32, 64], [64], [1600, 10], [10]];

/** A half-precision number from its 16 bits: sign, 5 bits of exponent, 10 of fraction. */
export function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Bytes of a base64 text. */
export function decodeBytes(text) {
  const binary = atob(text), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The six weight arrays, from one base64 text of little-endian halves. */
export function decodeWeights(text) {
  const bytes = decodeBytes(text), arrays = [];
  let at = 0;
  for (const shape of WEIGHT_SHAPES) {
    const array = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < array.length; i++, at += 2) array[i] = halfToFloat(bytes[at] | (bytes[at + 1] << 8));
    arrays.push(array);
  }
  if (at !== bytes.length) throw new Error(`weights must hold ${at} bytes, got ${bytes.length}`);
  return arrays;
}

/** Convolution, valid, stride 1, of (rows, columns, inputs) with (k, k, inputs, filters), plus bias. */
export function convForward(x, rows, columns, inputs, kernel, bias, k = 3) {
  const filters = bias.length, outRows = rows - k + 1, outColumns = columns - k + 1;
  const y = new Float32Array(outRows * outColumns * filters);
  for (let r = 0, at = 0; r < outRows; r++) {
    for (let c = 0; c < outColumns; c++, at += filters) {
      const sums = y.subarray(at, at + filters);
      sums.set(bias);
      for (let a = 0; a < k; a++) {
        // The k cells of one kernel row lie next to each other, channels included.
        let read = ((r + a) * columns + c) * inputs, weight = a * k * inputs * filters;
        for (const end = read + k * inputs; read < end; read++, weight += filters) {
          const value = x[read];
          if (value === 0) continue;           // after ReLU, many inputs are zero
          for (let f = 0; f < filters; f++) sums[f] += value * kernel[weight + f];
        }
      }
    }
  }
  return y;
}

export function reluForward(x) {
  const y = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] = x[i] > 0 ? x[i] : 0;
  return y;
}

/** 2x2 max pooling, stride 2, valid: an odd last row or column is dropped. */
export function poolForward(x, rows, columns, maps) {
  const outRows = rows >> 1, outColumns = columns >> 1;
  const y = new Float32Array(outRows * outColumns * maps);
  for (let r = 0, at = 0; r < outRows; r++) {
    for (let c = 0; c < outColumns; c++) {
      const top = (2 * r * columns + 2 * c) * maps, below = top + columns * maps;
      for (let m = 0; m < maps; m++, at++) {
        y[at] = Math.max(x[top + m], x[top + maps + m], x[below + m], x[below + maps + m]);
      }
    }
  }
  return y;
}

export function denseForward(x, kernel, bias) {
  const y = Float32Array.from(bias), units = bias.length;
  for (let i = 0; i < x.length; i++) {
    if (x[i] === 0) continue;
    for (let u = 0; u < units; u++) y[u] += x[i] * kernel[i * units + u];
  }
  return y;
}

export function softmaxForward(x) {
  const largest = Math.max(...x), powers = Array.from(x, (v) => Math.exp(v - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return Float32Array.from(powers, (p) => p / total);
}

/** Every layer's values for one 28x28 image of numbers from 0 to 1. */
export function runDigit(image, weights) {
  const [k1, b1, k2, b2, k3, b3] = weights;
  const sums1 = convForward(image, 28, 28, 1, k1, b1);
  const conv1 = reluForward(sums1);
  const pool1 = poolForward(conv1, 26, 26, 32);
  const sums2 = convForward(pool1, 13, 13, 32, k2, b2);
  const conv2 = reluForward(sums2);
  const pool2 = poolForward(conv2, 11, 11, 64);
  const logits = denseForward(pool2, k3, b3);
  return { image, outputs: [conv1, pool1, conv2, pool2, logits], probabilities: softmaxForward(logits) };
}

/** What layer `l` reads: the image, or the layer below it. */
export const inputOf = (run, l) => (l === 0 ? run.image : run.outputs[l - 1]);

/** One unit taken apart: the window it reads, its products summed by input channel, its value. */
export function unitParts(run, weights, l, map, row, column) {
  const layer = DIGIT_LAYERS[l], x = inputOf(run, l);
  if (layer.kind === "dense") return denseParts(run, weights, map);
  const columns = l === 0 ? 28 : DIGIT_LAYERS[l - 1].columns;
  const size = layer.kind === "conv" ? 3 : 2, step = layer.kind === "conv" ? 1 : 2;
  const top = row * step, left = column * step;
  const window = { top, left, rows: size, columns: size };
  if (layer.kind === "pool") {
    const values = windowValues(x, columns, layer.maps, map, top, left, size);
    const flat = values.flat(), value = Math.max(...flat), winner = flat.indexOf(value);
    return { kind: "pool", window, values, value, winner: [winner >> 1, winner & 1] };
  }
  const kernel = weights[l], bias = weights[l + 1][map], channels = [];
  for (let i = 0; i < layer.inputs; i++) {
    const values = windowValues(x, columns, layer.inputs, i, top, left, size);
    const filter = kernelSlice(kernel, layer, i, map);
    const sum = values.flat().reduce((s, v, q) => s + v * filter.flat()[q], 0);
    channels.push({ channel: i, values, filter, sum });
  }
  const sum = channels.reduce((s, c) => s + c.sum, bias);
  return { kind: "conv", window, channels, bias, sum, value: Math.max(0, sum) };
}

/** A class's score: what each of the 64 pooled maps adds to it. */
function denseParts(run, weights, unit) {
  const x = run.outputs[3], kernel = weights[4], channels = [];
  for (let m = 0; m < 64; m++) {
    let sum = 0;
    for (let place = 0; place < 25; place++) sum += x[place * 64 + m] * kernel[(place * 64 + m) * 10 + unit];
    channels.push({ channel: m, sum });
  }
  const bias = weights[5][unit], sum = channels.reduce((s, c) => s + c.sum, bias);
  return { kind: "dense", channels, bias, sum, value: run.probabilities[unit] };
}

function windowValues(x, columns, maps, map, top, left, size) {
  return Array.from({ length: size }, (_, a) =>
    Array.from({ length: size }, (_, b) => x[((top + a) * columns + left + b) * maps + map]));
}

function kernelSlice(kernel, layer, channel, filter) {
  return Array.from({ length: 3 }, (_, a) => Array.from({ length: 3 }, (_, b) =>
    kernel[((a * 3 + b) * layer.inputs + channel) * layer.maps + filter]));
}

/** The square of the 28x28 image that one unit depends on: [top, left, rows, columns]. */
export function unitField(l, row, column) {
  if (l === 4) return [0, 0, 28, 28];
  // size and jump by r = r + (k - 1) * jump, jump = jump * s, through conv 3, pool 2, conv 3, pool 2
  const [size, jump] = [[3, 1], [4, 2], [8, 2], [10, 4]][l];
  return [row * jump, column * jump, size, size];
}

// ------------------------------------------------------- from a drawing to what MNIST looks like

/** Smallest box [top, left, bottom, right) around the ink of a square drawing, or null when blank. */
export function inkBox(drawing, side, threshold = 0.05) {
  let top = side, left = side, bottom = 0, right = 0;
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) {
      if (drawing[r * side + c] <= threshold) continue;
      top = Math.min(top, r); bottom = Math.max(bottom, r + 1);
      left = Math.min(left, c); right = Math.max(right, c + 1);
    }
  }
  return bottom ? [top, left, bottom, right] : null;
}

/** As the makers of MNIST did: the ink fitted into 20x20, then its centre of mass put at the centre
 *  of a 28x28 field. `drawing` is side x side, ink from 0 to 1. */
export function centreDigit(drawing, side) {
  const image = new Float32Array(784), box = inkBox(drawing, side);
  if (!box) return image;
  const [top, left, bottom, right] = box, scale = 20 / Math.max(bottom - top, right - left);
  const rows = Math.max(1, Math.round((bottom - top) * scale));
  const columns = Math.max(1, Math.round((right - left) * scale));
  const ink = Array.from({ length: bottom - top }, (_, r) => Array.from({ length: right - left }, (_, c) => drawing[(top + r) * side + left + c]));
  const small = resample(ink, rows, columns);
  let mass = 0, massR = 0, massC = 0;
  small.forEach((line, r) => line.forEach((v, c) => { mass += v; massR += v * (r + 0.5); massC += v * (c + 0.5); }));
  // whole cells; a hair is added so that a tie does not hang on the last bit of the sum
  const shift = (middle, most) => Math.min(Math.max(Math.floor(14.5 + 1e-9 - middle), 0), most);
  const down = shift(massR / mass, 28 - rows), across = shift(massC / mass, 28 - columns);
  small.forEach((line, r) => line.forEach((v, c) => { image[(r + down) * 28 + c + across] = v; }));
  return image;
}
