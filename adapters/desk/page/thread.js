// The conversation: asked for from the number that the page has, so that nothing can be missed.
import { $, text, say } from './text.js';
import { tick } from './clock.js';
import { nodes } from './list.js';

const charla = () => $('charla');
export const caseOfPage = () => Number(charla()?.dataset.caso) || 0;
export const lastShown = () => Number(charla()?.dataset.ultimo) || 0;

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
export function toEnd() {
  const box = $('hilo');
  if (box) box.scrollTop = box.scrollHeight;
}

// merge puts entries where their numbers say; those that are there already are replaced. It returns the new ones.
function merge(part) {
  const box = $('hilo'), fresh = [];
  for (const el of [...part.querySelectorAll('.entradas > *')]) {
    const { n, nota } = el.dataset;
    const old = n ? box.querySelector(`:scope > [data-n="${n}"]`) : nota ? box.querySelector(`:scope > [data-nota="${nota}"]`) : null;
    if (!n && !nota) continue; // a line between days
    if (old && old.querySelector('audio') && el.querySelector('audio')) continue; // it may be playing
    if (old) { old.replaceWith(el); continue; }
    box.append(el);
    fresh.push(el);
  }
  return fresh;
}

let running = Promise.resolve([]);
// pull asks for what came after a number, one question at a time, and returns the entries that are new.
export function pull(since = lastShown()) {
  running = running.catch(() => []).then(() => ask(since));
  return running;
}

async function ask(since) {
  const at = charla()?.dataset;
  if (!at) return [];
  const answer = await fetch(`/mesa/casos/${at.caso}/hilo?since=${Math.min(since, lastShown())}&note=${at.nota}`, { headers: { Accept: 'text/html' } });
  if (!answer.ok) return [];
  const part = nodes(await answer.text()).querySelector('.trozo');
  if (!part) return [];
  if (part.dataset.caja !== at.caja) return whole();
  const end = atEnd($('hilo')), fresh = merge(part);
  at.ultimo = part.dataset.ultimo;
  at.nota = part.dataset.nota;
  $('cabezal').replaceChildren(...part.querySelector('.cabezal').childNodes);
  for (const form of document.querySelectorAll('form')) {
    if (form.elements.seen) form.elements.seen.value = at.ultimo;
    if (form.elements.epoch) form.elements.epoch.value = part.dataset.epoca;
  }
  if (end) toEnd();
  tick();
  return fresh;
}

// whole draws the case anew: who may write has changed. What was typed is kept.
async function whole() {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!answer.ok) return [];
  const typed = { texto: $('texto')?.value, nota: $('nota')?.value }, notes = typedNotes();
  const fresh = nodes(await answer.text());
  for (const id of ['charla', 'contexto', 'hojas']) {
    const now = fresh.querySelector('#' + id);
    if (now && $(id)) $(id).replaceWith(now);
  }
  for (const id of ['texto', 'nota']) if (typed[id] && $(id) && !$(id).value) $(id).value = typed[id];
  if (typed.texto && !$('texto')) rescue(typed.texto);
  for (const [id, words] of notes) if ($(id)) $(id).value = words; else if ($('nota') && !$('nota').value) $('nota').value = words; else rescue(words);
  const line = $('dueno')?.textContent;
  if (line) say(line, true);
  toEnd();
  tick();
  document.dispatchEvent(new Event('mesa:caso'));
  return [];
}

// typedNotes are the notes of acts that were written and not sent, by the field that they stand in.
function typedNotes() {
  return [...document.querySelectorAll('#hojas textarea')].filter((at) => at.value).map((at) => [at.id, at.value]);
}

// rescue shows what was being written when the case went to someone else.
function rescue(words) {
  const box = document.createElement('details'), head = document.createElement('summary'), area = document.createElement('textarea');
  box.className = 'rescate';
  box.open = true;
  head.textContent = text('rescued');
  area.readOnly = true;
  area.rows = 3;
  area.value = words;
  area.setAttribute('aria-label', head.textContent);
  box.append(head, area);
  $('redactor')?.prepend(box);
}

// changed is told that a case has an entry n that is new or was changed.
export function changed(data) {
  if (data.case !== caseOfPage()) return;
  pull(data.n > 0 ? data.n - 1 : lastShown());
}
