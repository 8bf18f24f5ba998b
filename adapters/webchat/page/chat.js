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

  // --- what was said ---

  let last = 0; // the number of the last entry on the page
  let replaying = true; // what comes now was said before: it is not read out
  let atEnd = true;
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

  function digits(shown) {
    const row = document.createElement('span'), e = document.createElement('span'), seen = document.createElement('span'), heard = document.createElement('span');
    e.className = 'cifras';
    seen.textContent = shown;
    seen.setAttribute('aria-hidden', 'true');
    heard.className = 'oculto';
    heard.textContent = shown.replace(/\D/g, '').split('').join(' '); // six digits, not two hundreds
    e.append(seen, heard);
    row.className = 'llave';
    row.append(e);
    return row;
  }

  function link(address) {
    if (!/^https?:\/\//.test(address)) return document.createTextNode(address);
    const a = document.createElement('a'), note = document.createElement('span'), u = new URL(address);
    a.href = address;
    a.target = '_blank';
    a.rel = 'noopener noreferrer';
    a.className = 'enlace';
    // The site's name and not the whole address: that is what one should look at before typing a password.
    a.textContent = text('abrir').replace('#', u.host) + ' ';
    note.className = 'oculto';
    note.textContent = text('otra-ventana');
    a.append(note);
    return a;
  }

  function part([kind, words]) {
    if (kind === 'n') return digits(words);
    if (kind === 'a') return link(words);
    if (kind !== 'b') return document.createTextNode(words);
    const b = document.createElement('strong');
    b.className = 'tipeable';
    b.textContent = words;
    return b;
  }

  function fill(said, parts) {
    let after = false; // digits and addresses are blocks: the line's end behind them is theirs
    said.replaceChildren(...parts.map(([kind, words]) => {
      const node = part([kind, after && !kind ? words.replace(/^\n/, '') : words]);
      after = kind === 'n' || kind === 'a';
      return node;
    }));
  }

  function bubble(e) {
    const b = copyOf('t-globo'), said = b.querySelector('.dicho'), time = b.querySelector('time');
    b.classList.add(e.who === 'person' ? 'mio' : 'del-bot');
    b.querySelector('.oculto').textContent = text('de-' + e.who);
    fill(said, e.parts);
    if (e.at) {
      const d = new Date(e.at);
      time.dateTime = d.toISOString();
      time.textContent = clock.format(d);
    }
    if (e.file) said.append(file(e.file));
    if (e.copy) (said.querySelector('.llave') || said).append(copier(e.copy));
    if (e.expired) expire(b);
    if (e.left) expiring.add({ b, said, due: Date.now() + e.left, then: e.then });
    return b;
  }

  function file(f) {
    const a = document.createElement('a');
    a.href = f.url;
    a.rel = 'noopener';
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
    a.append(img);
    return a;
  }

  function copier(words) {
    const b = copyOf('t-copiar');
    const label = b.textContent;
    b.addEventListener('click', async () => {
      const done = await copy(words);
      b.textContent = text(done ? 'copiado' : 'no-copiado');
      say(b.textContent);
      setTimeout(() => { b.textContent = label; say(''); }, 2500);
    });
    return b;
  }

  async function copy(words) {
    try {
      await navigator.clipboard.writeText(words);
      return true;
    } catch { // not a secure page, or not allowed: as it was done before
      const t = document.createElement('textarea'), back = document.activeElement;
      t.value = words;
      t.className = 'oculto';
      document.body.append(t);
      t.select();
      const done = document.execCommand('copy');
      t.remove();
      back?.focus({ preventScroll: true });
      return done;
    }
  }

  function expire(b) {
    const note = document.createElement('span');
    note.textContent = text('vencido');
    b.classList.add('vencido');
    b.querySelector('.pie').append(note);
  }

  // Not one timer each: a phone that slept is late with all of them.
  function lapse() {
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

  function show(number, e) {
    if (number <= last) return;
    last = number;
    noOptions();
    const waits = e.who === 'person' && queue.find((m) => m.id === e.id);
    if (waits) arrived(waits);
    document.querySelectorAll('[data-id]').forEach((b) => b.dataset.id === e.id && e.who === 'person' && b.remove());
    const b = bubble(e), wasAtEnd = nearEnd();
    if (!replaying) b.classList.add('nuevo');
    const pending = list.querySelector('.pendiente, .enviado');
    list.insertBefore(b, pending);
    if (e.who === 'bot') quiet();
    if (e.choices) list.insertBefore(options(e), pending);
    if (replaying || wasAtEnd || e.who === 'person') reveal(b, !replaying);
    else fresh.hidden = false;
  }

  function clear() {
    last = 0;
    expiring.clear();
    [...list.children].forEach((c) => c.classList.contains('pendiente') || c.remove());
    hints.hidden = list.childElementCount > 0;
    quiet();
  }

  // --- what is being said ---

  // Kept over a reload, until this tab is closed: nothing that was typed is lost, and no other tab sends it too.
  const queue = JSON.parse(sessionStorage.getItem('llave') || '[]');
  let sending = false, writes = 0;

  const keep = () => sessionStorage.setItem('llave', JSON.stringify(queue));
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');

  function send(what, shown) {
    const m = { id: random(), what, shown, at: Date.now() };
    queue.push(m);
    keep();
    noOptions();
    draw(m);
    toEnd(true);
    pump();
  }

  function draw(m) {
    const b = bubble({ who: 'person', parts: [['', m.shown]] });
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
    wait();
  }

  function note(m, words, fault) {
    const foot = drawn(m)?.querySelector('.pie');
    if (!foot) return;
    const s = document.createElement('span');
    s.textContent = words;
    if (fault) s.className = 'fallo';
    foot.replaceChildren(s);
  }

  async function pump() {
    if (sending) return;
    sending = true;
    for (let tries = 0; queue.length; ) {
      const m = queue[0];
      const { took, refused, after } = await post(m);
      if (took) {
        arrived(m);
        tries = 0;
      } else if (refused) {
        queue.shift();
        keep();
        note(m, refused, true);
        drawn(m)?.classList.replace('pendiente', 'rechazado');
        tries = 0;
      } else if (queue[0] === m) {
        tries++;
        if (tries > 1 || !after) note(m, text(after ? 'despacio' : 'esperando'));
        await pause(after || Math.min(500 * 2 ** tries, 15000) * (0.75 + Math.random() / 2));
      }
    }
    sending = false;
  }

  async function post(m, again) {
    let res;
    try {
      res = await fetch('/chat/messages', {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, signal: AbortSignal.timeout(15000),
        body: JSON.stringify({ id: m.id, ...m.what, ago: Math.max(0, Date.now() - m.at) }),
      });
    } catch {
      offline();
      return {};
    }
    online();
    const said = await res.json().catch(() => ({}));
    if (res.ok) {
      if (said.chat && shownChat && said.chat !== shownChat) connect(); // another tab got another chat: this one follows
      return { took: true };
    }
    if (said.why === 'no_chat' && !again && await renew()) {
      connect();
      return post(m, true);
    }
    if (res.status === 429 || res.status >= 500) return { after: 1000 * (Number(res.headers.get('Retry-After')) || 0) };
    return { refused: said.error || text('fallo') };
  }

  // What is to be tried later is tried at once when the connection comes back.
  let hurry = () => {};
  const pause = (ms) => new Promise((go) => { hurry = go; setTimeout(go, ms); });

  function wait() {
    clearTimeout(writes);
    writes = setTimeout(() => {
      const wasAtEnd = nearEnd();
      typing.hidden = false;
      if (wasAtEnd) toEnd(true);
      writes = setTimeout(quiet, 30000);
    }, 600);
  }

  function quiet() {
    clearTimeout(writes);
    typing.hidden = true;
  }

  // --- the line to the server ---

  let events = null, shownChat = '', heard = 0, fails = 0, retry = 0, lost = 0;

  function connect() {
    clearTimeout(retry);
    events?.close();
    const mine = events = new EventSource('/chat/events?after=' + last);
    let opened = false, news = false;
    heard = Date.now();
    replaying = true;
    log.setAttribute('aria-live', last ? 'polite' : 'off');
    mine.onopen = () => { opened = true; };
    mine.onmessage = (e) => { heard = Date.now(); news = true; show(Number(e.lastEventId), JSON.parse(e.data)); };
    mine.addEventListener('beat', () => { heard = Date.now(); });
    mine.addEventListener('reset', () => { heard = Date.now(); clear(); if (shownChat) connect(); });
    mine.addEventListener('ready', (e) => {
      if (shownChat && shownChat !== e.data) { // another chat than the one on the page
        shownChat = e.data;
        clear();
        connect();
        return;
      }
      shownChat = e.data;
      heard = Date.now();
      fails = 0;
      replaying = false;
      hints.hidden = list.childElementCount > 0;
      if (news && list.lastElementChild) reveal([...list.querySelectorAll('.globo')].pop());
      requestAnimationFrame(() => log.setAttribute('aria-live', 'polite'));
      online();
      hurry();
    });
    mine.onerror = () => {
      mine.close();
      if (mine !== events) return;
      offline();
      retry = setTimeout(async () => { if (opened || await renew()) connect(); else mine.onerror(); },
        Math.min(500 * 2 ** fails++, 15000) * (0.75 + Math.random() / 2));
    };
  }

  // renew asks for the page, which brings a cookie where there is none.
  async function renew() {
    try {
      return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).ok;
    } catch {
      return false;
    }
  }

  // A word about a short gap would only worry: a restart is over in a second.
  function offline() {
    lost ||= setTimeout(() => { say(text('sin-conexion')); lost = -1; }, 2500);
  }

  function online() {
    if (lost === -1) {
      say(text('de-nuevo'));
      setTimeout(() => status.textContent === text('de-nuevo') && say(''), 4000);
    }
    clearTimeout(lost);
    lost = 0;
  }

  function say(words) { status.textContent = words; }

  function check() {
    lapse();
    if (document.hidden) return;
    if (!events || events.readyState === 2 || Date.now() - heard > 60000) connect();
    hurry();
  }
  let idle = 0;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(idle);
    // A page that nobody looks at holds no connection for long: browsers have six for a site.
    if (document.hidden) idle = setTimeout(() => { events?.close(); clearTimeout(retry); }, 60000);
    else check();
  });
  addEventListener('online', check);
  addEventListener('pageshow', (e) => e.persisted && check());
  setInterval(check, 20000);

  // --- the person ---

  form.addEventListener('submit', (e) => {
    e.preventDefault();
    const words = box.value.trim();
    box.value = '';
    grow();
    box.focus();
    if (words) send({ text: words }, words);
  });
  let shifted = false;
  const enter = (e) => {
    e.preventDefault();
    form.requestSubmit();
  };
  box.addEventListener('keydown', (e) => {
    shifted = e.shiftKey;
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) enter(e);
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
    b.addEventListener('click', (click) => {
      const words = b.dataset.texto || b.textContent;
      settle(click);
      send({ text: words }, words);
    });
  }
  fresh.addEventListener('click', () => { toEnd(true); box.focus({ preventScroll: true }); });

  const dialog = $('confirmar');
  $('borrar').addEventListener('click', () => { dialog.returnValue = ''; dialog.showModal(); });
  dialog.addEventListener('close', async () => {
    if (dialog.returnValue !== 'si') return;
    let done = false;
    try {
      const res = await fetch('/chat/forget', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
      done = res.ok || res.status === 403; // 403: there is no chat any more
    } catch { /* said below */ }
    if (done) {
      events?.close();
      queue.length = 0;
      keep();
      list.replaceChildren();
      shownChat = '';
      clear();
      await renew();
      connect();
    }
    say(text(done ? 'borrada' : 'no-borrada'));
    setTimeout(() => say(''), 6000);
    box.focus();
  });

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

  form.hidden = $('borrar').hidden = false;
  queue.forEach(draw);
  connect();
  came();
  pump();
})();
