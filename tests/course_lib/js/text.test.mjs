import { test } from "node:test";
import assert from "node:assert/strict";
import { is } from "../../../course_lib/figures/interactive/kit/elements.js";
import { productLines } from "../../../course_lib/figures/interactive/convolution_stepper.js";

test("a value whose decimals are cut is not called equal", () => {
  assert.deepEqual([is(0.25), is(7 / 9), is(7), is(0.125, 3)], ["=", "≈", "=", "="]);
});

test("weights that decimals would cut are fractions over one denominator, and add up by hand", () => {
  const terms = Array.from({ length: 9 }, () => ({ pixel: 9, weight: 1 / 9 }));
  assert.match(productLines(terms, 9, 3), /^9×1\/9 \+ .*\n= 81\/9 = 9$/s);
  const gauss = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((w) => ({ pixel: 9, weight: w / 16 }));
  assert.equal(productLines(gauss, 9, 3), "9×1/16 + 9×2/16 + 9×1/16\n+ 9×2/16 + 9×4/16 + 9×2/16\n+ 9×1/16 + 9×2/16 + 9×1/16\n= 144/16 = 9");
  const odd = [{ pixel: 1, weight: 1 / 9 }, { pixel: 1, weight: -2 / 9 }];
  assert.equal(productLines(odd, -1 / 9, 2), "1×1/9 + 1×(−2/9)\n= −1/9 ≈ −0.11");
  assert.match(productLines(terms.slice(0, 2).map((t) => ({ ...t, weight: 0.5 })), 9, 3), /\n= 9$/);
});
