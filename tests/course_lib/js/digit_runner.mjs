// Runs the playground's network for tests/course_lib/figures/test_parity_digits.py: whole layers are too long to
// hand over as JSON, so each comes back as its sum against a wave.
import { decodeBytes, decodeWeights, runDigit, unitParts } from "../../../course_lib/figures/interactive/digit_network.js";

const against = (values) => values.reduce((sum, v, i) => sum + v * Math.cos(i), 0);
const imageOf = (pixels) => Float32Array.from(decodeBytes(pixels), (v) => v / 255);

export function projections(packed, pixels) {
  const run = runDigit(imageOf(pixels), weightsOf(packed));
  return { layers: run.outputs.map(against), sums: [...run.outputs[4]], probabilities: [...run.probabilities] };
}

export function parts(packed, pixels, units) {
  const weights = weightsOf(packed), run = runDigit(imageOf(pixels), weights);
  return units.map((unit) => unitParts(run, weights, ...unit));
}

export const weights = (packed) => decodeWeights(packed).map((array) => [...array]);

let last = null;
function weightsOf(packed) {
  if (last?.packed !== packed) last = { packed, weights: decodeWeights(packed) };
  return last.weights;
}
