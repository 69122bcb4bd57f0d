import { test } from "node:test";
import assert from "node:assert/strict";
import * as stack from "../../../course_lib/figures/interactive/stack.js";
import { arithmetic, fieldText, summaryOf, totalLines, typeset } from "../../../course_lib/figures/interactive/model_builder.js";

const conv = (filters, k, more = {}) => ({ type: "Conv2D", filters, kernel_size: [k, k], ...more });
const relu = { activation: "relu" }, pool = { type: "MaxPooling2D", pool_size: [2, 2] };
const MNIST = [conv(32, 3, relu), pool, conv(64, 3, relu), pool, { type: "Flatten" }, { type: "Dropout", rate: 0.5 },
  { type: "Dense", units: 10, activation: "softmax" }];
const mnist = () => stack.analyse([28, 28, 1], MNIST);

test("the lecture's MNIST model: shapes, parameters and total", () => {
  const { rows: r, totals } = mnist();
  assert.deepEqual(r.map((row) => row.output), [[26, 26, 32], [13, 13, 32], [11, 11, 64], [5, 5, 64], [1600], [1600], [10]]);
  assert.deepEqual(r.map((row) => row.parameters), [320, 0, 18496, 0, 0, 0, 16010]);
  assert.equal(totals.parameters, 34826);
  assert.deepEqual(r.map((row) => row.name), ["conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1", "flatten", "dropout", "dense"]);
});

test("receptive field and multiply-adds, layer by layer", () => {
  const { rows: r } = mnist();
  assert.deepEqual(r.slice(0, 4).map((row) => row.field.axes[0].size), [3, 4, 8, 10]);
  assert.deepEqual(r.slice(0, 4).map((row) => row.field.axes[0].jump), [1, 2, 2, 4]);
  assert.equal(r[4].field.all, false);
  assert.equal(r[6].field.all, true);
  assert.equal(r[2].multiplyAdds, 11 * 11 * 64 * 9 * 32);
});

test("an impossible stack says which layer and why", () => {
  const wide = conv(4, 5);
  const { rows: r, error } = stack.analyse([6, 6, 1], [wide, wide, { type: "Flatten" }]);
  assert.equal(error.index, 1);
  assert.match(r[1].error, /^Layer 2, Conv2D \(conv2d_1\): a window of 5 does not fit into 2 along the height/);
  assert.equal(r[2].output, undefined);
  const late = stack.analyse([6, 6, 1], [{ type: "Flatten" }, wide]);
  assert.match(late.rows[1].error, /three axes \(height, width, channels\), got \(36,\)/);
  const both = stack.analyse([9, 9, 1], [{ ...wide, kernel_size: [2, 2], strides: [2, 2], dilation_rate: [2, 2] }]);
  assert.match(both.rows[0].error, /cannot both be above 1/);
  const zero = stack.analyse([9, 9, 1], [{ ...wide, filters: 0 }]);
  assert.match(zero.rows[0].error, /filters must be a whole number, 1 or more, got 0/);
});

test("a dense layer on a volume acts on the last axis", () => {
  const { rows: r, totals } = stack.analyse([4, 5, 3], [{ type: "Dense", units: 7 }]);
  assert.deepEqual(r[0].output, [4, 5, 7]);
  assert.equal(totals.parameters, 28);
  assert.equal(r[0].multiplyAdds, 4 * 5 * 3 * 7);
  assert.equal(r[0].field.all, false);
});

test("batch normalisation counts what is trained apart from what is not", () => {
  const { totals } = stack.analyse([4, 5, 3], [{ type: "BatchNormalization" }]);
  assert.deepEqual([totals.trainable, totals.fixed, totals.parameters], [6, 6, 12]);
});

test("code: only what differs from Keras' defaults", () => {
  assert.equal(stack.layerCode(MNIST[0]), 'keras.layers.Conv2D(32, kernel_size=3, activation="relu")');
  assert.equal(stack.layerCode({ type: "MaxPooling2D", pool_size: [3, 3], strides: [2, 2] }), "keras.layers.MaxPooling2D(pool_size=3, strides=2)");
  assert.equal(stack.layerCode({ type: "Conv2D", filters: 2, kernel_size: [3, 5], use_bias: false }),
    "keras.layers.Conv2D(2, kernel_size=(3, 5), use_bias=False)");
  const code = stack.modelCode([10, 10, 1], [conv(5, 3), { type: "Activation", activation: "sigmoid" }], "course_lib", "functional");
  assert.match(code, /^import course_lib as keras\n/);
  assert.match(code, /x = keras\.layers\.Conv2D\(5, kernel_size=3\)\(inputs\)\nx = keras\.layers\.Activation\("sigmoid"\)\(x\)/);
  assert.match(code, /model = keras\.Model\(inputs, x\)/);
});

test("pairs typed by a reader", () => {
  for (const [text, want] of [["3", [3, 3]], ["3, 5", [3, 5]], ["3x5", [3, 5]], ["(2,4)", [2, 4]], ["3 5", [3, 5]]]) {
    assert.deepEqual(stack.parsePair(text), want, text);
  }
  for (const text of ["", "a", "1.5", "1,2,3"]) assert.equal(stack.parsePair(text), null, text);
});

test("adding, moving and deleting leave the given list alone", () => {
  const list = ["a", "b", "c"];
  assert.deepEqual(stack.movedLayer(list, 0, 2), ["b", "c", "a"]);
  assert.deepEqual(stack.movedLayer(list, 0, -1), list);
  assert.deepEqual(stack.withLayer(list, 1, "x"), ["a", "x", "b", "c"]);
  assert.deepEqual(stack.withoutLayer(list, 1), ["a", "c"]);
  assert.deepEqual(list, ["a", "b", "c"]);
});

test("what the table and the open layer say", () => {
  assert.equal(summaryOf(conv(1, 3, { strides: [2, 2], padding: "same", use_bias: false })), "1 filter of 3 × 3, stride 2, same, no bias");
  assert.equal(summaryOf(pool), "2 × 2");
  const { rows, totals } = mnist();
  assert.equal(fieldText(rows[3].field), "10 × 10");
  assert.equal(fieldText(rows[6].field), "all");
  const lines = Object.fromEntries(arithmetic(rows[0], [28, 28, 1]));
  assert.equal(lines.Parameters, "(3*3*1 + 1) * 32 = (9 + 1) * 32 = 10 * 32 = 320");
  assert.match(lines["Fully connected"], /\(784 \+ 1\) \* 21632 = 785 \* 21632 = 16981120$/);
  assert.equal(typeset("floor((28 - 3) / 1) + 1 = 1668490, 2*3"), "floor((28 \u2212 3) / 1) + 1 = 1,668,490, 2·3");
  assert.match(totalLines({ totals, error: null })[0][1], /^34,826, 139\.3 kB/);
});
