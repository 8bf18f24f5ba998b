// Writing: a reply and a note are two forms, so that no word goes from one into the other.
import { $, text, say } from './text.js';
import { post, renew, told, isOff } from './send.js';
import { pull, toEnd, caseOfPage } from './thread.js';

const drafts = (id) => `mesa:${caseOfPage()}:${id}`;

export function mode(which) {
  const box = $('redactor');
  if (!box) return;
  box.dataset.modo = which;
  for (const [css, is] of [['.resp', which === 'respuesta'], ['.not', which === 'nota']]) {
    const a = box.querySelector('.modos ' + css);
    if (is) a?.setAttribute('aria-current', 'true'); else a?.removeAttribute('aria-current');
  }
  $(which === 'nota' ? 'nota' : 'texto')?.focus();
}

function stop(fresh) {
  const box = $('alto');
  const copies = fresh.filter((el) => el.matches('.m:not(.mio):not(.bot)')).map((el) => { const c = el.cloneNode(true); c.removeAttribute('data-n'); return c; });
  $('alto-nuevo').replaceChildren(...copies);
  box.hidden = false;
  box.focus();
}

// backTo lets the next words be typed, unless the agent has gone somewhere else meanwhile.
function backTo(form) {
  const at = document.activeElement;
  if (!at || at === document.body || form.contains(at)) form.elements.text.focus();
}

async function reply(form, button) {
  if (isOff()) return say(text('no_connection_send'));
  if (form.dataset.va) return;
  form.dataset.va = '1';
  const got = await post(form, button);
  delete form.dataset.va;
  if (got.status !== 0) renew(form);
  if (got.status === 409 && got.why === 'stale') return stop(await pull());
  told(got);
  if (got.status === 200 || got.status === 202) {
    form.elements.text.value = '';
    form.elements.file.value = '';
    picked();
    $('alto').hidden = true;
    sessionStorage.removeItem(drafts('texto'));
  }
  if (got.status !== 0) await pull();
  toEnd();
  backTo(form);
}

async function note(form, button) {
  if (form.dataset.va) return;
  form.dataset.va = '1';
  const got = await post(form, button);
  delete form.dataset.va;
  told(got);
  if (got.status !== 201) return;
  form.elements.text.value = '';
  sessionStorage.removeItem(drafts('nota'));
  await pull();
  toEnd();
  backTo(form);
}

const typingEvery = 4000; // what a channel shows lasts about five seconds
let typedAt = 0;

// typing has the affiliate see that somebody writes. What comes of it does not matter.
function typing(area) {
  if (!area.value.trim() || isOff() || Date.now() - typedAt < typingEvery) return;
  typedAt = Date.now();
  const at = area.form.getAttribute('action').replace(/mensajes$/, 'escribe');
  fetch(at, { method: 'POST', headers: { Accept: 'application/json' } }).catch(() => {});
}

function picked() {
  const file = $('adjunto')?.files[0], line = $('elegido');
  if (!line) return;
  line.hidden = !file;
  line.textContent = file ? text('file_chosen', { name: file.name }) : '';
}

// act sends a form of the sheets and buttons.
async function act(form, button) {
  if (isOff()) return say(text('no_connection_send'));
  const got = await post(form, button);
  if (got.status !== 0) renew(form);
  form.closest('[popover]')?.hidePopover();
  if (got.status === 409 && got.why === 'stale' && $('alto')) { await pull(); return say(got.error); }
  told(got);
  if (got.status === 200 || got.status === 202) for (const note of form.querySelectorAll('textarea')) note.value = '';
  if (got.status !== 0) await pull();
}

async function reveal(form, button) {
  const got = await post(form, button);
  if (got.status !== 200) return told(got);
  $('valor-' + form.dataset.que).textContent = got.value;
  form.remove();
}

export function start() {
  document.addEventListener('submit', (e) => {
    const form = e.target, send = { responder: reply, anotar: note }[form.id] ?? (form.matches('.mostrar') ? reveal : form.matches('[data-acto], #tomar, #reintentar') ? act : null);
    if (!send) return;
    e.preventDefault();
    send(form, e.submitter);
  });
  document.addEventListener('click', (e) => {
    const link = e.target.closest('#modos a, #dejar-nota, #seguir');
    if (!link) return;
    e.preventDefault();
    if (link.id === 'seguir') { $('alto').hidden = true; $('texto').focus(); return; }
    mode(link.matches('.not, #dejar-nota') ? 'nota' : 'respuesta');
  });
  document.addEventListener('change', (e) => { if (e.target.id === 'adjunto') picked(); });
  document.addEventListener('input', (e) => { if (e.target.matches('#texto, #nota')) sessionStorage.setItem(drafts(e.target.id), e.target.value); if (e.target.id === 'texto') typing(e.target); });
  for (const id of ['texto', 'nota']) if ($(id) && !$(id).value) $(id).value = sessionStorage.getItem(drafts(id)) ?? '';
  toEnd();
}
