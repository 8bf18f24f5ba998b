// Forms are sent without leaving the page. What was typed stays until the server has said that it is done.
import { $, text, say } from './text.js';

// newAct is the id of an act: the server does one id once, however often it comes.
export function newAct() {
  const raw = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...raw)).replaceAll('+', '-').replaceAll('/', '_');
}

// post sends a form and returns what came of it: { status, ... }. Status 0: nobody knows; the same act may be sent again.
export async function post(form, button) {
  const fields = new FormData(form, button), files = [...fields.values()].some((v) => v instanceof File && v.size > 0);
  if (!files) fields.delete('file');
  try {
    const answer = await fetch(form.getAttribute('action'), { method: 'POST', body: files ? fields : new URLSearchParams(fields), headers: { Accept: 'application/json' } });
    const got = await answer.json().catch(() => ({}));
    return { ...got, status: answer.status };
  } catch {
    return { status: 0, error: text('no_connection_send') };
  }
}

// renew gives all forms of the page a new act, once one was answered.
export function renew(form) {
  const at = form.elements.act;
  if (at) at.value = newAct();
}

// told shows what came of an act, unless the caller does.
export function told(got) {
  if (got.status === 401) return say(text('signed_out'));
  if (got.status === 202) return say(got.error || text('kept'), true);
  if (got.status !== 200 && got.status !== 201) return say(got.error || text('broken'));
  say('');
}

let off = false;
// connected says whether anything can be sent, and shows it.
export function connected(is, since) {
  off = !is;
  $('corte').hidden = is;
  $('corte').textContent = is ? '' : text('no_connection', { hour: since });
  document.body.classList.toggle('sin-conexion', off);
  for (const b of document.querySelectorAll('form[method=post] button:not([type=button]), button[form]')) {
    if (b.closest('[action="/mesa/salir"]')) continue;
    if (off && !b.disabled) { b.disabled = true; b.dataset.cortado = ''; }
    if (!off && 'cortado' in b.dataset) { b.disabled = false; delete b.dataset.cortado; }
  }
}
export const isOff = () => off;
