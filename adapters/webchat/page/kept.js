// The tokens of the day, kept for when there is no signal: only on a device of which the person said that it is theirs,
// only those that this page shows, and only until they end. The service worker shows them. Nothing else is kept.
'use strict';
const llaveKept = ({ text, store, tells }) => {
  const $ = (id) => document.getElementById(id);
  const able = !!(window.isSecureContext && window.caches && navigator.serviceWorker);
  const box = 'llave', key = '/chat/de-hoy', choice = 'llave-equipo';
  const day = 86400000, south = 3 * 3600000; // Buenos Aires is three hours behind, all the year
  const ask = $('equipo'), question = $('equipo-pregunta').textContent;
  let shown = []; // the tokens on the page
  let own = false, shared = store?.getItem(choice) === 'compartido', current = false, written = '', thanks = 0;

  const dayEnd = (t) => (Math.floor((t - south) / day) + 1) * day + south - 60000; // 23:59

  // What is done to the store is done in order.
  let last = able ? caches.has(box).then((is) => { own = is; }).catch(() => {}) : Promise.resolve();
  const then = (act) => { last = last.then(act).catch(() => {}); }; // a browser that keeps nothing keeps nothing

  const valid = () => shown.filter((t) => t.due > Date.now());

  function write() {
    then(async () => {
      const all = JSON.stringify(valid());
      if (!own || !current || all === written) return;
      await (await caches.open(box)).put(key, new Response(all));
      written = all;
    });
  }

  // add takes the tokens of an entry. One that was shown before is kept once, with the later hour.
  function add(e) {
    if (!e.tokens || !e.left || e.left > day) return;
    const due = Math.min(Date.now() + e.left, dayEnd(Date.now()));
    for (const t of e.tokens) {
      const before = shown.find((x) => x.digits === t.digits && x.title === t.title);
      shown = shown.filter((x) => x !== before);
      shown.push({ ...t, at: e.at, due });
    }
    write();
  }

  // clear forgets what is not on the page any more: the chat was unlinked, erased, or is another.
  function clear() {
    shown = [];
    write();
  }

  // ready says that the page has everything. Before that it knows of nothing that has ended in the meantime.
  function ready() {
    current = true;
    write();
    offer();
  }

  function forget() {
    shown = [];
    own = shared = false;
    written = '';
    remember();
    if (able) then(() => caches.delete(box));
    ask.hidden = true;
  }

  // offer asks once whose device it is, when there is something to keep.
  function offer() {
    then(() => {
      const asks = able && current && !own && !shared && valid().length > 0;
      if (asks && ask.hidden) {
        clearTimeout(thanks);
        $('equipo-pregunta').textContent = question;
        ask.querySelectorAll('button').forEach(llavePress.guard);
        ask.hidden = $('equipo-opciones').hidden = false;
      }
      $('no-guardar').hidden = !own;
    });
  }

  // remember keeps in this tab that the device is shared. That it is the person's own is remembered by what is kept there.
  function remember() {
    try {
      if (shared) store?.setItem(choice, 'compartido');
      else store?.removeItem(choice);
    } catch { /* it is asked again */ }
  }

  function choose(mine) {
    own = mine;
    shared = !mine;
    remember();
    tells({ device: mine ? 'own' : 'shared' });
    $('equipo-opciones').hidden = true;
    $('equipo-pregunta').textContent = text(mine ? 'es-mio' : 'es-compartido');
    then(() => (mine ? caches.open(box) : caches.delete(box)));
    write();
    offer();
    $('rollo').focus({ preventScroll: true }); // the buttons are gone
    thanks = setTimeout(() => { ask.hidden = true; }, 10000);
  }
  $('es-mio').addEventListener('click', () => choose(true));
  $('es-compartido').addEventListener('click', () => choose(false));

  // lapse deletes what has ended.
  function lapse() {
    if (valid().length === shown.length) return;
    shown = valid();
    write();
  }

  // notKept forgets the answer: on this device nothing is to be kept any more.
  function notKept() {
    own = false;
    written = '';
    shared = true;
    remember();
    then(() => caches.delete(box));
    offer();
  }

  if (navigator.serviceWorker) addEventListener('load', () => navigator.serviceWorker.register('/chat/sw.js', { scope: '/' }).catch(() => {}));

  return { add, clear, ready, forget, offer, lapse, notKept };
};
