/* The kit: what every interactive figure shares. Import everything from "./kit.js".
 *
 * Frame
 *   frame({ model, el }, { name, label })      the figure's root inside `el`: classes "cbh-figure
 *       cbh-<name with dashes>", role=group, keydown kept from the notebook. Returns
 *         .add(...nodes)                        append content
 *         .watch(["trait", ...], draw)          draw now, and once after any of them changed
 *         .put({ trait: value, ... })           set traits and save (Python sees them)
 *         .onDispose(fn), .dispose              return `dispose` from render()
 * Elements
 *   h(tag, attributes, ...children)             element; on<event> attributes are listeners,
 *                                               null/false attributes and children are left out
 *   uid(prefix)                                 an id that is unique in the page
 *   fmt(number, digits = 2)                     "−0.33", "4": true minus sign, no trailing zeros
 *   is(number, digits = 2)                      "=" or, when fmt cuts decimals, "≈"
 *   parseNumber(text)                           "-1", "−1", "1/9", "0,5" to a number, else NaN
 *   panel(title, ...nodes)                      a titled block; .title(text, shape) changes it
 *   row(...nodes)                               controls side by side, wrapping
 *   stack(...nodes)                             panels above each other, as one of panels()
 *   panels(...nodes)                            panels side by side, wrapping
 *   more(summary, ...nodes)                     details that the reader may open
 * Controls: each returns { root, input, set(...) }; the handlers get the value, already read
 *   select({ label, options: [[value, text] | { group, options }], value, onChange, wide })
 *   number({ label, min, max, step, value, onChange })     clamps, refuses what is not a number
 *   range({ label, min, max, step, value, onInput, text })  text(value) is spoken and shown
 *   checkbox({ label, checked, onChange })
 *   radios({ label, options, value, onChange })             native radio buttons in a fieldset
 *   button(text, onClick, { primary, pressed })
 * Text that changes
 *   status()     role=status, aria-live=polite: .say(text); .quiet(true) while something plays
 *   formula(label)  the arithmetic with its numbers: .show(text), .quiet(true)
 *   legend([[mark, text], ...])                 what the marks of the grids mean
 * Grid of numbers
 *   numberGrid({ label, describe(r, c, value), format, onEdit(r, c, value), onPoint(cell, how),
 *                onChoose(r, c), onPaint(r, c, on) })
 *         .draw(values, { marks(r, c), editable(r, c), limit, tint, paint, text(r, c) })
 *         .focus(r, c), .root
 *       One tab stop; arrow keys, Home, End, Control+Home/End, Page Up/Down move. Enter, F2, a
 *       second click or typing a digit edits in place; Escape leaves the value as it was.
 *       onPoint gets { r, c } of the hovered (else focused) cell, or null.
 *       marks() returns names joined by spaces, each with its own shape, not colour alone:
 *       window current reads touched winner pad dropped gap match differ dim
 *       `limit` is the magnitude that gets the full tint: blue above zero and orange below, or
 *       grey above zero with tint: "ink" (a picture), or none with tint: false.
 *   miniMap(values, { limit, tint })            a thumbnail of a map, without numbers
 * Stepper
 *   stepper({ label, onStep(step), text(step), interval })   previous, slider, next, play
 *         .set({ step, count }); play is not offered when the reader prefers reduced motion
 * Pictures by hand
 *   drawingPad({ rows, cols, label, onChange(values), brush, tools })   mouse, finger, pen; arrow keys move
 *       a cursor, Space paints, D keeps painting while moving, Delete clears. Values 0 to 1.
 *         .set(values), .values, .clear()
 *   imageUpload({ label, rows, cols, onImage(values) })      a file to grey values 0 to 1
 * Colours and sizes are the variables at the top of kit.css.
 */
export { h, uid, fmt, is, parseNumber, reducedMotion, frame, panel, row, panels, stack, more } from "./kit/elements.js";
export { select, number, range, checkbox, radios, button, status, formula, legend, stepper } from "./kit/controls.js";
export { numberGrid, miniMap } from "./kit/grid.js";
export { drawingPad, imageUpload, resample } from "./kit/drawing.js";
