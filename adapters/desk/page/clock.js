// Waiting times are words, and go on while the page is open.
import { text, page } from './text.js';

const ahead = Number(page.ahora) - Date.now() / 1000; // of this machine's clock

function words(key, minutes) {
  if (minutes < 1) return text(key + '_0');
  if (minutes < 60) return text(key, { n: minutes });
  return text(key + '_h', { h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, '0') });
}

export function tick() {
  const now = Date.now() / 1000 + ahead;
  for (const at of document.querySelectorAll('[data-reloj]')) {
    const { reloj, desde, vence } = at.dataset, since = Number(desde), due = Number(vence);
    const late = due > 0 && now > due, near = due > 0 && !late && now > since + (due - since) / 2;
    at.classList.toggle('pasado', late);
    at.classList.toggle('cerca', near);
    const line = words(reloj, Math.floor((now - since) / 60)), last = at.lastElementChild;
    if (last.textContent !== line) last.textContent = line;
  }
}
setInterval(tick, 10000);
