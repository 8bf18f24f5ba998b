// It rings on a new case and on a chat of mine until it was seen. The sound is made here; one tab plays it.
import { $, text, page } from './text.js';
import { caseOfPage } from './thread.js';

const ringing = new Map(); // case -> why
const title = document.title;
let audio = null, timer = 0, wanted = localStorage.getItem('mesa:callado') !== '1';

const locked = () => !audio || audio.state !== 'running';

function unlock() {
  if (!wanted || page.turno === 'off') return;
  audio ??= new AudioContext();
  if (audio.state === 'suspended') audio.resume().then(show, () => {});
}

function beep() {
  if (locked() || !wanted) return;
  for (const [at, pitch] of [[0, 880], [0.18, 1174]]) {
    const tone = audio.createOscillator(), loud = audio.createGain(), from = audio.currentTime + at;
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0.0001, from);
    loud.gain.exponentialRampToValueAtTime(0.25, from + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, from + 0.16);
    tone.connect(loud).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.17);
  }
}

function play() {
  if (navigator.locks) navigator.locks.request('mesa-sonido', { ifAvailable: true }, async (lock) => { if (lock && !locked()) { beep(); await new Promise((done) => setTimeout(done, 1500)); } });
  else beep();
}

function show() {
  const bell = $('timbre');
  if (!bell) return;
  bell.hidden = false;
  const state = !wanted ? 'muted' : locked() ? 'locked' : 'sounds';
  bell.setAttribute('aria-pressed', String(wanted));
  bell.dataset.estado = state;
  $('timbre-dice').textContent = text('ring_' + state);
  bell.title = text('ring_' + state + '_title');
  bell.querySelector('use').setAttribute('href', wanted ? '#i-campana' : '#i-muda');
  document.title = ringing.size ? `(${ringing.size}) ${title}` : title;
}

function notify(why) {
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
  new Notification(text('ring_' + why), { tag: 'mesa-' + why });
}

export function ring(data) {
  if (data.stop) ringing.delete(data.case);
  else if (page.turno !== 'off' && !(data.case === caseOfPage() && !document.hidden && data.why === 'mine')) {
    ringing.set(data.case, data.why);
    play();
    notify(data.why);
  }
  clearInterval(timer);
  if (ringing.size) timer = setInterval(play, 8000);
  show();
}

// seen: the person is here. New cases are in view; a chat of mine is seen when it is the one that is open.
function seen() {
  if (document.hidden) return;
  for (const [id, why] of ringing) if (why !== 'mine' || id === caseOfPage()) ringing.delete(id);
  if (!ringing.size) clearInterval(timer);
  show();
}

export function toggle() {
  wanted = !wanted || locked();
  localStorage.setItem('mesa:callado', wanted ? '' : '1');
  unlock();
  show();
}

export function start() {
  const bell = $('timbre');
  if (!bell) return;
  bell.addEventListener('click', (e) => { e.stopPropagation(); toggle(); });
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, (e) => { if (!bell.contains(e.target)) unlock(); seen(); });
  document.addEventListener('visibilitychange', seen);
  if ('Notification' in window && Notification.permission === 'default' && $('permiso')) {
    $('permiso').hidden = false;
    $('permiso').addEventListener('click', () => Notification.requestPermission().then(() => { $('permiso').hidden = true; }));
  }
  try { audio = new AudioContext(); audio.onstatechange = show; } catch { /* no sound here */ }
  show();
}
