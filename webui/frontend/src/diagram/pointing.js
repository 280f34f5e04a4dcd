// Links of a list that lead to an element: `href="#<id of the figure>" data-element="<id>"`. Without script they
// lead to the drawing.
import { READABLE } from './tools.js';

export function followLinks(viewers) {
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-element]');
    const host = link && document.getElementById(link.hash.slice(1));
    if (!host) return;
    event.preventDefault();
    const folded = host.closest('details');
    if (folded) folded.open = true;
    host.scrollIntoView({ block: 'nearest' });
    const act = () => point(viewers.get(host), link.dataset.element);
    if (viewers.has(host)) act();
    else host.addEventListener('diagram:ready', act, { once: true });
  });
}

function point(viewer, id) {
  const canvas = viewer.get('canvas');
  const elements = viewer.get('elementRegistry');
  for (const other of elements.getAll()) {
    if (canvas.hasMarker(other.id, 'is-pointed')) canvas.removeMarker(other.id, 'is-pointed');
  }
  const element = elements.get(id);
  if (!element) return;
  canvas.addMarker(id, 'is-pointed');
  if (canvas.zoom() < READABLE) canvas.zoom(READABLE);
  const { outer } = canvas.viewbox();
  const { x, y, width, height } = boxOf(element);
  const scale = canvas.zoom();
  canvas.viewbox({
    x: x + width / 2 - outer.width / scale / 2,
    y: y + height / 2 - outer.height / scale / 2,
    width: outer.width / scale,
    height: outer.height / scale,
  });
}

function boxOf(element) {
  if (!element.waypoints) return element;
  const xs = element.waypoints.map((point) => point.x);
  const ys = element.waypoints.map((point) => point.y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
