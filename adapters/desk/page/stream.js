// One stream of events for all tabs of the browser: the tab that has the lock reads it and tells the others. An event says
// which case has changed; the page then asks for what it does not have.
import { page, hour } from './text.js';
import { connected } from './send.js';

const names = ['row', 'gone', 'counts', 'case', 'ring', 'reset', 'beat'];
const handlers = new Map();
const channel = 'BroadcastChannel' in window ? new BroadcastChannel('mesa') : null;
let last = Number(page.cambio), heardAt = Date.now(), away = null;
const patience = 25000; // without a beat: two are missed

export function on(name, handler) { handlers.set(name, handler); }

function receive(name, data, id) {
  if (id) last = Math.max(last, id);
  alive();
  handlers.get(name)?.(data);
}

function alive() {
  heardAt = Date.now();
  if (away === null) return;
  away = null;
  connected(true);
  handlers.get('back')?.();
}

function lost() {
  if (away !== null) return;
  away = hour(new Date(heardAt));
  connected(false, away);
}

function lead() {
  return new Promise(() => {
    const open = () => {
      const source = new EventSource('/mesa/eventos?after=' + last);
      for (const name of names) source.addEventListener(name, (e) => {
        const data = e.data ? JSON.parse(e.data) : {}, id = Number(e.lastEventId) || 0;
        receive(name, data, id);
        channel?.postMessage({ name, data, id });
      });
      source.onopen = () => alive();
      source.onerror = () => {
        lost();
        channel?.postMessage({ name: 'lost' });
        if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000);
      };
    };
    open();
  });
}

channel?.addEventListener('message', ({ data }) => {
  if (data.name === 'lost') lost(); else receive(data.name, data.data, data.id);
});
addEventListener('offline', lost);
addEventListener('online', () => { heardAt = Date.now(); });
setInterval(() => { if (Date.now() - heardAt > patience) lost(); }, 1000);

export function start() {
  if (navigator.locks && channel) navigator.locks.request('mesa-eventos', lead);
  else lead();
}
