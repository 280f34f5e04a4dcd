// Focus, printing and double clicks; one listener each, so that swapped parts need no setup.

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

// A page that came back with problems begins with them.
document.querySelector('.error-summary')?.focus();
