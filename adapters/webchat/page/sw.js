// The service worker of the page. It keeps nothing itself. Where the page cannot be loaded, it shows one that says so,
// with the tokens of the day that the page kept: it does that only on a device that was said to be the person's own.
'use strict';
const box = 'llave', key = '/chat/de-hoy';
const patience = 10000; // milliseconds; a counter does not wait longer for a page
const clock = new Intl.DateTimeFormat('es-AR', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'America/Argentina/Buenos_Aires' });
const escaped = (s) => String(s).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

addEventListener('install', (e) => {
  skipWaiting();
  // Newer browsers need not even wake this for what it has nothing to do with: pages with passwords among it.
  const routes = ['/autogestion/*', '/chat/*', '/mesa/*'].map((urlPattern) => ({ condition: { urlPattern }, source: 'network' }));
  try { e.addRoutes?.(routes)?.catch(() => {}); } catch { /* another form of it */ }
});
addEventListener('activate', (e) => e.waitUntil(Promise.all([clients.claim(), kept()])));
addEventListener('fetch', (e) => {
  const to = new URL(e.request.url);
  if (e.request.mode === 'navigate' && to.origin === location.origin && to.pathname === '/') e.respondWith(load(e));
});

async function load(e) {
  const answer = fetch(e.request);
  answer.catch(() => {}); // also if it fails after its time
  try {
    const got = await Promise.race([answer, new Promise((go) => setTimeout(go, patience))]);
    if (got && (got.status < 502 || got.status > 504)) return got;
  } catch { /* no connection */ }
  return offline(await kept());
}

// kept are the tokens that are still valid. Others are deleted.
async function kept() {
  try {
    if (!await caches.has(box)) return [];
    const store = await caches.open(box), all = await (await store.match(key)).json();
    const valid = all.filter((t) => t.due > Date.now());
    if (valid.length < all.length) await store.put(key, new Response(JSON.stringify(valid)));
    return valid;
  } catch {
    return [];
  }
}

// Replacements are functions: a $ of a text is one.
const put = (template, values) => template.replace(/%(\w+)%/g, (_, name) => values[name]);

function offline(tokens) {
  const list = tokens.map((t) => put(parts.token, {
    title: escaped(t.title || ''), digits: escaped(t.digits), hour: clock.format(t.at),
    notes: (t.notes || []).map((n) => put(parts.note, { text: escaped(n).replace(/\S*\d\S*/g, '<span class="junto">$&</span>') })).join(''),
  })).join('');
  return new Response(put(parts.page, { tokens: tokens.length ? parts.some + list : parts.none }), {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': parts.policy, 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' },
  });
}
