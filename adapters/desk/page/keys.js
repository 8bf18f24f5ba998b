// Keys: one table binds them, and the sheet of the page lists them. Letters can be switched off.
import { $ } from './text.js';
import { mode } from './composer.js';
import { step } from './list.js';
import { toggle } from './ring.js';

const open = (id) => () => $(id)?.showPopover();
const go = (css) => () => document.querySelector(css)?.click();
const table = {
  t: () => ($('tomar') ?? $('siguiente'))?.requestSubmit(),
  j: () => step(1), k: () => step(-1),
  r: () => mode('respuesta'), n: () => mode('nota'),
  e: open('p-cerrar'), p: open('p-pasar'), v: open('p-devolver'),
  d: () => { const first = document.querySelector('#contexto summary'); if (first?.checkVisibility()) first.focus(); else go('.ver-contexto')(); },
  l: () => (document.querySelector('#filas .fila[aria-current]') ?? document.querySelector('#filas .fila'))?.focus(),
  s: toggle, '?': open('p-atajos'),
};

export function start() {
  const box = $('usar-atajos'), all = $('ver-atajos');
  if (box) {
    box.checked = localStorage.getItem('mesa:atajos') !== '0';
    box.addEventListener('change', () => localStorage.setItem('mesa:atajos', box.checked ? '1' : '0'));
  }
  for (const at of [all, $('pie-atajos')]) if (at) at.hidden = false;
  addEventListener('keydown', (e) => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && e.target.form && e.target.matches('textarea')) {
      e.preventDefault();
      e.target.form.requestSubmit();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input, textarea, select, [popover]')) return;
    const does = table[e.key.toLowerCase()];
    if (!does || e.key !== '?' && box && !box.checked) return;
    e.preventDefault();
    does();
  });
}
