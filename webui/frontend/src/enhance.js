// Keyboard, focus, printing and double clicks; one listener each, so that swapped parts need no setup.

document.documentElement.classList.add('has-script');

// A link of the summary leads to a field; focusing it too saves the click into it.
document.addEventListener('click', (event) => {
  const link = event.target.closest('.error-summary a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  const target = field.matches('fieldset') ? field.querySelector('input:not([type=hidden]), select, textarea') ?? field : field;
  (field.closest('.field') ?? field).scrollIntoView({ block: 'start' });
  target.focus({ preventScroll: true });
});

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print();
});

// A second click on a slow line must not send the form twice. Buttons come back with the page.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('[data-once]') || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = '1';
});
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

function moveInRows(step) {
  const links = [...document.querySelectorAll('[data-rows] tbody tr :is(th, td):first-child a')];
  if (!links.length) return;
  const here = links.findIndex((link) => link.closest('tr').contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  links[Math.max(0, Math.min(links.length - 1, next))].focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest('input, textarea, select, [contenteditable], .djs-container')) return;
  if (event.key === '/') {
    const search = document.querySelector('[data-search]');
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === 'j') moveInRows(1);
  else if (event.key === 'k') moveInRows(-1);
});

// A page that came back with problems begins with them.
document.querySelector('.error-summary')?.focus();
