import { test } from "node:test";
import assert from "node:assert/strict";
import * as stack from "../../course_lib/figures/interactive/stack.js";
import { PRESETS } from "../../course_lib/figures/interactive/stack_presets.js";

const rows = (key) => stack.analyse(PRESETS[key].input, PRESETS[key].layers);

test("the lecture's MNIST model: shapes, parameters and total", () => {
  const { rows: r, totals } = rows("mnist");
  assert.deepEqual(r.map((row) => row.output), [[26, 26, 32], [13, 13, 32], [11, 11, 64], [5, 5, 64], [1600], [1600], [10]]);
  assert.deepEqual(r.map((row) => row.parameters), [320, 0, 18496, 0, 0, 0, 16010]);
  assert.equal(totals.parameters, 34826);
  assert.deepEqual(r.map((row) => row.name), ["conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1", "flatten", "dropout", "dense"]);
});

test("totals of the other presets", () => {
  const total = (key) => rows(key).totals.parameters;
  assert.equal(total("two_layers"), 142);
  assert.equal(total("wide_dense"), 1668490);
  assert.equal(total("lenet5"), 61706);
  assert.equal(total("alexnet"), 62378344);
  for (const key of Object.keys(PRESETS)) assert.equal(rows(key).error, null, key);
});

test("receptive field and multiply-adds, layer by layer", () => {
  const { rows: r } = rows("mnist");
  assert.deepEqual(r.slice(0, 4).map((row) => row.field.axes[0].size), [3, 4, 8, 10]);
  assert.deepEqual(r.slice(0, 4).map((row) => row.field.axes[0].jump), [1, 2, 2, 4]);
  assert.equal(r[4].field.all, false);
  assert.equal(r[6].field.all, true);
  assert.equal(r[2].multiplyAdds, 11 * 11 * 64 * 9 * 32);
});

test("an impossible stack says which layer and why", () => {
  const conv = { type: "Conv2D", filters: 4, kernel_size: [5, 5] };
  const { rows: r, error } = stack.analyse([6, 6, 1], [conv, conv, { type: "Flatten" }]);
  assert.equal(error.index, 1);
  assert.match(r[1].error, /^Layer 2, Conv2D \(conv2d_1\): a window of 5 does not fit into 2 along the height/);
  assert.equal(r[2].output, undefined);
  const late = stack.analyse([6, 6, 1], [{ type: "Flatten" }, conv]);
  assert.match(late.rows[1].error, /three axes \(height, width, channels\), got \(36,\)/);
  const both = stack.analyse([9, 9, 1], [{ ...conv, kernel_size: [2, 2], strides: [2, 2], dilation_rate: [2, 2] }]);
  assert.match(both.rows[0].error, /cannot both be above 1/);
  const zero = stack.analyse([9, 9, 1], [{ ...conv, filters: 0 }]);
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
  assert.equal(stack.layerCode(PRESETS.mnist.layers[0]), 'keras.layers.Conv2D(32, kernel_size=3, activation="relu")');
  assert.equal(stack.layerCode(PRESETS.alexnet.layers[1]), "keras.layers.MaxPooling2D(pool_size=3, strides=2)");
  assert.equal(stack.layerCode({ type: "Conv2D", filters: 2, kernel_size: [3, 5], use_bias: false }),
    "keras.layers.Conv2D(2, kernel_size=(3, 5), use_bias=False)");
  const code = stack.modelCode([10, 10, 1], PRESETS.two_layers.layers, "course_lib", "functional");
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
