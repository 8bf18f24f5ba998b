// The queue: rows are replaced by the case's number and stand in the order that the server gave them.
import { $, page } from './text.js';
import { tick } from './clock.js';

// nodes reads markup that the server has written and escaped; nothing in it runs.
export function nodes(html) {
  return new DOMParser().parseFromString(html, 'text/html').body;
}

function put(row) {
  const list = $('filas'), old = list.querySelector(`[data-caso="${row.dataset.caso}"]`);
  const current = old?.querySelector('[aria-current]') || location.pathname.endsWith('/' + row.dataset.caso);
  if (current) row.querySelector('.fila').setAttribute('aria-current', 'true');
  const focused = old?.contains(document.activeElement);
  old?.remove();
  const after = [...list.children].find((li) => li.dataset.orden > row.dataset.orden);
  list.insertBefore(row, after ?? null);
  if (focused) row.querySelector('.fila').focus();
}

export function row(data) {
  if (page.solapa === 'closed') return;
  if (!data.tabs.includes(page.solapa)) return gone(data);
  const li = nodes(data.html).querySelector('li');
  if (li) put(li);
  tick();
}

export function gone(data) {
  if (page.solapa !== 'closed') $('filas').querySelector(`[data-caso="${data.id}"]`)?.remove();
}

export function counts(data) {
  for (const key of ['free', 'mine', 'all']) {
    const at = document.querySelector(`[data-solapa="${key}"] .cuenta`);
    if (at) at.textContent = data[key];
  }
  if ($('pulso')) $('pulso').lastElementChild.textContent = data.pulse;
  refill(data[page.solapa]);
  const next = $('siguiente');
  if (!next) return;
  $('siguiente-quien').textContent = data.next;
  const button = next.querySelector('button');
  if (!('cortado' in button.dataset)) button.disabled = !data.next;
}

let refilled = 0;
// refill takes the list anew when it has become short: a page draws only the first of a long queue.
function refill(all) {
  if ($('filas').children.length >= Math.min(all ?? 0, 25) || Date.now() - refilled < 5000 || location.search.includes('after=')) return;
  refilled = Date.now();
  reload();
}

// reload takes the whole list anew.
export async function reload() {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!answer.ok) return;
  const fresh = nodes(await answer.text());
  for (const id of ['filas', 'solapas', 'pulso']) {
    const now = fresh.querySelector('#' + id);
    if (now && $(id)) $(id).replaceChildren(...now.childNodes);
  }
  tick();
}

// step moves to the row below or above.
export function step(by) {
  const all = [...document.querySelectorAll('#filas .fila')];
  const at = all.findIndex((a) => a === document.activeElement || a.getAttribute('aria-current') === 'true' && !all.includes(document.activeElement));
  (all[at + by] ?? all[by > 0 ? 0 : all.length - 1])?.focus();
}
