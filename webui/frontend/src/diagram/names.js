// Puts the names of the reader's language on the elements before they are drawn.

export function rename(viewer, names) {
  viewer.on('import.parse.complete', ({ elementsById }) => {
    for (const [id, name] of Object.entries(names)) {
      const element = elementsById?.[id];
      if (element) element.name = name;
    }
  });
}
