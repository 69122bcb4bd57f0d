import { test } from "node:test";
import assert from "node:assert/strict";
import * as net from "../../../course_lib/figures/interactive/digit_network.js";

test("half-precision numbers from their bits", () => {
  for (const [bits, want] of [[0x3c00, 1], [0xc000, -2], [0x3555, 0.333251953125], [0x0001, 2 ** -24], [0x7bff, 65504], [0x8000, -0]]) {
    assert.equal(net.halfToFloat(bits), want);
  }
  assert.ok(Number.isNaN(net.halfToFloat(0x7e00)));
  assert.equal(net.halfToFloat(0xfc00), -Infinity);
});

test("weights of the wrong length are refused", () => {
  assert.throws(() => net.decodeWeights(btoa("\0".repeat(69650))));
  assert.equal(net.decodeWeights(btoa("\0".repeat(2 * 34826))).reduce((n, w) => n + w.length, 0), 34826);
});

test("centring puts the ink's box into 20 x 20 and its centre of mass at the centre", () => {
  const side = 56, drawing = new Float32Array(side * side);
  for (let r = 5; r < 45; r++) for (let c = 8; c < (r < 10 ? 30 : 13); c++) drawing[r * side + c] = 1; // a Γ
  const image = net.centreDigit(drawing, side);
  let mass = 0, r = 0, c = 0;
  image.forEach((v, i) => { mass += v; r += v * (Math.floor(i / 28) + 0.5); c += v * ((i % 28) + 0.5); });
  assert.ok(Math.abs(r / mass - 14) <= 0.5 && Math.abs(c / mass - 14) <= 0.5);
  const rows = new Set([...image].flatMap((v, i) => (v > 0 ? [Math.floor(i / 28)] : [])));
  assert.equal(rows.size, 20);
});

test("a blank drawing gives a blank image", () => {
  assert.ok(net.centreDigit(new Float32Array(100), 10).every((v) => v === 0));
  assert.equal(net.inkBox(new Float32Array(100), 10), null);
});

test("the field of a unit: 3, 4, 8, 10 cells, then everything", () => {
  assert.deepEqual([0, 1, 2, 3].map((l) => net.unitField(l, 2, 1)), [[2, 1, 3, 3], [4, 2, 4, 4], [4, 2, 8, 8], [8, 4, 10, 10]]);
  assert.deepEqual(net.unitField(4, 0, 0), [0, 0, 28, 28]);
});
