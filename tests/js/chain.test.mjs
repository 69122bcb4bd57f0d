import { test } from "node:test";
import assert from "node:assert/strict";
import { CHAINS, chainSizes, fanIn, fanOut, fieldRows, readsOf } from "../../course_lib/figures/interactive/chain.js";

const conv = (kernel, stride = 1, dilation = 1, padding = "valid") => ({ kind: "conv", kernel, stride, dilation, padding });

test("three convolutions of 3 see 7 input cells", () => {
  const { length, layers } = CHAINS.deeper, sizes = chainSizes(length, layers);
  assert.deepEqual(sizes, [16, 14, 12, 10]);
  assert.deepEqual(fanIn(sizes, layers, 3, 4)[0], [4, 5, 6, 7, 8, 9, 10]);
  assert.equal(fieldRows(layers).at(-1).size, 7);
});

test("dilation leaves gaps in one layer, and 1, 2, 4 fill them", () => {
  const sizes = chainSizes(9, [conv(3, 1, 2)]);
  assert.deepEqual(readsOf(sizes, [conv(3, 1, 2)], 1, 1), [1, 3, 5]);
  const { length, layers } = CHAINS.dilated, all = chainSizes(length, layers);
  assert.equal(fanIn(all, layers, 3, 0)[0].length, fieldRows(layers).at(-1).size);
});

test("a cell fans out to every cell that reads it", () => {
  const layers = [conv(3), conv(2, 2)], sizes = chainSizes(8, layers);
  assert.deepEqual(fanOut(sizes, layers, 0, 3), [[3], [1, 2, 3], [0, 1]]);
  assert.deepEqual(fanOut(sizes, layers, 0, 0), [[0], [0], [0]]);
});

test("same padding reads fewer cells at the border", () => {
  const layers = [conv(3, 1, 1, "same")], sizes = chainSizes(5, layers);
  assert.deepEqual(readsOf(sizes, layers, 1, 0), [0, 1]);
  assert.deepEqual(readsOf(sizes, layers, 1, 4), [3, 4]);
});

test("a window that does not fit names its layer", () => {
  assert.throws(() => chainSizes(6, [conv(3), conv(3, 1, 3)]), /Layer 2: a window of 3, dilated to 7, does not fit into 4\./);
});

test("every preset fits", () => {
  for (const { length, layers } of Object.values(CHAINS)) assert.ok(chainSizes(length, layers).every((n) => n > 0));
});
