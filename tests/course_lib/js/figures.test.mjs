// The lectures' own numbers; random cases are compared with NumPy in tests/course_lib/figures/test_parity.py.
import { test } from "node:test";
import assert from "node:assert/strict";
import { conv2d, outputSize, paddingSplit, droppedCells, readersOf, inputsOf, axisLines } from "../../../course_lib/figures/interactive/numbers.js";
import { productLines, sizeLine, windowProducts } from "../../../course_lib/figures/interactive/convolution_stepper.js";
import { literalMatch, scoreMap, bestMatch } from "../../../course_lib/figures/interactive/pixel_matcher.js";
import { parameters, partialMaps } from "../../../course_lib/figures/interactive/channels_and_filters.js";
import { pool, shifted, changes } from "../../../course_lib/figures/interactive/pooling.js";

const image = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]];
const cross = [[1, 0, 1], [0, 1, 0], [1, 0, 1]];
const grey = [[4, 9, 2, 5, 8, 3], [5, 6, 2, 4, 0, 3], [2, 4, 5, 4, 5, 2], [5, 6, 5, 4, 7, 8], [5, 7, 7, 9, 2, 1], [5, 8, 5, 3, 8, 4]];
const edge = [[1, 0, -1], [1, 0, -1], [1, 0, -1]];

test("the 5 x 5 example gives 4 3 4, 2 4 3, 2 3 4", () => {
  assert.deepEqual(conv2d(image, cross), [[4, 3, 4], [2, 4, 3], [2, 3, 4]]);
});

test("padding one on each side at stride 2 is not Keras' same", () => {
  assert.deepEqual(conv2d(grey, edge, { strides: 2, padding: 1 }), [[-15, 6, 3], [-16, 4, -1], [-21, 5, 3]]);
  assert.deepEqual(paddingSplit(6, 3, 2, "same"), [0, 1]);
  assert.notDeepEqual(conv2d(grey, edge, { strides: 2, padding: "same" }), [[-15, 6, 3], [-16, 4, -1], [-21, 5, 3]]);
});

test("28 cells, kernel 5, stride 2: 12 outputs, and one cell is dropped", () => {
  assert.equal(outputSize(28, 5, 2), 12);
  assert.equal(droppedCells(28, 5, 2), 1);
  assert.deepEqual(axisLines("rows", 28, 5, 2, "valid", 1), [
    "rows: floor((28 + 0 + 0 − 5) / 2) + 1 = floor(23 / 2) + 1 = 12",
    "  dropped = 28 − ((12 − 1)·2 + 5) = 1",
  ]);
});

test("a corner pixel is read once, the centre nine times, and a weight multiplies nine inputs", () => {
  const shapes = [[5, 5], [3, 3], {}];
  assert.equal(readersOf(...shapes, 0, 0).length, 1);
  assert.equal(readersOf(...shapes, 2, 2).length, 9);
  assert.equal(inputsOf(...shapes, 0, 0).length, 9);
});

test("the products of a window are written out, negative factors in brackets", () => {
  const { terms, sum } = windowProducts([[1, -2]], [[3, -1]], {}, 0, 0);
  assert.equal(productLines(terms, sum, 2), "1×3 + (−2)×(−1)\n= 5");
  assert.equal(sizeLine(5, 3, 1, [0, 0], 3), "floor((5 + 0 + 0 − 3) / 1) + 1 = 3");
});

test("a shifted X fails the literal comparison and keeps every piece", () => {
  const x = Array.from({ length: 9 }, (_, r) => Array.from({ length: 9 }, (_, c) => (r >= 1 && r <= 7 && (c === r || c === 8 - r) ? 1 : -1)));
  const moved = x.map((line) => [-1, ...line.slice(0, 8)]);
  const { count, total } = literalMatch(x, moved);
  assert.ok(count < total);
  const piece = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]];
  assert.deepEqual(scoreMap(x, piece)[0].map((score) => score.toFixed(2)), ["0.78", "-0.11", "0.11", "0.33", "0.56", "-0.11", "0.33"]);
  assert.equal(bestMatch(scoreMap(x, piece)).exact, bestMatch(scoreMap(moved, piece)).exact);
});

test("one 3 x 3 x 3 filter has 28 parameters, and its channels are summed", () => {
  const filters = Array.from({ length: 3 }, () => Array.from({ length: 3 }, () => [[1], [2], [3]]));
  assert.equal(parameters(filters), 28);
  const ones = Array.from({ length: 3 }, () => Array.from({ length: 3 }, () => [1, 1, 1]));
  assert.deepEqual(partialMaps(ones, filters, 0), [[[9]], [[18]], [[27]]]);
});

test("pooling takes the first maximum and leaves the padding out of the average", () => {
  const four = [[4, 1, 1, 8], [1, 1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]];
  assert.deepEqual(pool(four, [2, 2]).map((line) => line.map(({ value }) => value)), [[4, 8], [8, 4]]);
  const tie = pool([[5, 5], [5, 5]], [2, 2])[0][0];
  assert.deepEqual([tie.winner.r, tie.winner.c], [0, 0]);
  assert.equal(pool([[3]], [2, 2], { strides: [2, 2], padding: "same" }, "average")[0][0].value, 3);
});

test("one pixel to the right repeats the edge", () => {
  const moved = shifted([[1, 2, 3]], 0, 1);
  assert.deepEqual(moved, [[1, 1, 2]]);
  assert.equal(changes([[1, 2, 3]], moved), 2);
});
