// What figures 8 to 10 say, and where they draw; the numbers are compared in tests/course_lib/figures/test_parity_*.py.
import { test } from "node:test";
import assert from "node:assert/strict";
import { coverText, layerCall, sumText } from "../../../course_lib/figures/interactive/dimensions.js";
import { mosaicLayout, ranked, readingText, unitText } from "../../../course_lib/figures/interactive/digit_playground.js";
import { afterAnswer, progressText } from "../../../course_lib/figures/interactive/quiz.js";
import { freshRecord, sameAnswer } from "../../../course_lib/figures/interactive/quiz_answers.js";

test("what a window covers, axis by axis, counted from 1", () => {
  assert.equal(coverText([2], [3]), "steps 3 to 5");
  assert.equal(coverText([0, 1, 2], [3, 1, 2]), "height 1 to 3, width 2, depth 3 to 4");
});

test("the layer in Keras' words", () => {
  assert.equal(layerCall({ spatial: [6, 6, 4], kernel: [3, 3, 2], filters: 1, strides: 1 }), "keras.layers.Conv3D(1, (3, 3, 2))");
  assert.equal(layerCall({ spatial: [9], kernel: [3], filters: 10, strides: 2 }), "keras.layers.Conv1D(10, 3, strides=2)");
});

test("few products are written out, many are counted", () => {
  const term = { value: 2, weight: -1 };
  assert.equal(sumText([term, term], -4), "2×(\u22121) + 2×(\u22121) = \u22124");
  assert.equal(sumText(Array(28).fill(term), -56), "sum of 28 products = \u221256");
});

test("the reading names two classes, and says whether a label agrees", () => {
  const p = [0.05, 0.7, 0.2, 0.05];
  assert.deepEqual(ranked(p), [1, 2, 0, 3]);
  assert.equal(readingText(p), "The network reads 1 (70 %), then 2 (20 %).");
  assert.match(readingText(p, 1), /^Labelled 1\. .*: right\.$/);
  assert.match(readingText(p, 2), /: wrong\.$/);
  assert.match(readingText([0.9999, 0.0001]), /1? \(over 99\.9 %\), then 1 \(under 0\.1 %\)/);
});

test("a unit's arithmetic", () => {
  assert.equal(unitText({ kind: "pool", values: [[1, 0.5], [0, 2]], value: 2 }, 0), "max(1, 0.5, 0, 2) = 2");
  const channels = [{ channel: 0, values: [[1]], filter: [[-2]], sum: -2 }, { channel: 1, values: [[3]], filter: [[1]], sum: 3 }];
  assert.equal(unitText({ kind: "conv", channels, bias: -0.5, sum: 0.5, value: 0.5 }, 1),
    "3×1 = 3  (channel 2)\nsum over 2 channels 1 \u2212 0.5 (bias) = 0.5\nReLU: 0.5");
});

test("a mosaic holds every map within its width", () => {
  for (const width of [320, 350, 600, 700]) for (const [size, maps] of [[26, 32], [13, 32], [11, 64], [5, 64]]) {
    const { pitch, across, rows } = mosaicLayout(width, size, maps);
    assert.ok(across * pitch - 4 <= width && across * rows >= maps && across * (rows - 1) < maps, `${width} ${size}`);
  }
});

test("a question counts as solved only while its solution is closed", () => {
  const right = { state: "right" }, fresh = freshRecord();
  assert.deepEqual(afterAnswer(fresh, { state: "form" }), fresh);
  assert.equal(afterAnswer(fresh, right).solved, true);
  assert.equal(afterAnswer({ ...fresh, shown: true }, right).solved, false);
  assert.equal(afterAnswer({ ...fresh, shown: true, solved: true }, { state: "wrong" }).solved, true);
  assert.equal(afterAnswer(fresh, right).tries, 1);
});

test("progress says where it is kept", () => {
  const records = { a: { solved: true }, b: { solved: false } };
  assert.equal(progressText(records, true), "1 of 2 solved, kept in this browser only.");
  assert.match(progressText(records, false), /keeps nothing/);
});

test("below 1 the tolerance is absolute", () => {
  assert.ok(sameAnswer("number", 0.0105, 0.01));
  assert.ok(!sameAnswer("number", 0.0125, 0.01));
});
