import { test } from "node:test";
import assert from "node:assert/strict";
import { fmt, parseNumber, uid } from "../../../course_lib/figures/interactive/kit/elements.js";
import { moveTo } from "../../../course_lib/figures/interactive/kit/grid.js";

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
