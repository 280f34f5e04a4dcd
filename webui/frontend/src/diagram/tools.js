// Buttons and keys of a diagram. The wheel scrolls the page unless the diagram has the focus.

const STEP = 1.25;
const LARGEST = 3;
const MARGIN = 16;
export const READABLE = 0.6;
const STRIDE = 60;
const ARROWS = { ArrowLeft: [STRIDE, 0], ArrowRight: [-STRIDE, 0], ArrowUp: [0, STRIDE], ArrowDown: [0, -STRIDE] };

export function addTools(viewer, host, panel) {
  const canvas = viewer.get('canvas');
  const drawing = panel.querySelector('svg[tabindex], .djs-container svg');
  drawing?.setAttribute('role', 'group');
  drawing?.setAttribute('aria-label', host.dataset.label ?? '');
  const acts = {
    in: () => canvas.zoom(Math.min(LARGEST, canvas.zoom() * STEP), 'auto'),
    out: () => canvas.zoom(Math.max(0.1, canvas.zoom() / STEP), 'auto'),
    fit: () => fit(viewer),
  };
  const tools = host.querySelector('[data-tools]');
  if (tools) tools.hidden = false;
  host.addEventListener('click', (event) => acts[event.target.closest('[data-zoom]')?.dataset.zoom]?.());
  panel.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit' }[event.key];
    const [dx, dy] = ARROWS[event.key] ?? [];
    if (!act && dx === undefined) return;
    event.preventDefault();
    if (act) acts[act]();
    else canvas.scroll({ dx, dy });
  });
  panel.addEventListener('focusin', () => viewer.get('zoomScroll').toggle(true));
  panel.addEventListener('focusout', () => viewer.get('zoomScroll').toggle(false));
}

// A narrow screen begins at the current step instead of with a whole that nobody can read.
export function begin(viewer, current) {
  fit(viewer);
  const canvas = viewer.get('canvas');
  const step = current.map((id) => viewer.get('elementRegistry').get(id)).find((found) => found && !found.waypoints);
  if (!step || canvas.zoom() >= READABLE) return;
  const { outer } = canvas.viewbox();
  const width = outer.width / READABLE;
  const height = outer.height / READABLE;
  canvas.viewbox({
    x: step.x + step.width / 2 - width / 2,
    y: step.y + step.height / 2 - height / 2,
    width,
    height,
  });
}

// Like the viewer's own fit, but with a margin, and never larger than life; badges stick out of shapes.
export function fit(viewer) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  if (!outer.width || !inner.width) return;
  const scale = Math.min((outer.width - 2 * MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, 1);
  const width = outer.width / scale;
  const height = outer.height / scale;
  canvas.viewbox({
    x: inner.x - (width - inner.width) / 2,
    y: inner.y - (height - inner.height) / 2,
    width,
    height,
  });
}
