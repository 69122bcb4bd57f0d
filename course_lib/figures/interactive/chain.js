// A chain of one-dimensional windows: which cells read which. A cell's fan-in is what it depends on,
// down to the input; its fan-out is what depends on it, up to the top.
import { outputSize, paddingSplit, spanOf } from "./numbers.js";

/** Lengths of every level, the input first. Throws an Error that names the layer that does not fit. */
export function chainSizes(length, layers) {
  const sizes = [length];
  layers.forEach(({ kernel, stride, padding, dilation }, i) => {
    const size = outputSize(sizes[i], kernel, stride, padding, dilation);
    if (size === 0) {
      const span = spanOf(kernel, dilation), dilated = span === kernel ? "" : `, dilated to ${span},`;
      throw new Error(`Layer ${i + 1}: a window of ${kernel}${dilated} does not fit into ${sizes[i]}.`);
    }
    sizes.push(size);
  });
  return sizes;
}

/** Cells of level `l - 1` that cell `index` of level `l` reads; zeros of the padding left out. */
export function readsOf(sizes, layers, l, index) {
  const { kernel, stride, dilation, padding } = layers[l - 1], n = sizes[l - 1];
  const [before] = paddingSplit(n, kernel, stride, padding, dilation);
  return Array.from({ length: kernel }, (_, a) => index * stride - before + a * dilation).filter((i) => i >= 0 && i < n);
}

/** For every level, the cells that cell `index` of level `l` depends on (its own level holds it alone). */
export function fanIn(sizes, layers, l, index) {
  const levels = sizes.map(() => []);
  levels[l] = [index];
  for (let at = l; at > 0; at--) {
    levels[at - 1] = sortedSet(levels[at].flatMap((i) => readsOf(sizes, layers, at, i)));
  }
  return levels;
}

/** For every level, the cells that depend on cell `index` of level `l`. */
export function fanOut(sizes, layers, l, index) {
  const levels = sizes.map(() => []);
  levels[l] = [index];
  for (let at = l + 1; at < sizes.length; at++) {
    const below = new Set(levels[at - 1]);
    levels[at] = Array.from({ length: sizes[at] }, (_, i) => i)
      .filter((i) => readsOf(sizes, layers, at, i).some((j) => below.has(j)));
  }
  return levels;
}
const sortedSet = (values) => [...new Set(values)].sort((a, b) => a - b);

/** Receptive field after each layer: {size, jump, start, step}, as course_lib.shapes.receptive_field.
 *  `start` is the centre of the first output's field without padding; the first input cell's is 0.5. */
export function fieldRows(layers) {
  let size = 1, jump = 1, start = 0.5;
  return layers.map(({ kernel: k, stride: s, dilation: d }, i) => {
    const grown = size + d * (k - 1) * jump, shown = d > 1 ? `${d}*(${k} - 1)` : `(${k} - 1)`;
    const step = `layer ${i + 1}: size = ${size} + ${shown}*${jump} = ${grown}, jump = ${jump}*${s} = ${jump * s}`;
    start += (d * (k - 1) * jump) / 2;
    [size, jump] = [grown, jump * s];
    return { size, jump, start, step };
  });
}
