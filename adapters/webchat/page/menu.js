// The menu of the header, the size of the letters, and the question before something ends.
'use strict';
const llaveMenu = ({ text, store, says, erases, notKept, call }) => {
  const $ = (id) => document.getElementById(id);
  const button = $('menu'), list = $('menu-lista'), dialog = $('confirmar'), root = document.documentElement;

  // --- opening and closing ---

  function open(is) {
    list.hidden = !is;
    button.setAttribute('aria-expanded', is);
    if (is) list.querySelectorAll('button, a').forEach(llavePress.guard);
  }
  button.addEventListener('click', () => open(list.hidden));
  addEventListener('keydown', (e) => {
    if (e.key !== 'Escape' || list.hidden) return;
    open(false);
    button.focus();
  });
  addEventListener('pointerdown', (e) => list.hidden || list.contains(e.target) || button.contains(e.target) || open(false));
  list.addEventListener('focusout', (e) => e.relatedTarget && !list.contains(e.relatedTarget) && e.relatedTarget !== button && open(false));

  const chosen = (act) => (click) => {
    open(false);
    button.focus({ preventScroll: true });
    act(click);
  };
  list.querySelectorAll('[data-texto]').forEach((b) => b.addEventListener('click', chosen((click) => says(b.dataset.texto, click))));
  list.querySelectorAll('a').forEach((a) => a.addEventListener('click', () => open(false)));
  for (const a of document.querySelectorAll('a[data-tel]')) a.href = call(a.dataset.tel);
  $('no-guardar').addEventListener('click', chosen(notKept));

  // --- the question ---

  const questions = {
    borrar: { title: 'borrar-titulo', words: 'borrar-texto', yes: 'borrar-si', act: erases },
    desvincular: { title: 'desvincular-titulo', words: 'desvincular-texto', yes: 'desvincular-si', act: () => says(text('desvincular')) },
  };
  let asked = null;
  for (const [id, q] of Object.entries(questions)) {
    $(id).addEventListener('click', chosen(() => {
      asked = q;
      $('confirmar-titulo').textContent = text(q.title);
      $('confirmar-texto').textContent = text(q.words);
      $('confirmar-si').textContent = text(q.yes);
      dialog.returnValue = '';
      dialog.showModal();
      dialog.querySelectorAll('button').forEach(llavePress.guard);
    }));
  }
  dialog.addEventListener('close', () => dialog.returnValue === 'si' && asked.act());

  // --- the letters ---

  const sizes = [100, 125, 150, 200];
  let size = Math.max(0, sizes.indexOf(Number(store?.getItem('llave-letra'))));
  function letters() {
    root.style.fontSize = size ? `${sizes[size]}%` : '';
    $('letra').textContent = text(size + 1 < sizes.length ? 'letra-mas' : 'letra-normal');
  }
  $('letra').addEventListener('click', () => {
    size = (size + 1) % sizes.length;
    try {
      if (size) store?.setItem('llave-letra', sizes[size]);
      else store?.removeItem('llave-letra');
    } catch { /* until this page is loaded anew */ }
    letters();
  });
  letters();

  // measure compares the window with the letters, whoever enlarged them: narrow means that what stands side by side has
  // no room, low that a fixed head and foot would leave none for what was said.
  function measure() {
    const rem = parseFloat(getComputedStyle(root).fontSize);
    root.classList.toggle('estrecha', innerWidth < 18 * rem);
    root.classList.toggle('corrida', innerHeight <= 26 * rem);
  }
  addEventListener('resize', measure);
  if (window.ResizeObserver) new ResizeObserver(measure).observe($('medida'));
  measure();

  // --- the home screen ---

  let install = null;
  addEventListener('beforeinstallprompt', (e) => {
    e.preventDefault();
    install = e;
    $('instalar').hidden = false;
  });
  $('instalar').addEventListener('click', chosen(() => {
    $('instalar').hidden = true;
    install?.prompt();
  }));
};
