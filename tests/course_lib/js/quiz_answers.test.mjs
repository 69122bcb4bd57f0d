import { test } from "node:test";
import assert from "node:assert/strict";
import * as quiz from "../../../course_lib/figures/interactive/quiz_answers.js";

test("numbers in the ways people write them", () => {
  const cases = { "26": 26, " 1,668,490 ": 1668490, "1 668 490": 1668490, "1_024": 1024, "-3": -3, "−3": -3, "0.25": 0.25, ".5": 0.5, "7/9": 7 / 9, "-1/9": -1 / 9, "1e-3": 0.001, "+4": 4, "26.": 26 };
  for (const [text, want] of Object.entries(cases)) assert.equal(quiz.parseNumber(text), want, text);
  for (const text of ["", "abc", "1,2", "0,583", "1/0", "3x3", "1,66,8"]) assert.equal(quiz.parseNumber(text), null, text);
});

test("shapes in the ways people write them", () => {
  for (const text of ["(13, 13, 32)", "13x13x32", "13 × 13 × 32", "[13,13,32]", "13 13 32", "13, 13, 32", "13*13*32", "13 by 13 by 32", "(13,13,32,)", "shape: 13, 13, 32", "TensorShape([13, 13, 32])", "13 X 13 BY 32"]) {
    assert.deepEqual(quiz.parseShape(text), [13, 13, 32], text);
  }
  assert.deepEqual(quiz.parseShape("None, 13, 13, 32"), [13, 13, 32]);
  assert.deepEqual(quiz.parseShape("(1.5, 2)"), [1.5, 2]);
  assert.deepEqual(quiz.parseShape("(1600,)"), [1600]);
  assert.deepEqual(quiz.parseShape("1600"), [1600]);
  for (const text of ["", "()", "a, b", "None", "26 pixels"]) assert.equal(quiz.parseShape(text), null, text);
});

test("arrays: Python, NumPy's print, and plain rows", () => {
  for (const text of ["[[4, 8], [8, 4]]", "[[4 8]\n [8 4]]", "4 8; 8 4", "4, 8\n8, 4", "4 8\r\n8 4\r\n", "\t4 8\n\t8 4", "4, 8,\r\n8, 4,", "np.array([[4, 8], [8, 4]])", "[[4., 8.], [8., 4.]]"]) {
    assert.deepEqual(quiz.parseArray(text), [[4, 8], [8, 4]], text);
  }
  assert.deepEqual(quiz.parseArray("[1, -2.5, 3]"), [1, -2.5, 3]);
  assert.deepEqual(quiz.parseArray("1 2 3"), [1, 2, 3]);
  for (const text of ["", "[]", "[1, a]", "x y"]) assert.equal(quiz.parseArray(text), null, text);
});

const shape = { id: "q", form: "shape", answer: [13, 13, 32], misconceptions: [{ name: "kept-size", answer: [26, 26, 32], message: "That is the size before pooling." }] };

test("a right answer, with or without the batch axis", () => {
  for (const text of ["(13, 13, 32)", "None, 13, 13, 32"]) assert.equal(quiz.judge(shape, text).state, "right");
});

test("a 1 in front is a batch of one, but not in front of a kernel", () => {
  assert.equal(quiz.judge(shape, "1, 13, 13, 32").state, "right");
  const kernel = { ...shape, form: "kernel", length: 3, asked: "a tuple of three numbers" };
  assert.equal(quiz.judge(kernel, "13 13 32").state, "right");
  assert.equal(quiz.judge(kernel, "1, 13, 13, 32").message, "Not right. Yours has 4 numbers; asked for is a tuple of three numbers.");
});

test("a known mistake is named, an unknown one is not given away", () => {
  assert.deepEqual(quiz.judge(shape, "26x26x32"), { state: "wrong", message: "That is the size before pooling.", misconception: "kept-size" });
  const other = quiz.judge(shape, "13 13");
  assert.equal(other.state, "wrong");
  assert.equal(other.message, "Not right. Yours has 2 numbers, the answer has 3.");
  assert.doesNotMatch(quiz.judge(shape, "1,2,3").message, /13|32/);
  assert.match(quiz.judge({ ...shape, where: "Chapter 6, Pooling" }, "1,2,3").message, /, or at Chapter 6, Pooling\.$/);
  assert.match(quiz.judge({ ...shape, where: "Chapter 2, Which?" }, "1,2,3").message, /, or at Chapter 2, Which\?$/);
  assert.match(quiz.judge(shape, "6.5, 6.5, 32").message, /6.5 is none/);
});

