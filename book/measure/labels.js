// What is wrong with the words and tiles of the drawing that stands in the tab alone, as sentences.
() => {
  const SIGN = 22; // pixels: the signs between matrices are larger than words and numbers
  const drawing = document.documentElement;
  const size = (text) => parseFloat(getComputedStyle(text).fontSize);
  const overlap = (a, b) => [
    Math.min(a.right, b.right) - Math.max(a.left, b.left),
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
  ];
  const meet = (a, b) => overlap(a, b).every((length) => length > 0.5);

  // a letter's ink is lower than its line: about three quarters of the size, around the middle
  const texts = [...drawing.querySelectorAll("text")].flatMap((text) => {
    const words = text.textContent.trim();
    const { left, right, top, bottom } = text.getBoundingClientRect();
    const middle = (top + bottom) / 2;
    const half = 0.36 * size(text);
    return words ? [{ text, words, left, right, top: middle - half, bottom: middle + half }] : [];
  });
  const said = [];

  const sizes = [...new Set(texts.map(({ text }) => size(text)))].filter((pixels) => pixels !== SIGN);
  if (sizes.length > 1) said.push(`text of ${sizes.join(" and ")} pixels`);

  const page = { left: 0, top: 0, right: drawing.viewBox.baseVal.width, bottom: drawing.viewBox.baseVal.height };
  const inside = (a, b) => a.left >= b.left - 0.5 && a.right <= b.right + 0.5 && a.top >= b.top - 0.5 && a.bottom <= b.bottom + 0.5;
  for (const one of texts) if (!inside(one, page)) said.push(`“${one.words}” is cut by the drawing's edge`);

  texts.forEach((one, index) => {
    for (const other of texts.slice(index + 1)) if (meet(one, other)) said.push(`“${one.words}” and “${other.words}” overlap`);
  });

  for (const shape of drawing.querySelectorAll(":not(defs, pattern) > :is(rect, circle, image)")) {
    const box = shape.getBoundingClientRect();
    for (const one of texts) if (meet(one, box) && !inside(one, box)) said.push(`“${one.words}” crosses the edge of a ${shape.localName}`);
  }
  for (const line of drawing.querySelectorAll(":not(pattern) > :is(line, path)")) {
    const place = line.getScreenCTM();
    const length = line.getTotalLength();
    const crossed = new Set();
    for (let at = 0; at <= length; at += 1.5) {
      const { x, y } = line.getPointAtLength(at).matrixTransform(place);
      for (const one of texts) if (x > one.left && x < one.right && y > one.top && y < one.bottom) crossed.add(one.words);
    }
    for (const words of crossed) said.push(`“${words}” stands on a line`);
  }

  // cells with a number in them, and pictures: all of one size, and no row of pictures shorter
  const sides = new Set();
  for (const cell of drawing.querySelectorAll("rect:not(.frame, .mark)")) {
    const box = cell.getBoundingClientRect();
    const square = Math.abs(box.width - box.height) < 0.1;
    if (square && texts.some((one) => /^[−\d.]+$/.test(one.words) && inside(one, box))) sides.add(Math.round(box.width * 10) / 10);
  }
  if (sides.size > 1) said.push(`cells of ${[...sides].join(" and ")} pixels`);
  const rows = {};
  for (const image of drawing.querySelectorAll("image")) {
    const kind = Math.round(image.getAttribute("width"));
    ((rows[kind] ??= {})[image.getAttribute("y")] ??= []).push(image);
  }
  for (const kind of Object.values(rows)) {
    const counts = Object.values(kind).map((row) => row.length);
    if (new Set(counts).size > 1) said.push(`rows of ${counts.join(", ")} pictures`);
  }
  return said;
}
