// Puts the names of the reader's language on the elements before they are drawn.

// Labels were given the room that their Chinese names need; other languages need more to keep a word whole.
const MOST = 90;
const LATIN = 6.6;
const WIDE = 12;

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
  const needed = Math.min(MOST, Math.max(label.width, widthOf(name), ...name.split(/\s+/).map(widthOf)));
  const grows = needed - label.width;
  if (grows <= 0) return;
  const isRight = element && label.x >= element.x + element.width - 2;
  const isLeft = element && label.x + label.width <= element.x + 2;
  if (isLeft) label.x -= grows;
  else if (!isRight) label.x -= grows / 2;
  label.width = needed;
}

function widthOf(text) {
  let width = 4;
  for (const sign of text) width += sign.charCodeAt(0) > 0x2e80 ? WIDE : LATIN;
  return width;
}
