// Single keys: moving in lists, acting on the row that has the focus, going to pages; `?` shows them all.
// A key presses what the page already offers (`data-key`), so that nothing is reached by keys alone.

const PREFIX_MS = 1500;
const SWITCH = 'linbang-keys';
const TYPING = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], .djs-container, dialog';
const IN_ROW = new Set(['c', 'd', 'o', 'x', 'z']);
const ON_PAGE = new Set(['a', 's', 'u']);

let prefixed = 0;
let written = false;
let anchor = null;

function isOff() {
  try {
    return localStorage.getItem(SWITCH) === 'off';
  } catch {
    return false; // a browser that keeps nothing has them on
  }
}

const rows = () => [...document.querySelectorAll('[data-rows] tbody tr')];
const here = () => document.activeElement?.closest('[data-rows] tbody tr') ?? null;

export function focusRow(index) {
  const all = rows();
  all[Math.max(0, Math.min(all.length - 1, index))]?.querySelector('a')?.focus();
}

function move(step) {
  const now = rows().indexOf(here());
  focusRow(now < 0 ? (step > 0 ? 0 : rows().length - 1) : now + step);
}

function press(target, key) {
  const found = target?.querySelector(`[data-key="${key}"]`);
  if (!found) return false;
  const folded = found.closest('summary')?.parentElement;
  if (folded) {
    folded.open = true;
    folded.querySelector('input:not([type=hidden])').focus();
  } else found.click();
  return true;
}

// Ticks everything between the last tick and here; without one, all, or none when all are ticked.
function tickMany() {
  const boxes = [...document.querySelectorAll('[data-rows] [data-key="x"]')];
  const now = boxes.indexOf(here()?.querySelector('[data-key="x"]'));
  const from = boxes.indexOf(anchor);
  const range = now >= 0 && from >= 0 && now !== from ? boxes.slice(Math.min(now, from), Math.max(now, from) + 1) : null;
  const value = range ? true : !boxes.every((box) => box.checked);
  for (const box of range ?? boxes) box.checked = value;
  boxes[0]?.dispatchEvent(new Event('change', { bubbles: true }));
}

function go(key) {
  const link = document.querySelector(`[data-go="${key}"]`);
  if (link && !written) location.assign(link.href); // what somebody wrote is not left by a slip
}

function act(key, event) {
  if (prefixed && event.timeStamp - prefixed < PREFIX_MS) {
    prefixed = 0;
    go(key);
  } else if (key === 'g') prefixed = event.timeStamp;
  else if (key === 'j' || key === 'k') move(key === 'j' ? 1 : -1);
  else if (key === '?') document.getElementById('keys')?.showModal();
  else if (key === 'X') tickMany();
  else if (key === '/') {
    const search = document.querySelector('[data-search]');
    search?.focus();
    search?.select();
    return Boolean(search);
  } else if (IN_ROW.has(key)) return press(here(), key);
  else if (ON_PAGE.has(key)) return press(document, key);
  else return false;
  return true;
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isOff()) return;
  if (event.target.closest(TYPING)) return;
  if (act(event.key, event)) event.preventDefault();
});

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-open]');
  if (opener) document.getElementById(opener.dataset.open).showModal();
  if (event.target.matches('[data-key="x"]')) anchor = event.target.checked ? event.target : null;
});

document.addEventListener('input', (event) => {
  if (event.target.form?.method === 'post' && !event.target.matches('[data-key]')) written = true;
});

document.addEventListener('change', (event) => {
  if (!event.target.matches('[data-keys-switch]')) return;
  try {
    localStorage.setItem(SWITCH, event.target.checked ? 'on' : 'off');
  } catch {
    // Where nothing is kept, the keys stay on.
  }
});

for (const box of document.querySelectorAll('[data-keys-switch]')) box.checked = !isOff();
