import { test } from "node:test";
import assert from "node:assert/strict";
import { is } from "../../../course_lib/figures/interactive/kit/elements.js";
import { productLines } from "../../../course_lib/figures/interactive/convolution_stepper.js";

test("a value whose decimals are cut is not called equal", () => {
  assert.deepEqual([is(0.25), is(7 / 9), is(7), is(0.125, 3)], ["=", "≈", "=", "="]);
});

test("nine ninths are printed as 0.11 each, so their sum is only about 9", () => {
  const terms = Array.from({ length: 9 }, () => ({ pixel: 9, weight: 1 / 9 }));
  assert.match(productLines(terms, 9, 3), /\n≈ 9$/);
  assert.match(productLines(terms.slice(0, 2).map((t) => ({ ...t, weight: 0.5 })), 9, 3), /\n= 9$/);
});