test("an answer of the wrong form is no try", () => {
  assert.equal(quiz.judge(shape, "").state, "form");
  assert.equal(quiz.judge({ form: "choice", answer: "a" }, null).state, "form");
  assert.equal(quiz.judge({ form: "choice", answer: "a" }, "b").state, "wrong");
});

test("a fraction for a whole number is read, so that a forgotten floor can be named", () => {
  const floor = { form: "integer", answer: 3, misconceptions: [{ name: "no floor", answer: 3.5, message: "Round down." }] };
  assert.equal(quiz.judge(floor, "3.5").misconception, "no floor");
  assert.match(quiz.judge(floor, "2.5").message, /The answer is a whole number\./);
});

test("numbers compare to a part in a thousand, words without case and quotes", () => {
  assert.ok(quiz.sameAnswer("number", 0.7777, 7 / 9));
  assert.ok(!quiz.sameAnswer("number", 0.77, 7 / 9));
  assert.ok(quiz.sameAnswer("number", 0.77, 7 / 9, 0.01));
  assert.equal(quiz.judge({ form: "text", answer: "valid" }, ' "Valid". ').state, "right");
  assert.ok(quiz.sameAnswer("array", [[4, 8], [8, 4]], [[4, 8], [8, 4]]));
  assert.ok(!quiz.sameAnswer("array", [4, 8, 8, 4], [[4, 8], [8, 4]]));
  assert.ok(quiz.sameAnswer("array", [[[4], [8]], [[8], [4]]], [[4, 8], [8, 4]]));
});

test("progress that no longer fits the questions starts afresh", () => {
  const questions = [{ id: "a", variants: [1, 2] }, { id: "b", variants: [1] }];
  const kept = JSON.stringify({ a: { variant: 1, tries: 2, solved: true, shown: false }, b: { variant: 5 } });
  assert.deepEqual(quiz.readProgress(kept, questions), { a: { variant: 1, tries: 2, solved: true, shown: false }, b: quiz.freshRecord() });
  assert.deepEqual(quiz.readProgress("not json", questions).a, quiz.freshRecord());
  assert.deepEqual(quiz.readProgress(null, questions).a, quiz.freshRecord());
});

test("a question's own words say what is missing", () => {
  const pair = { form: "shape", expects: "a pair (before, after)", asked: "a pair (before, after)", length: 2, axes: 1, answer: [1, 2] };
  assert.equal(quiz.judge(pair, "4 2 3").message, "Not right. Yours has 3 numbers; asked for is a pair (before, after).");
  assert.equal(quiz.judge(pair, "both").message, "Please give a pair (before, after), such as (3, 5).");
  assert.doesNotMatch(quiz.judge(pair, "4").message, /batch/);
  assert.equal(quiz.wanted({ form: "array", axes: 1, length: 2, expects: "a list of two numbers" }), "a list of two numbers, such as [4, 8]");
});

test("a comma is no decimal point, and says so", () => {
  assert.equal(quiz.judge({ form: "number", answer: 0.583 }, "0,583").message, "Decimals are written with a point: 0.583, not 0,583.");
  assert.equal(quiz.judge({ form: "number", answer: 1.5 }, "1,5").state, "form");
  assert.equal(quiz.judge({ form: "number", answer: 14.873 }, "14,873").message, "14,873 can be read in two ways. Write 14.873 or 14873, without a comma.");
  for (const text of ["1'024,500", "1’024,500", "1 024,500"]) assert.match(quiz.judge({ form: "number", answer: 1024.5 }, text).message, /Write 1024\.500 or 1024500, without a comma\.$/, text);
  assert.match(quiz.judge({ form: "number", answer: 1024.5 }, "1,024'500").message, /Write 1\.024500 or 1024500/);
  assert.equal(quiz.judge({ form: "number", answer: 1024500 }, "1'024'500").state, "right");
  assert.equal(quiz.judge({ form: "integer", answer: 14873 }, "14,873").state, "right");
});

test("a table of another shape is told so, a ragged one is no try", () => {
  const grid = { form: "array", axes: 2, answer: [[1, 2, 3], [4, 5, 6]] };
  assert.equal(quiz.judge(grid, "[[1, 2], [3, 4]]").message, "Not right. Yours is 2 rows of 2 numbers, the answer 2 rows of 3 numbers.");
  assert.equal(quiz.judge(grid, "1 2 3 4").message, "Not right. Yours is a list of 4 numbers, the answer 2 rows of 3 numbers.");
  assert.deepEqual(quiz.judge(grid, "1 2; 3"), { state: "form", message: "The rows of the array must all have the same length.", misconception: null });
  assert.doesNotMatch(quiz.judge(grid, "1 2 3; 4 5 7").message, /Yours/);
});
