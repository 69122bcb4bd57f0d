import { test } from "node:test";
import assert from "node:assert/strict";
import { fmt, parseNumber, uid } from "../../../course_lib/figures/interactive/kit/elements.js";
import { boundsOf, moveTo, tintOf } from "../../../course_lib/figures/interactive/kit/grid.js";
import { refusal } from "../../../course_lib/figures/interactive/kit/controls.js";
import { addUp, denominatorOf, fraction } from "../../../course_lib/figures/interactive/numbers.js";

test("numbers are printed with a true minus sign and no trailing zeros", () => {
  assert.deepEqual([fmt(-1 / 3), fmt(4), fmt(2.5), fmt(-0.001), fmt(7 / 9, 3), fmt(null)], ["−0.33", "4", "2.5", "0", "0.778", ""]);
});

test("readers may type a minus of either kind, a comma, or a fraction", () => {
  assert.deepEqual(["-1", "−1", " 0,5 ", "1/4", ".5"].map(parseNumber), [-1, -1, 0.5, 0.25, 0.5]);
});

test("what is no number is refused, also the infinite", () => {
  for (const text of ["", "a", "1/0", "1/", "1/2/3", "--1"]) assert.ok(Number.isNaN(parseNumber(text)), text);
});

test("keys move inside the grid and stop at its edges", () => {
  const at = (key, ctrl = false, r = 1, c = 1) => moveTo(key, ctrl, r, c, 3, 4);
  assert.deepEqual(at("ArrowUp"), [0, 1]);
  assert.deepEqual(at("ArrowDown", false, 2, 1), [2, 1]);
  assert.deepEqual(at("ArrowLeft", false, 0, 0), [0, 0]);
  assert.deepEqual(at("ArrowRight", false, 0, 3), [0, 3]);
  assert.deepEqual([at("Home"), at("End"), at("Home", true), at("End", true)], [[1, 0], [1, 3], [0, 0], [2, 3]]);
  assert.deepEqual([at("PageUp"), at("PageDown")], [[0, 1], [2, 1]]);
  assert.equal(at("x"), null);
});

test("every id is new", () => {
  assert.equal(new Set(Array.from({ length: 50 }, () => uid("a"))).size, 50);
});

test("a number that a field does not take is told, with its limits", () => {
  assert.equal(refusal("100000", 1, 1024), "100000 is out of range: 1 to 1024.");
  assert.equal(refusal("-3", -2, 5), "−3 is out of range: −2 to 5.");
  assert.equal(refusal("", 1, 7), "Please give a whole number from 1 to 7.");
  assert.equal(refusal("2.5", 1, 7), "Please give a whole number from 1 to 7, not 2.5.");
  assert.deepEqual([refusal("7", 1, 7), refusal("0.05", 0, 0.95, 0.05)], [null, null]);
});

test("the denominator is the smallest that writes all values in full", () => {
  assert.deepEqual([[1 / 9, 2 / 9], [1 / 16, 0.25], [0.25, -1.5], [0.125], [1 / 3, 1 / 7], [Math.PI]].map(denominatorOf), [9, 16, 1, 8, 21, 1]);
  assert.deepEqual([fraction(2 / 16, 16), fraction(-1 / 9, 9), fraction(0, 9), fraction(0.25, 1)], ["2/16", "−1/9", "0", "0.25"]);
});

test("rounded numbers add up to their rounded sum", () => {
  assert.deepEqual(addUp([1 / 3, 1 / 3, 1 / 3], 2), [0.34, 0.33, 0.33]);
  let seed = 1;
  const next = () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5;
  for (let n = 0; n < 300; n++) {
    const values = Array.from({ length: 1 + (n % 12) }, next), rounded = addUp(values);
    const sum = values.reduce((a, b) => a + b, 0), added = rounded.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(added - Math.round(sum * 1000) / 1000) < 1e-9);
    rounded.forEach((v, i) => assert.ok(Math.abs(v - values[i]) < 0.001 + 1e-12));
  }
});

test("a window is framed by the smallest rectangle around its cells", () => {
  assert.deepEqual(boundsOf([[1, 2], [3, 4], [2, 2]]), { r: 1, c: 2, rows: 3, cols: 3 });
  assert.equal(boundsOf([]), null);
});

test("tints: signs, one colour, and pixels that stay readable", () => {
  assert.deepEqual([tintOf(-2, 4), tintOf(2, 4), tintOf(2, 4, "red"), tintOf(-2, 4, "ink")], [["neg", 0.5], ["pos", 0.5], ["red", 0.5], ["zero", 0]]);
  assert.deepEqual([tintOf(0, 1, "light"), tintOf(1, 1, "light")], [["dark", 0], ["light", 1]]);
});
