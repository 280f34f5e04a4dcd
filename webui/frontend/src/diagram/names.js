// Puts the names of the reader's language on the elements before they are drawn.

// Labels were given the room that their Chinese names need; other languages need more to keep a word whole.
const MOST = 90;
const LATIN = 6.6;
const WIDE = 12;
const LINE = 15;

export function rename(viewer, names) {
  viewer.on('import.parse.complete', ({ definitions, elementsById }) => {
    for (const [id, name] of Object.entries(names)) {
      const element = elementsById?.[id];
      if (element) element.name = name;
    }
    for (const diagram of definitions?.diagrams ?? []) {
      for (const drawn of diagram.plane?.planeElement ?? []) {
        if (drawn.label?.bounds) fit(drawn.label.bounds, drawn.bounds, drawn.bpmnElement?.name ?? '');
      }
    }
  });
}

// A label beside its element stays there and grows away from it; one above or below stays centred.
function fit(label, element, name) {
  const needed = Math.min(MOST, Math.max(label.width, widthOf(name)));
  const isAbove = element && label.y + label.height <= element.y + 2;
  const height = linesOf(name, needed) * LINE;
  if (isAbove) label.y = Math.min(label.y, element.y - height - 4);
  label.height = Math.max(label.height, height);
  const grows = needed - label.width;
  if (grows <= 0) return;
  const isRight = element && label.x >= element.x + element.width - 2;
  const isLeft = element && label.x + label.width <= element.x + 2;
  if (isLeft) label.x -= grows;
  else if (!isRight) label.x -= grows / 2;
  label.width = needed;
}

function linesOf(name, width) {
  let lines = 1;
  let used = 0;
  for (const word of name.split(/\s+/)) {
    const length = widthOf(word);
    if (used && used + length > width) {
      lines += 1;
      used = 0;
    }
    used += length;
  }
  return lines;
}

function widthOf(text) {
  let width = 4;
  for (const sign of text) width += sign.charCodeAt(0) > 0x2e80 ? WIDE : LATIN;
  return width;
}
