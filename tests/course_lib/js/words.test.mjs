// What figures 8 to 10 say, and where they draw; the numbers are compared in tests/course_lib/figures/test_parity_*.py.
import { test } from "node:test";
import assert from "node:assert/strict";
import { coverText, layerCall, sumText } from "../../../course_lib/figures/interactive/dimensions.js";
import { mosaicLayout, ranked, readingText, unitsOver, unitText } from "../../../course_lib/figures/interactive/digit_playground.js";
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
    "3 = 3  (channel 2)\nsum over 2 channels 1 \u2212 0.5 (bias) = 0.5\nReLU: 0.5");
});

test("the printed numbers of a unit add up, digit by digit", () => {
  let seed = 7;
  const next = () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5;
  const thousandths = (text) => text.split(/ (?=[+\u2212])/).map((term) => Math.round(1000 * Number(term.replace(/\s/g, "").replace("\u2212", "-"))));
  for (let n = 0; n < 200; n++) {
    const channels = Array.from({ length: 1 + (n % 3) }, (_, channel) => {
      const rows = () => [0, 1, 2].map(() => [next(), next(), next()]), values = rows(), filter = rows();
      return { channel, values, filter, sum: values.flat().reduce((s, v, i) => s + v * filter.flat()[i], 0) };
    });
    const bias = next(), sum = channels.reduce((s, c) => s + c.sum, bias);
    const lines = unitText({ kind: "conv", channels, bias, sum, value: Math.max(0, sum) }, 0).split("\n");
    const adds = (line) => {
      const [terms, total] = line.replace(/^sum over \d+ channels /, "").replace(/ {2}\(.*$/, "").replace(" (bias)", "").split(" = ");
      assert.equal(thousandths(terms).reduce((a, b) => a + b, 0), thousandths(total)[0], line);
      return thousandths(total)[0];
    };
    adds(lines[0]);
    const all = adds(lines[1]);
    assert.ok(Math.abs(all - 1000 * sum) <= 0.5 + 1e-6);
    assert.equal(lines[2], `ReLU: ${String(Math.max(0, all) / 1000)}`);
    if (channels.length === 1) assert.equal(thousandths(lines[1])[0], thousandths(lines[0].split(" = ")[1])[0]);
  }
});

test("a pixel leads to the units whose receptive field holds it", () => {
  assert.deepEqual(unitsOver(0, 0, 0), [0, 0, 1, 1]);
  assert.deepEqual(unitsOver(0, 14, 10), [12, 8, 3, 3]);
  assert.deepEqual(unitsOver(1, 5, 5), [1, 1, 2, 2]); // 4 x 4 pixels, 2 apart
  assert.equal(unitsOver(4, 5, 5), null);
});

test("a mosaic holds every map within its width", () => {
  for (const width of [320, 350, 600, 700]) for (const [size, maps] of [[26, 32], [13, 32], [11, 64], [5, 64]]) {
    const { pitch, across, rows } = mosaicLayout(width, size, maps, width < 600 ? 1 : 2);
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
