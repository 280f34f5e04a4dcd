// A read-only diagram: where a case is, what it passed, what is late; the words are the page's.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import './styles/diagram.css';
import { mark } from './diagram/marks.js';
import { rename } from './diagram/names.js';
import { followLinks } from './diagram/pointing.js';
import { addTools, begin } from './diagram/tools.js';

const FONT = 'system-ui, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

const viewers = new WeakMap();

async function show(host) {
  host.dataset.state = 'loading';
  try {
    const facts = JSON.parse(host.dataset.facts || '{}');
    const response = await fetch(host.dataset.diagram, { headers: { Accept: 'application/xml' } });
    if (!response.ok) throw new Error(`Expected a diagram, but got status ${response.status}`);
    const panel = host.querySelector('[data-canvas]');
    const viewer = new NavigatedViewer({
      container: panel,
      textRenderer: {
        defaultStyle: { fontFamily: FONT, fontSize: 13, lineHeight: 1.25 },
        externalStyle: { fontSize: 12, lineHeight: 1.25 },
      },
      zoomScroll: { enabled: false },
    });
    rename(viewer, facts.names ?? {});
    await viewer.importXML(await response.text());
    mark(viewer, facts);
    addTools(viewer, host, panel);
    begin(viewer, [...hottest(facts.heat ?? {}), ...uncovered(facts.covered ?? {}), ...(facts.overdue ?? []), ...(facts.current ?? []), ...(facts.added ?? []), ...(facts.changed ?? [])]);
    host.dataset.state = 'ready';
    viewers.set(host, viewer);
    host.dispatchEvent(new Event('diagram:ready'));
  } catch (error) {
    host.dataset.state = 'failed';
    console.error(error);
  }
}

function uncovered(covered) {
  return Object.keys(covered).filter((id) => !covered[id]);
}

function hottest(heat) {
  return Object.keys(heat).sort((one, other) => heat[other].level - heat[one].level);
}

// A diagram in a closed <details> has no size yet; it is drawn when it is opened.
function showVisible() {
  for (const host of document.querySelectorAll('[data-diagram]:not([data-state])')) {
    if (!host.closest('details:not([open])')) show(host);
  }
}

document.addEventListener('toggle', showVisible, true);
document.addEventListener('htmx:after:swap', showVisible);
followLinks(viewers);
showVisible();
