/* Movement where it explains something: numbers on their way into the sum that they make up. */
import { h, reducedMotion } from "./elements.js";

/** Copies of the cells fly to `target`, whose own number then fades in. Nothing moves where the
 *  reader prefers less motion. `time` in milliseconds. */
export function fly(root, cells, target, time) {
  if (reducedMotion() || !target || !root.animate || document.hidden) return;
  const base = root.getBoundingClientRect(), end = target.getBoundingClientRect();
  for (const cell of cells) {
    const box = cell.getBoundingClientRect();
    const copy = h("span", { class: "cbh-flying", "aria-hidden": "true", style:
      `left:${box.left - base.left - root.clientLeft}px;top:${box.top - base.top - root.clientTop + root.scrollTop}px;width:${box.width}px;height:${box.height}px` }, cell.textContent);
    root.append(copy);
    const [dx, dy] = [end.left + end.width / 2 - box.left - box.width / 2, end.top + end.height / 2 - box.top - box.height / 2];
    const moved = copy.animate([{ transform: "none", opacity: 1 }, { transform: `translate(${dx}px, ${dy}px) scale(0.5)`, opacity: 0.3 }], { duration: time, easing: "ease-in" });
    moved.onfinish = moved.oncancel = () => copy.remove();
  }
  target.firstElementChild?.animate([{ opacity: 0 }, { opacity: 0, offset: 0.7 }, { opacity: 1 }], { duration: time * 1.4 });
}
