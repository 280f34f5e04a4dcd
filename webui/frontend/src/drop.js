// Dropping a zip or a folder on the upload form. Without script the two file fields do the same.

const MOST = 400;

for (const form of document.querySelectorAll('form[data-drop]')) {
  const zip = form.querySelector('input[name="zip"]');
  const folder = form.querySelector('input[name="folder"]');
  for (const kind of ['dragenter', 'dragover']) {
    form.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      form.classList.add('is-over');
    });
  }
  form.addEventListener('dragleave', (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove('is-over');
  });
  form.addEventListener('drop', async (event) => {
    event.preventDefault();
    form.classList.remove('is-over');
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const dropped = event.dataTransfer.files;
    const chosen = entries.find((entry) => entry.isDirectory);
    if (chosen) give(folder, await filesOf(chosen), zip);
    else give(zip, [dropped[0]], folder);
    form.requestSubmit();
  });
  for (const [one, other] of [[zip, folder], [folder, zip]]) {
    one.addEventListener('change', () => {
      if (!one.files.length) return;
      other.value = '';
      form.requestSubmit();
    });
  }
}

function give(field, files, other) {
  const given = new DataTransfer();
  for (const file of files) if (file) given.items.add(file);
  field.files = given.files;
  other.value = '';
}

// Files of a folder under their paths, as the folder field itself would send them; more than a service may have
// are not read.
async function filesOf(entry, found = []) {
  if (found.length > MOST) return found;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push(new File([file], entry.fullPath.replace(/^\//, ''), { type: file.type }));
    return found;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const one of some) await filesOf(one, found);
  }
}
