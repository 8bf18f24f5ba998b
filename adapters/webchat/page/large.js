// What can be done with a token or a file: copy it, show it alone on the whole screen, or share it as the phone does.
'use strict';
const llaveLarge = ({ text, copyOf, say, aside, spoken }) => {
  const $ = (id) => document.getElementById(id);
  const box = $('grande');
  let due = 0, lock = null, opener = null;

  function warn(key) {
    say(text(key));
    setTimeout(() => say(''), 5000);
  }

  // --- the whole screen ---

  // awake keeps the screen from going dark, where the browser can.
  async function awake() {
    try {
      const got = await navigator.wakeLock?.request('screen');
      if (box.open) lock = got;
      else await got?.release();
    } catch { /* not now, or not allowed */ }
  }

  // whole keeps a number in one line.
  function whole(piece, n) {
    if (n % 2 === 0) return piece;
    const e = document.createElement('span');
    e.className = 'junto';
    e.textContent = piece;
    return e;
  }

  function open(token, until, from) {
    const d = token.digits.replace(/\D/g, '');
    opener = from;
    due = until;
    $('grande-de').textContent = token.title || '';
    $('grande-1').textContent = d.slice(0, 3);
    $('grande-2').textContent = d.slice(3);
    $('grande-leido').textContent = spoken(token.digits);
    $('grande-notas').replaceChildren(...(token.notes || []).map((n) => {
      const p = document.createElement('p');
      p.append(...n.split(/(\S*\d\S*)/).map(whole));
      return p;
    }));
    box.showModal();
    history.pushState({ grande: true }, ''); // the phone's own way back closes it
    awake();
  }

  const close = () => box.open && box.close();
  box.addEventListener('close', () => {
    lock?.release().catch(() => {});
    lock = null;
    for (const e of box.querySelectorAll('h2, span[id], div')) e.replaceChildren(); // nothing of it stays on the page
    if (history.state?.grande) history.back();
    if (document.activeElement === document.body) opener?.focus({ preventScroll: true }); // a browser gives it back itself
  });
  addEventListener('popstate', close);
  document.addEventListener('visibilitychange', () => box.open && !document.hidden && awake());
  $('grande-cerrar').addEventListener('click', close);

  // lapse closes what is not valid any more.
  const lapse = () => box.open && due && Date.now() >= due && close();

  // --- copying ---

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

  // copier is a button that keeps its size, whatever it says.
  function copier(words) {
    const b = copyOf('t-copiar');
    b.addEventListener('click', async () => {
      const done = await copy(words);
      if (!done) {
        warn('no-copiado');
        return;
      }
      b.classList.add('hecho');
      aside(text('copiado'));
      setTimeout(() => { b.classList.remove('hecho'); aside(''); }, 2500);
    });
    return b;
  }

  // --- sharing ---

  async function share(data) {
    try {
      await navigator.share(data);
    } catch (e) {
      if (e.name !== 'AbortError') warn('no-compartido'); // or the person changed their mind
    }
  }

  const button = (key, act) => {
    const b = document.createElement('button');
    b.type = 'button';
    b.className = 'accion';
    b.textContent = text(key);
    b.addEventListener('click', () => act(b));
    return b;
  };

  // actions are the buttons of one token.
  function actions(digits, token, until) {
    const group = document.createElement('span');
    group.className = 'acciones';
    group.append(copier(digits));
    if (token) {
      group.append(button('mostrar', (b) => open(token, until, b)));
      if (navigator.share) group.append(button('compartir', () => share({ text: [token.title, token.digits, ...(token.notes || [])].filter(Boolean).join('\n') })));
    }
    for (const b of group.children) llavePress.guard(b);
    return group;
  }

  // sharesFiles says whether the browser takes such files.
  function sharesFiles(type, name) {
    try {
      return !!navigator.share && navigator.canShare({ files: [new File(['x'], name, { type })] });
    } catch { return false; }
  }

  // fileSharer is the button that shares a file; null where that cannot be.
  function fileSharer(f) {
    if (!sharesFiles(f.type, f.name)) return null;
    let whole = null; // fetched once: a second press need not wait, and finds the browser willing
    const b = button('compartir', async () => {
      try {
        whole ||= new File([await (await fetch(f.url)).blob()], f.name, { type: f.type });
      } catch {
        warn('no-compartido');
        return;
      }
      share({ files: [whole], title: f.alt || f.name });
    });
    llavePress.guard(b);
    return b;
  }

  return { actions, fileSharer, lapse, close };
};
