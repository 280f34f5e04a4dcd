// The inbox in place: ticks and their number, small questions in a dialog, counts that stay fresh, and the place
// in the list, which a claim does not move.
import { focusRow } from './keys.js';

const POLL_MS = 20_000;
const PLACE = 'linbang-place';
let byKey = false;
let polled = Date.now();

function count() {
  const ticked = document.querySelectorAll('#inbox [name="task"]:checked').length;
  for (const button of document.querySelectorAll('[data-ticked]')) {
    button.dataset.words ??= button.textContent;
    button.textContent = ticked ? (ticked === 1 ? button.dataset.one : button.dataset.many.replace('#', ticked)) : button.dataset.words;
    button.classList.toggle('button-primary', ticked > 0);
  }
}

document.addEventListener('change', (event) => {
  if (event.target.closest('#inbox')) count();
});
document.addEventListener('htmx:after:swap', () => {
  for (const all of document.querySelectorAll('[data-tick-all]')) all.hidden = false;
  count();
});

// A question that has a page of its own is asked here; without a script the link leads to that page.
document.addEventListener('click', async (event) => {
  const dialog = document.getElementById('asking');
  if (dialog && event.target.closest('#asking [data-close]')) {
    event.preventDefault();
    dialog.close();
    return;
  }
  const link = event.target.closest('a[data-dialog]');
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const answer = await fetch(link.href);
  const asked = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-asking]');
  if (!asked) {
    location.assign(link.href);
    return;
  }
  dialog.replaceChildren(asked);
  dialog.showModal();
  dialog.addEventListener('close', () => link.focus(), { once: true });
});

// Counts are asked for only while somebody may be looking.
function poll() {
  const place = document.querySelector('[data-poll]');
  if (!place || document.hidden || Date.now() - polled < POLL_MS) return;
  polled = Date.now();
  place.dispatchEvent(new CustomEvent('poll'));
}
setInterval(poll, 1000);
document.addEventListener('visibilitychange', poll);

// After a claim the page comes anew; it stands where it stood, and the focus is on the row that moved up.
document.addEventListener('keydown', () => { byKey = true; }, true);
document.addEventListener('pointerdown', () => { byKey = false; }, true);
document.addEventListener('submit', (event) => {
  if (event.target.id !== 'ticked' && !event.target.matches('.undo, #asking form')) return;
  const rows = [...document.querySelectorAll('[data-rows] tbody tr')];
  const row = byKey ? rows.findIndex((one) => one.contains(document.activeElement)) : -1;
  sessionStorage.setItem(PLACE, JSON.stringify({ at: location.search, top: scrollY, row }));
});
const kept = sessionStorage.getItem(PLACE);
if (kept && document.getElementById('inbox')) {
  sessionStorage.removeItem(PLACE);
  const place = JSON.parse(kept);
  if (place.at === location.search) {
    scrollTo(0, place.top);
    if (place.row >= 0) focusRow(place.row);
  }
}
count();
