// The page of the web chat. It shows what the server's stream tells, sends what people say until the server has it,
// and keeps nothing but what is still to be sent. What others wrote only ever becomes text, never markup.
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const log = $('rollo'), list = $('mensajes'), box = $('texto'), form = $('escribir');
  const typing = $('escribiendo'), fresh = $('nuevos'), status = $('estado'), hints = $('sugerencias'), left = $('quedan');
  const copyOf = (id) => $(id).content.firstElementChild.cloneNode(true);
  const text = (key) => $('t-textos').content.querySelector(`[data-t="${key}"]`).textContent;
  const calm = matchMedia('(prefers-reduced-motion: reduce)'), touch = matchMedia('(pointer: coarse)');
  const clock = new Intl.DateTimeFormat('es-AR', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'America/Argentina/Buenos_Aires' });

  // A browser may keep nothing: then this page says so, and works all the same.
  const store = (() => {
    try {
      sessionStorage.setItem('llave-prueba', '1');
      sessionStorage.removeItem('llave-prueba');
      return sessionStorage;
    } catch { return null; }
  })();

  const says = (words, click) => {
    if (click) settle(click);
    send({ text: words }, words);
  };
  const begins = (words) => {
    box.value = words;
    grow();
    box.focus();
  };
  const attach = llaveAttach({ text, resized: () => atEnd && toEnd() });
  const { fill, call, spoken } = llaveParts({ text, says, begins });
  const large = llaveLarge({ text, copyOf, say, aside, spoken });
  const kept = llaveKept({ text, store, tells: (what) => tells(what) });

  // --- what was said ---

  let last = 0; // the number of the last entry on the page
  let replaying = true; // what comes now was said before: it is not read out
  let atEnd = true;
  let attended = false; // what was said last was said by an agent, or of them: the bot may be silent
  const expiring = new Set();

  // What scrolls is the list, or the whole page where there is little room.
  const scroller = () => (getComputedStyle(log).overflowY === 'auto' ? log : document.scrollingElement);
  const below = () => ((s) => s.scrollHeight - s.scrollTop - s.clientHeight)(scroller());
  let gliding = 0; // until when a smooth scroll to the end may be under way
  const nearEnd = () => Date.now() < gliding || below() < 80;
  const scrolled = () => {
    atEnd = nearEnd();
    if (atEnd) fresh.hidden = true;
  };
  log.addEventListener('scroll', scrolled, { passive: true });
  addEventListener('scroll', scrolled, { passive: true });

  function scroll(by, smooth) {
    if (Math.abs(by) > 8) llavePress.shift(smooth && !calm.matches ? 600 : 0); // buttons come under a finger that meant others
    scroller().scrollBy({ top: by, behavior: smooth && !calm.matches ? 'smooth' : 'auto' });
  }

  function toEnd(smooth) {
    scroll(below(), smooth);
    if (smooth && !calm.matches) gliding = Date.now() + 600;
    atEnd = true;
    fresh.hidden = true;
  }

  // reveal shows a new entry: all of it and what may be answered, or, if that does not fit, its beginning.
  function reveal(b, smooth) {
    const s = scroller(), edge = s === log ? log.getBoundingClientRect().top : 0;
    const top = b.getBoundingClientRect().top - edge - 8;
    if (top > below()) toEnd(smooth);
    else scroll(top, smooth);
  }

  function bubble(e) {
    const b = copyOf('t-globo'), said = b.querySelector('.dicho'), time = b.querySelector('time');
    b.classList.add(e.who === 'person' ? 'mio' : 'del-bot');
    const heard = b.querySelector('.oculto'), who = b.querySelector('.quien');
    heard.textContent = text('de-' + (e.told ? 'mesa' : e.who));
    if (e.told) b.classList.add('de-mesa');
    if (e.from) { // a person: their name is there to be seen, and heard once
      b.classList.add('de-agente');
      heard.remove();
      who.textContent = e.from;
      who.hidden = false;
    }
    fill(said, e.parts);
    if (e.sent) said.prepend(sent(e.sent));
    if (e.at) {
      const d = new Date(e.at);
      time.dateTime = d.toISOString();
      time.textContent = clock.format(d);
    }
    if (e.file) said.append(...file(e.file));
    const until = e.left ? Date.now() + e.left : 0, rows = said.querySelectorAll('.llave');
    (e.copies || (e.copy ? [e.copy] : [])).forEach((digits, i) => (rows[i] || said).append(large.actions(digits, e.tokens?.[i], until)));
    if (e.expired) expire(b);
    if (e.left) expiring.add({ b, said, due: Date.now() + e.left, then: e.then });
    return b;
  }

  // sent is a file of the person's: its name, and not the file.
  function sent(f) {
    const row = document.createElement('span');
    row.className = 'archivo';
    row.textContent = text('adjunto').replace('#', () => attach.label({ name: f.name || f.type, size: f.size }));
    return row;
  }

  // file is a file to save or a picture, and the button that shares it, where the browser does.
  function file(f) {
    const sharer = large.fileSharer(f);
    return sharer ? [savedFile(f), sharer] : [savedFile(f)];
  }

  function savedFile(f) {
    const a = document.createElement('a');
    a.href = f.url;
    a.rel = 'noopener';
    llavePress.guard(a);
    if (!f.picture) {
      a.className = 'enlace';
      const kind = f.name.slice(f.name.lastIndexOf('.') + 1).toUpperCase();
      a.textContent = text('descargar').replace('#', `${kind}, ${Math.max(1, Math.round(f.size / 1024))} kB`);
      const what = document.createElement('span');
      what.className = 'oculto';
      what.textContent = ': ' + (f.alt || f.name);
      a.append(what);
      a.download = f.name;
      return a;
    }
    const img = document.createElement('img');
    img.src = f.url;
    img.alt = f.alt || f.name;
    if (f.width) [img.width, img.height] = [f.width, f.height];
    a.target = '_blank';
    a.className = 'foto';
    a.append(img);
    return a;
  }

  function expire(b) {
    const note = document.createElement('span');
    note.textContent = text('vencido');
    b.classList.add('vencido');
    b.querySelector('.pie').append(note);
  }

  // Not one timer each: a phone that slept is late with all of them.
  function lapse() {
    large.lapse();
    kept.lapse();
    for (const x of expiring) {
      if (Date.now() < x.due) continue;
      expiring.delete(x);
      fill(x.said, x.then);
      expire(x.b);
    }
  }
  setInterval(lapse, 1000);

  function options(e) {
    const group = copyOf('t-opciones');
    for (const o of e.choices) {
      const b = document.createElement('button');
      b.type = 'button';
      b.textContent = o.text;
      llavePress.guard(b);
      b.addEventListener('click', (click) => {
        settle(click);
        send({ question: e.question, value: o.value }, o.text);
      });
      group.append(b);
    }
    return group;
  }

  // A finger on a button does not want the keyboard, which the text field would raise.
  function settle(click) {
    if (touch.matches && click.detail > 0) log.focus({ preventScroll: true });
  }

  // An answered question offers nothing any more. If the focus was there, it goes to the text field and not astray.
  function noOptions() {
    const held = list.querySelector('.opciones:focus-within') || (hints.contains(document.activeElement) && hints);
    list.querySelectorAll('.opciones').forEach((g) => g.remove());
    hints.hidden = true;
    if (held) box.focus({ preventScroll: true });
  }

  // show puts an entry at the end, and says whether it is a new one.
  function show(number, e) {
    if (number <= last) return false;
    last = number;
    noOptions();
    const waits = e.who === 'person' && queue.find((m) => m.id === e.id);
    if (waits) arrived(waits);
    document.querySelectorAll('[data-id]').forEach((b) => b.dataset.id === e.id && e.who === 'person' && b.remove());
    const b = bubble(e), wasAtEnd = nearEnd();
    if (!replaying) b.classList.add('nuevo');
    const pending = list.querySelector('.pendiente, .enviado');
    list.insertBefore(b, pending);
    if (e.who === 'bot') {
      quiet();
      attended = !!(e.from || e.told);
    }
    if (e.choices) list.insertBefore(options(e), pending);
    kept.add(e);
    if (!replaying) kept.offer();
    if (replaying || wasAtEnd || e.who === 'person') reveal(b, !replaying);
    else if (fresh.hidden) {
      fresh.hidden = false;
      llavePress.guard(fresh);
    }
    return true;
  }

  function suggest() {
    const none = list.childElementCount === 0;
    if (none && hints.hidden) for (const b of hints.children) llavePress.guard(b);
    hints.hidden = !none;
  }

  function clear() {
    last = 0;
    expiring.clear();
    large.close();
    kept.clear();
    attended = false;
    [...list.children].forEach((c) => c.classList.contains('pendiente') || c.remove());
    suggest();
    quiet();
  }

  // --- what is being said ---

  // Kept over a reload, until this tab is closed: nothing that was typed is lost, and no other tab sends it too.
  const queue = [];
  const sending = { text: false, file: false }; // texts wait for no file
  let writes = 0;

  try { queue.push(...JSON.parse(store?.getItem('llave') || '[]').filter((m) => m.id && m.what)); } catch { /* not ours */ }
  $('sin-memoria').hidden = !!store;

  function keep() {
    try {
      if (queue.length) store?.setItem('llave', JSON.stringify(queue));
      else store?.removeItem('llave');
    } catch { $('sin-memoria').hidden = false; } // it is full
  }
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');

  function send(what, shown, file) {
    const m = { id: random(), what, shown, at: Date.now(), file, sent: file && { name: file.name, size: file.size } };
    queue.push(m);
    keep();
    noOptions();
    draw(m);
    toEnd(true);
    pump();
  }

  // tells sends what is no part of the conversation.
  function tells(what) {
    queue.push({ id: random(), what, at: Date.now(), silent: true });
    keep();
    pump();
  }

  function draw(m) {
    if (m.silent) return;
    const b = bubble({ who: 'person', parts: [['', m.shown]], sent: m.sent });
    b.dataset.id = m.id;
    b.classList.add('pendiente');
    list.append(b);
  }

  const drawn = (m) => list.querySelector(`[data-id="${m.id}"]`);

  function arrived(m) {
    const at = queue.indexOf(m);
    if (at < 0) return;
    queue.splice(at, 1);
    keep();
    drawn(m)?.classList.replace('pendiente', 'enviado');
    note(m, '');
    if (!m.silent) wait();
  }

  function note(m, words, fault) {
    const foot = drawn(m)?.querySelector('.pie');
    if (!foot) return;
    const s = document.createElement('span');
    s.textContent = words;
    if (fault) s.className = 'fallo';
    foot.replaceChildren(s);
  }

  // lost says of a file that was waiting when the page was loaded anew that it is not there any more.
  function lostFiles() {
    for (const m of queue.filter((m) => m.sent && !(m.file instanceof Blob))) refuse(m, text('archivo-perdido'));
  }

  function refuse(m, why) {
    const at = queue.indexOf(m);
    if (at >= 0) queue.splice(at, 1);
    keep();
    note(m, why, true);
    drawn(m)?.classList.replace('pendiente', 'rechazado');
  }

  function pump() {
    drain('text');
    drain('file');
  }

  async function drain(lane) {
    if (sending[lane]) return;
    sending[lane] = true;
    const next = () => queue.find((m) => !!m.sent === (lane === 'file'));
    for (let tries = 0, m; (m = next()); ) {
      const { took, refused, after, why } = await (m.file ? postFile(m) : post(m));
      if (took) {
        arrived(m);
        tries = 0;
      } else if (refused) {
        refuse(m, refused);
        tries = 0;
      } else if (next() === m) {
        tries++;
        const crowd = why === 'many_chats';
        if (tries > 1 || !after || crowd) note(m, text(crowd ? 'turno' : after ? 'despacio' : 'esperando'));
        if (crowd) say(text('muchos'));
        await pause(after ? after + Math.random() * 1000 : Math.min(500 * 2 ** tries, 15000) * (0.75 + Math.random() / 2));
        if (crowd && status.textContent === text('muchos')) say('');
      }
    }
    sending[lane] = false;
  }

  async function postFile(m, again) {
    const form = new FormData();
    for (const [key, value] of Object.entries({ id: m.id, ago: Math.max(0, Date.now() - m.at), text: m.what.text || '' })) form.append(key, value);
    form.append('file', m.file, m.file.name);
    let res;
    try {
      res = await attach.upload('/chat/files', form, (percent) => progress(m, percent));
    } catch {
      offline();
      return {};
    }
    online();
    let said = {};
    try { said = JSON.parse(res.responseText); } catch { /* a proxy's page */ }
    if (res.status === 202) {
      if (said.chat && !line.in(said.chat)) line.again();
      else setTimeout(() => drawn(m) && line.doubt(), 2500);
      return { took: true };
    }
    if (said.why === 'no_chat' && !again && await renew()) {
      line.again();
      return postFile(m, true);
    }
    if (said.why === 'many_files' || said.why === 'no_room') return { refused: said.error };
    if (res.status === 429 || res.status >= 500) return { why: said.why, after: 1000 * (Number(res.getResponseHeader('Retry-After')) || 0) };
    return { refused: said.error || text(res.status === 413 ? 'archivo-grande' : 'fallo').replace('#', attach.size(m.sent.size)) };
  }

  function progress(m, percent) {
    const foot = drawn(m)?.querySelector('.pie');
    if (!foot) return;
    let bar = foot.querySelector('progress');
    if (!bar) {
      bar = document.createElement('progress');
      bar.max = 100;
      foot.replaceChildren(bar, document.createElement('span'));
    }
    bar.value = percent;
    bar.setAttribute('aria-label', text('mandando').replace('#', percent));
    bar.nextSibling.textContent = `${percent} %`;
  }

  async function post(m, again) {
    let res;
    try {
      res = await bounded('/chat/messages', {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ id: m.id, ...m.what, ago: Math.max(0, Date.now() - m.at) }),
      }, 15000);
    } catch {
      offline();
      return {};
    }
    online();
    const said = await res.json().catch(() => ({}));
    if (res.ok) {
      if (said.chat && !line.in(said.chat)) line.again(); // another tab got another chat: this one follows
      else setTimeout(() => drawn(m) && line.doubt(), 2500); // it was taken, and ought to be here again by now
      return { took: true };
    }
    if (said.why === 'no_chat' && !again && await renew()) {
      line.again();
      return post(m, true);
    }
    if (res.status === 429 || res.status >= 500) return { why: said.why, after: 1000 * (Number(res.headers.get('Retry-After')) || 0) };
    return { refused: said.error || text('fallo') };
  }

  // bounded is a fetch that ends in any case. AbortSignal.timeout is too new for many phones.
  async function bounded(address, options, ms, signal) {
    const end = new AbortController(), cut = () => end.abort(), timer = setTimeout(cut, ms);
    signal?.addEventListener('abort', cut);
    if (signal?.aborted) cut();
    try {
      const res = await fetch(address, { ...options, signal: end.signal });
      const body = await res.text();
      return { ok: res.ok, status: res.status, headers: res.headers, json: async () => JSON.parse(body) };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cut);
    }
  }

  // What is to be tried later is tried at once when the connection comes back.
  let hurry = () => {};
  const pause = (ms) => new Promise((go) => { hurry = go; setTimeout(go, ms); });

  function wait() {
    if (attended) return;
    clearTimeout(writes);
    writes = setTimeout(() => {
      const wasAtEnd = nearEnd();
      typing.hidden = false;
      if (wasAtEnd) toEnd(true);
      writes = setTimeout(quiet, 30000);
    }, 600);
  }

  // types shows for a moment that an agent writes.
  function types() {
    const wasAtEnd = nearEnd();
    typing.hidden = false;
    if (wasAtEnd) toEnd(true);
    clearTimeout(writes);
    writes = setTimeout(quiet, 7000);
  }

  function quiet() {
    clearTimeout(writes);
    typing.hidden = true;
  }

  // --- the line to the server ---

  let lost = 0;

  function replay() {
    replaying = true;
    log.setAttribute('aria-live', 'off');
  }

  function ready() {
    suggest();
    kept.ready();
    if (!replaying) return;
    replaying = false;
    const bubbles = list.querySelectorAll('.globo');
    if (bubbles.length) reveal(bubbles[bubbles.length - 1]);
    requestAnimationFrame(() => log.setAttribute('aria-live', 'polite'));
    hurry();
  }

  const line = llaveLine({
    random, fetch: bounded, last: () => last, show, clear, replay, ready, renew, stranded, types,
    lost: () => offline(navigator.onLine === false), found: online, expects: () => queue.length > 0 || !typing.hidden,
  });

  // stranded says that this browser keeps no cookie: there is no chat without one.
  function stranded() {
    online();
    if (!$('sin-cookies').hidden) return;
    $('sin-cookies').hidden = false;
    form.hidden = $('menu').hidden = hints.hidden = true;
    llavePress.guard($('reintentar'));
  }
  $('reintentar').addEventListener('click', () => location.reload());

  // renew asks for the page, which brings a cookie where there is none.
  async function renew() {
    try {
      return (await bounded('/', { method: 'HEAD', cache: 'no-store' }, 15000)).ok;
    } catch {
      return false;
    }
  }

  // A word about a short gap would only worry: a restart is over in a second.
  function offline(known) {
    const tell = () => {
      say(text('sin-conexion'));
      lost = -1;
    };
    if (known && lost !== -1) {
      clearTimeout(lost);
      tell();
    }
    lost ||= setTimeout(tell, 2500);
  }

  function online() {
    if (lost === -1) {
      say(text('de-nuevo'));
      setTimeout(() => status.textContent === text('de-nuevo') && say(''), 4000);
    }
    if (lost) hurry();
    clearTimeout(lost);
    lost = 0;
    if ($('sin-cookies').hidden) return;
    $('sin-cookies').hidden = true;
    form.hidden = $('menu').hidden = false;
  }

  function say(words) { status.textContent = words; }

  // aside says something to those who listen, and moves nothing on the page.
  function aside(words) { $('al-oido').textContent = words; }

  document.addEventListener('visibilitychange', () => { lapse(); hurry(); });
  // The phone knows at once, and a stream that is open may not notice.
  addEventListener('offline', () => offline(true));
  addEventListener('online', () => {
    hurry();
    line.doubt(false);
  });
  addEventListener('pageshow', lapse);

  // --- the person ---

  form.addEventListener('submit', (e) => {
    e.preventDefault();
    const words = box.value.trim(), file = attach.give();
    box.value = '';
    grow();
    box.focus();
    if (words || file) send({ text: words }, words, file || undefined);
  });
  let shifted = false;
  const enter = (e) => {
    e.preventDefault();
    form.requestSubmit();
  };
  box.addEventListener('keydown', (e) => {
    shifted = e.shiftKey;
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
    if (e.repeat) e.preventDefault(); // a key that is held was for something else
    else enter(e);
  });
  // The keyboards of many phones do not say which key it was, only what it would do.
  box.addEventListener('beforeinput', (e) => (e.inputType === 'insertLineBreak' || e.inputType === 'insertParagraph') && !shifted && enter(e));
  $('enviar').addEventListener('pointerdown', (e) => e.preventDefault()); // the keyboard of a phone stays

  function grow() {
    const rest = box.maxLength - box.value.length;
    left.textContent = rest <= 100 ? text('quedan').replace('#', rest) : '';
    box.style.height = 'auto';
    box.style.height = box.value ? `${box.scrollHeight + 4}px` : '';
  }
  box.addEventListener('input', grow);

  for (const b of hints.children) {
    b.addEventListener('click', (click) => says(b.dataset.texto || b.textContent, click));
  }
  fresh.addEventListener('click', () => { toEnd(true); box.focus({ preventScroll: true }); });

  async function erases() {
    kept.forget(); // whatever comes of the rest
    let done = false;
    try {
      const res = await bounded('/chat/forget', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }, 15000);
      done = res.ok || res.status === 403; // 403: there is no chat any more
    } catch { /* said below */ }
    if (done) {
      queue.length = 0;
      keep();
      list.replaceChildren();
      clear();
      await renew();
      line.again();
    }
    say(text(done ? 'borrada' : 'no-borrada'));
    setTimeout(() => say(''), 6000);
    box.focus();
  }

  llaveMenu({ text, store, says, erases, notKept: kept.notKept, call });

  // Who comes by a link: the code stays in the address no longer than it takes to read it.
  function came() {
    const hash = new URLSearchParams(location.hash.slice(1)), query = new URLSearchParams(location.search);
    const code = hash.get('codigo'), start = hash.get('start') || query.get('start');
    if (!code && !start) return;
    history.replaceState(null, '', location.pathname);
    if (code) send({ code: code.slice(0, 64) }, text('volvi'));
    else send({ start: start.slice(0, 64) }, start.slice(0, 64));
  }
  addEventListener('hashchange', came);

  // The height that the keyboard of a phone leaves, where the browser does not say it in CSS.
  visualViewport?.addEventListener('resize', () => {
    const zoomed = visualViewport.scale > 1.01;
    document.documentElement.style.setProperty('--alto', zoomed ? '' : `${visualViewport.height}px`);
    if (atEnd && !zoomed) toEnd();
  });

  const wide = matchMedia('(min-width: 68rem)');
  if ($('demo')) $('demo').open = wide.matches;
  if (navigator.onLine === false) offline(true);

  form.hidden = $('menu').hidden = false;
  queue.forEach(draw);
  lostFiles();
  replay();
  line.wake();
  came();
  pump();
})();
