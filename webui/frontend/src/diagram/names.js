// Puts the names of the reader's language on the elements before they are drawn.

// Labels were given the room that their Chinese names need; other languages need more to keep a word whole.
const LABEL_WIDTH = 90;

export function rename(viewer, names) {
  viewer.on('import.parse.complete', ({ definitions, elementsById }) => {
    for (const [id, name] of Object.entries(names)) {
      const element = elementsById?.[id];
      if (element) element.name = name;
    }
    for (const diagram of definitions?.diagrams ?? []) {
      for (const drawn of diagram.plane?.planeElement ?? []) widen(drawn.label?.bounds);
    }
  });
}

function widen(bounds) {
  if (!bounds || bounds.width >= LABEL_WIDTH) return;
  bounds.x -= (LABEL_WIDTH - bounds.width) / 2;
  bounds.width = LABEL_WIDTH;
}
