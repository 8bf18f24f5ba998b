// What the page says by itself: the words stand in the page.
const words = new Map();
for (const dt of document.querySelectorAll('#textos dt')) words.set(dt.textContent, dt.nextElementSibling.textContent);

export const $ = (id) => document.getElementById(id);
export const page = $('datos-de-la-pagina').dataset;

// text puts values in the place of {name}.
export function text(key, values = {}) {
  return (words.get(key) ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// hour is the time of day in the insurer's zone.
export const hour = (date) => date.toLocaleTimeString('es-AR', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'America/Argentina/Buenos_Aires' });

let hide = 0;
// say shows one line above the page. What went wrong stays until the next one.
export function say(line, good) {
  clearTimeout(hide);
  const at = $('aviso');
  at.classList.toggle('bien', !!good);
  at.textContent = line;
  at.hidden = !line;
  if (line && good) hide = setTimeout(() => { at.hidden = true; }, 6000);
}
