import { test } from "node:test";
import assert from "node:assert/strict";
import { chainSizes, fanIn, fanOut, fieldRows, readsOf } from "../../../course_lib/figures/interactive/chain.js";

import { cellSentence, cellsText, centres, paddingZeros } from "../../../course_lib/figures/interactive/receptive_field.js";

const conv = (kernel, stride = 1, dilation = 1, padding = "valid") => ({ kind: "conv", kernel, stride, dilation, padding });

test("three convolutions of 3 see 7 input cells", () => {
  const layers = [conv(3), conv(3), conv(3)], sizes = chainSizes(16, layers);
  assert.deepEqual(sizes, [16, 14, 12, 10]);
  assert.deepEqual(fanIn(sizes, layers, 3, 4)[0], [4, 5, 6, 7, 8, 9, 10]);
  assert.equal(fieldRows(layers).at(-1).size, 7);
});

test("dilation leaves gaps in one layer, and 1, 2, 4 fill them", () => {
  const sizes = chainSizes(9, [conv(3, 1, 2)]);
  assert.deepEqual(readsOf(sizes, [conv(3, 1, 2)], 1, 1), [1, 3, 5]);
  const layers = [conv(3), conv(3, 1, 2), conv(3, 1, 4)], all = chainSizes(22, layers);
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

test("a cell is drawn over the middle of what it reads", () => {
  const layers = [conv(3, 2), conv(2, 1, 2)], sizes = chainSizes(12, layers), places = centres(sizes, layers);
  for (let l = 1; l < sizes.length; l++) for (let i = 0; i < sizes[l]; i++) {
    const read = readsOf(sizes, layers, l, i).map((j) => places[l - 1][j]);
    assert.ok(Math.abs(places[l][i] - (read[0] + read.at(-1)) / 2) < 1e-9);
  }
});

test("the zeros of same padding lie beside the cells, an odd one after", () => {
  const layers = [conv(4, 1, 1, "same")], sizes = chainSizes(6, layers);
  assert.deepEqual(paddingZeros(sizes, layers, centres(sizes, layers)), [[-0.5, 6.5, 7.5], []]);
});

test("sentences count cells from 1 and name gaps, borders and dead ends", () => {
  assert.equal(cellsText([2, 3, 4]), "3 to 5");
  assert.equal(cellsText([1, 3, 5]), "2, 4 and 6");
  const gaps = [conv(3, 1, 2)];
  assert.equal(cellSentence(chainSizes(9, gaps), gaps, 1, 1), "Cell 2 of layer 1 depends on 3 input cells: 2, 4 and 6, leaving gaps in a span of 5.");
  const same = [conv(3, 1, 1, "same")];
  assert.match(cellSentence(chainSizes(5, same), same, 1, 0), /2 input cells: 1 and 2; the rest of its receptive field of 3 lies in the padding/);
  const strided = [conv(2, 3)];
  assert.match(cellSentence(chainSizes(8, strided), strided, 0, 2), /Input cell 3 is read by no cell above/);
});
