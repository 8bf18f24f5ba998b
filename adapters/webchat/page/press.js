// A button that appears may do so under a finger that is on its way to what was there before. So what can be pressed
// takes no press of a pointer until it has been in its place for a while without a finger on it. It looks like it, and
// keeps its name and the focus: the keyboard, a switch and a screen reader, which name what they press, act at once.
'use strict';
const llavePress = (() => {
  const quiet = 800, near = 8; // milliseconds and pixels
  const live = new Map(); // what was guarded: since when it may be counted as seen, and where it is
  const fingers = new Map(); // what is pressed down now, by pointer
  let resting = []; // where the screen is touched, also by a finger that scrolls
  let last = null; // the press that ended last
  let key = null; // where Enter or space went down, while it is down
  let ticking = 0;

  // Where something is in what scrolls: the person's own scrolling moves nothing.
  const place = (e) => {
    const r = e.getBoundingClientRect(), s = e.closest('.rollo');
    return { x: r.left, y: r.top + (s ? s.scrollTop : 0) + scrollY, r };
  };
  const inside = (r, p) => p.x >= r.left - near && p.x <= r.right + near && p.y >= r.top - near && p.y <= r.bottom + near;
  const moved = (a, b) => Math.abs(a.x - b.x) > near || Math.abs(a.y - b.y) > near;

  // look brings up to date what is known of e, and returns it; null if e is not there to be pressed.
  function look(e) {
    const known = live.get(e);
    if (!known) return null;
    if (!e.isConnected) {
      if (known.at) live.delete(e); // what was never seen is on its way
      return null;
    }
    const now = place(e);
    if (known.at && moved(known.at, now)) restart(e, known);
    known.at = now;
    return known;
  }

  function restart(e, known) {
    known.since = Math.max(known.since, performance.now());
    requestAnimationFrame(() => live.has(e) && e.classList.add('recien')); // not while sizes are observed: it may change one
    tick();
  }

  const held = (known, except) => [...fingers].some(([id, f]) => id !== except && inside(known.at.r, f)) || resting.some((p) => inside(known.at.r, p));
  const ready = (known, except) => performance.now() - known.since >= quiet && !held(known, except);

  // A finger that is on something which is not ready has not left the place yet.
  function touched(p, except, meant) {
    for (const e of [...live.keys()]) {
      const known = look(e);
      if (known && e !== meant && !ready(known, except) && inside(known.at.r, p)) restart(e, known);
    }
  }

  function tick() {
    if (ticking) return;
    ticking = setInterval(() => {
      let waits = false;
      for (const e of [...live.keys()]) {
        const known = look(e);
        if (!known) {
          waits ||= live.has(e); // it is on its way to the page
          continue;
        }
        const done = ready(known);
        waits ||= !done;
        e.classList.toggle('recien', !done);
      }
      if (!waits) {
        clearInterval(ticking);
        ticking = 0;
      }
    }, 100);
  }

  function guard(e) {
    live.set(e, { since: performance.now(), at: null });
    e.classList.add('recien');
    tick();
  }

  // shift says that the page moves what is on it, or will within a time.
  function shift(ms) {
    for (const [e, known] of live) {
      known.since = Math.max(known.since, performance.now() + ms);
      e.classList.add('recien');
    }
    if (live.size) tick();
  }

  const guarded = (e) => {
    for (let at = e.target; at instanceof Element; at = at.parentElement) if (live.has(at)) return at;
    return null;
  };

  addEventListener('pointerdown', (e) => {
    const on = guarded(e), p = { x: e.clientX, y: e.clientY };
    const known = on && look(on);
    const ok = e.pointerType === '' || !!known && ready(known, e.pointerId); // no type: a screen reader's
    touched(p, e.pointerId);
    fingers.set(e.pointerId, { ...p, on, ok });
  }, true);
  addEventListener('pointermove', (e) => {
    const f = fingers.get(e.pointerId);
    if (f) [f.x, f.y] = [e.clientX, e.clientY];
    if (f && !e.buttons && e.pointerType === 'mouse') fingers.delete(e.pointerId); // let go outside the window
  }, { capture: true, passive: true });
  const up = (e) => {
    const f = fingers.get(e.pointerId);
    if (!f) return;
    last = { on: f.on, ok: f.ok, at: performance.now() };
    touched(f, undefined, f.ok ? f.on : null); // while it still counts as being there
    fingers.delete(e.pointerId);
  };
  addEventListener('pointerup', up, true);
  addEventListener('pointercancel', up, true);
  const touch = (e) => {
    if (/end|cancel/.test(e.type)) for (const t of e.changedTouches) touched({ x: t.clientX, y: t.clientY }, undefined, last?.ok ? last.on : null);
    resting = [...e.touches].map((t) => ({ x: t.clientX, y: t.clientY }));
  };
  for (const type of ['touchstart', 'touchmove', 'touchend', 'touchcancel']) addEventListener(type, touch, { capture: true, passive: true });
  addEventListener('blur', () => {
    fingers.clear();
    resting = [];
    key = null;
  });

  addEventListener('keydown', (e) => {
    if (e.key !== 'Enter' && e.key !== ' ') return;
    if (!e.repeat) key = e.target;
    else if (guarded(e)) e.preventDefault(); // the key was for what was there before
  }, true);
  addEventListener('keyup', (e) => {
    if (e.key === 'Enter' || e.key === ' ') setTimeout(() => { key = null; }); // what the key does comes after this
  }, true);

  // takes says whether a click on e is meant for it.
  function takes(click, e) {
    const named = click.detail === 0 && !click.pointerType || click.mozInputSource === 0;
    if (named) return !key || e.contains(key);
    if (last && performance.now() - last.at < 700) return last.on === e && last.ok;
    const known = look(e); // no press was seen before it
    return !!known && ready(known);
  }
  addEventListener('click', (e) => {
    const on = guarded(e);
    if (!on || takes(e, on)) return;
    e.preventDefault();
    e.stopImmediatePropagation();
  }, true);

  // What moves without the page's doing, by a picture that comes or a window that changes, is seen here.
  if (window.ResizeObserver) {
    const watch = new ResizeObserver(() => live.forEach((_, e) => look(e)));
    for (const id of ['rollo', 'mensajes', 'estado']) watch.observe(document.getElementById(id));
  }
  return { guard, shift };
})();
