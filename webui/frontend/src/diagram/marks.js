// Shows the facts of a case: {done: [ids], flows: [ids], current: [ids], overdue: [ids], counts: {id: n}},
// or of two versions: {added: [ids], changed: [ids], removed: [ids]}.
// or of stories: {covered: {id: how many passed}}, flows among them.
// Everything shown by colour is also a badge with a sign, and stands in a list beside the diagram.

const CLASSES = {
  done: 'is-done',
  flows: 'is-passed',
  current: 'is-current',
  overdue: 'is-overdue',
  added: 'is-added',
  changed: 'is-changed',
  removed: 'is-removed',
};
const SIGNS = { done: '✓', current: '●', overdue: '!', added: '+', changed: '~', removed: '−' };

// Where the time goes: {heat: {id: {level: 0 to 4, waited, worked, number, sent_back}}}; the numbers stand on the step.
function warm(viewer, heat) {
  const canvas = viewer.get('canvas');
  const elements = viewer.get('elementRegistry');
  for (const [id, one] of Object.entries(heat)) {
    const shape = elements.get(id);
    if (!shape || shape.waypoints) continue;
    canvas.addMarker(id, `is-heat-${one.level}`);
    const badge = document.createElement('div');
    badge.className = 'heat-badge';
    const back = one.sent_back ? ` ↩${one.sent_back}` : '';
    badge.textContent = `${one.waited} + ${one.worked} ×${one.number}${back}`;
    viewer.get('overlays').add(id, { position: { bottom: 6, left: -12 }, html: badge });
  }
}

// What stories passed: how many of them stands on each element and flow, ✗ where none came by.
function cover(viewer, covered) {
  const canvas = viewer.get('canvas');
  const elements = viewer.get('elementRegistry');
  for (const [id, number] of Object.entries(covered)) {
    const shape = elements.get(id);
    if (!shape) continue;
    if (number) canvas.addMarker(id, shape.waypoints ? 'is-passed' : 'is-done');
    else canvas.addMarker(id, 'is-uncovered');
    const badge = document.createElement('div');
    badge.className = number ? 'cover-badge' : 'cover-badge cover-badge-none';
    badge.textContent = number ? (shape.waypoints ? number : `✓ ${number}`) : '✗';
    viewer.get('overlays').add(id, { position: shape.waypoints ? middle(shape) : { top: -10, right: 12 }, html: badge });
  }
}

// The middle of the longest part of a flow, as seen from the corner of the box around it.
function middle({ waypoints }) {
  const left = Math.min(...waypoints.map((point) => point.x));
  const top = Math.min(...waypoints.map((point) => point.y));
  const pieces = waypoints.slice(1).map((to, index) => [waypoints[index], to]);
  const [from, to] = pieces.reduce((longest, piece) => (lengthOf(piece) > lengthOf(longest) ? piece : longest));
  return { left: (from.x + to.x) / 2 - left - 8, top: (from.y + to.y) / 2 - top - 8 };
}

function lengthOf([from, to]) {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

export function mark(viewer, facts) {
  warm(viewer, facts.heat ?? {});
  cover(viewer, facts.covered ?? {});
  const canvas = viewer.get('canvas');
  const elements = viewer.get('elementRegistry');
  for (const [kind, name] of Object.entries(CLASSES)) {
    for (const id of facts[kind] ?? []) if (elements.get(id)) canvas.addMarker(id, name);
  }
  const badged = new Map();
  for (const kind of Object.keys(SIGNS)) for (const id of facts[kind] ?? []) badged.set(id, kind);
  for (const [id, kind] of badged) addBadge(viewer, id, kind, facts.counts?.[id]);
}

function addBadge(viewer, id, kind, count) {
  const shape = viewer.get('elementRegistry').get(id);
  if (!shape || shape.waypoints || (kind === 'done' && shape.width < 60)) return;
  const badge = document.createElement('div');
  badge.className = `step-badge step-badge-${kind}`;
  badge.textContent = count > 1 ? `${SIGNS[kind]} ${count}` : SIGNS[kind];
  viewer.get('overlays').add(id, { position: { top: -10, right: 12 }, html: badge });
}
