// A box in a table's head ticks all of its rows. Without a script it is hidden; a link does the same.

const boxes = (table) => [...table.querySelectorAll('tbody input[type=checkbox]')];

function reflect(table) {
  const all = table.querySelector('[data-tick-all]');
  if (!all) return;
  const ticked = boxes(table).filter((box) => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes(table).length;
  all.indeterminate = ticked > 0 && !all.checked;
}

document.addEventListener('change', (event) => {
  const table = event.target.closest('table');
  if (!table?.querySelector('[data-tick-all]')) return;
  if (event.target.matches('[data-tick-all]')) for (const box of boxes(table)) box.checked = event.target.checked;
  reflect(table);
});

// Before the page is shown, and again when the browser brings it back with its ticks.
function begin() {
  for (const all of document.querySelectorAll('table [data-tick-all]')) {
    all.hidden = false;
    reflect(all.closest('table'));
  }
}
begin();
addEventListener('pageshow', begin);
