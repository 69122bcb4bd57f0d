/* The kit: what every interactive figure shares. Import everything from "./kit.js".
 *
 * Frame
 *   frame({ model, el }, { name, label, hint, resetText })   the figure's card inside `el`: classes
 *       "cbh-figure cbh-<name with dashes>", role=group, keydown kept from the notebook; at its top
 *       number, title, hint, reset (the watched traits as they were) and full screen. Returns
 *         .add(...nodes)                        append content
 *         .watch(["trait", ...], draw)          draw now, and once after any of them changed
 *         .put({ trait: value, ... })           set traits and save (Python sees them)
 *         .onReset(fn)                          undo what no trait holds, before the traits
 *         .onDispose(fn), .dispose              return `dispose` from render()
 * Elements
 *   h(tag, attributes, ...children)             element; on<event> attributes are listeners,
 *                                               null/false attributes and children are left out
 *   svg(tag, attributes, ...children)          the same for a drawing
 *   uid(prefix)                                 an id that is unique in the page
 *   fmt(number, digits = 2)                     "−0.33", "4": true minus sign, no trailing zeros
 *   is(number, digits = 2)                      "=" or, when fmt cuts decimals, "≈"
 *   parseNumber(text)                           "-1", "−1", "1/9", "0,5" to a number, else NaN
 *   panel(title, ...nodes)                      a titled block; .title(text, shape) changes it
 *   row(...nodes)                               controls side by side, wrapping
 *   board([controls], [picture])                controls beside the picture, above it where narrow
 *   stack(...nodes)                             panels above each other, as one of panels()
 *   panels(...nodes)                            panels side by side, wrapping
 *   fetched(value)                              promise of a trait's text that the page loads late
 *   more(summary, ...nodes)                     details that the reader may open
 * Controls: each returns { root, input, set(...) }; the handlers get the value, already read
 *   select({ label, options: [[value, text] | { group, options }], value, onChange, wide })
 *   entry({ label, read(typed), text(value), value, onChange })   read: { value } or { refused }; .problem
 *   number({ label, min, max, step, value, onChange })     an entry; tells what it does not take
 *   range({ label, min, max, step, value, onInput, text })  text(value) is spoken and shown
 *   checkbox({ label, checked, onChange })
 *   radios({ label, options, value, onChange })             native radio buttons in a fieldset
 *   button(text, onClick, { primary, pressed })
 *   tabs({ label, items: [[key, title, ...nodes]], value, onChange })   arrow keys; .value
 * Text that changes
 *   status()     role=status, aria-live=polite: .say(text); .quiet(true) while something plays
 *   formula(label)  the arithmetic with its numbers: .show(text), .quiet(true)
 *   legend([[mark, text], ...])                 what the marks of the grids mean
 * Grid of numbers
 *   numberGrid({ label, describe(r, c, value), format, onEdit(r, c, value), onPoint(cell, how),
 *                onChoose(r, c), onPaint(r, c, on) })
 *         .draw(values, { marks(r, c), editable(r, c), limit, tint, paint, text(r, c) })
 *         .focus(r, c), .at(r, c), .cells (elements), .root
 *       One tab stop; arrow keys, Home, End, Control+Home/End, Page Up/Down move. Enter, F2, a
 *       second click or typing a digit edits in place; Escape leaves the value as it was.
 *       onPoint gets { r, c } of the hovered (else focused) cell, or null.
 *       marks() returns names joined by spaces, each with its own shape, not colour alone:
 *       window current result reads touched winner pad dropped gap match differ dim
 *       One frame slides to the cells marked "window". `limit` is the magnitude that gets the full
 *       tint: blue above zero and orange below; grey, red, green or blue above zero with tint:
 *       "ink", "red", "green", "blue"; black to white with "light"; none with false.
 *   miniMap(values, { limit, tint })            a thumbnail of a map, without numbers
 * Stepper
 *   stepper({ label, onStep(step), text(step), interval })   previous, slider, next, play
 *         onStep gets a second value, true when the step was played or asked for by Next.
 *         .set({ step, count }), .time; play and its speed are not offered when the reader
 *         prefers reduced motion
 *   fly(root, cells, target, time)              numbers fly to the cell that they make up
 * Pictures by hand
 *   drawingPad({ rows, cols, label, onChange(values), brush, tools })   mouse, finger, pen; arrow keys move
 *       a cursor, Space paints, D keeps painting while moving, Delete clears. Values 0 to 1.
 *         .set(values), .values, .clear()
 *   imageUpload({ label, rows, cols, onImage(values) })      a file to grey values 0 to 1
 * Colours and sizes are the variables at the top of kit.css.
 */
export { h, svg, uid, fmt, is, parseNumber, reducedMotion, fetched, frame, panel, row, panels, board, stack, more } from "./kit/elements.js";
export { select, entry, number, range, checkbox, radios, button, status, formula, legend, stepper, tabs } from "./kit/controls.js";
export { numberGrid, miniMap } from "./kit/grid.js";
export { fly } from "./kit/motion.js";
export { drawingPad, imageUpload, resample } from "./kit/drawing.js";
