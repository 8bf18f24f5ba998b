// The file that goes with the next message: chosen, pasted or dropped. It waits above the text field until the person sends it or
// takes it away; a file of another kind or size is refused here already, in words.
'use strict';
const llaveAttach = ({ text, resized }) => {
  const $ = (id) => document.getElementById(id);
  const input = $('archivo'), chip = $('adjunto'), fault = $('adjunto-error'), box = $('texto');
  const max = Number(input.dataset.max);
  let file = null;

  const size = (n) => (n < 1048576 ? `${Math.max(1, Math.round(n / 1024))} kB` : `${(n / 1048576).toFixed(1).replace('.', ',')} MB`);
  const name = (f) => f.name.length > 60 ? `${f.name.slice(0, 50)}…${f.name.slice(-8)}` : f.name;
  const label = (f) => `${name(f)} (${size(f.size)})`;

  // A phone may not know what a file is: the server looks at it.
  const wanted = (f) => !f.type || /^(image\/(jpeg|png|gif|webp)|application\/pdf|audio\/.+)$/.test(f.type);

  function refusal(f) {
    if (!f.size) return text('archivo-vacio');
    if (f.size > max) return text('archivo-grande').replace('#', size(f.size));
    return wanted(f) ? '' : text('archivo-tipo');
  }

  function take(files) {
    if (!files.length) return;
    const no = refusal(files[0]);
    fault.textContent = no || (files.length > 1 ? text('archivo-uno') : '');
    if (!no) file = files[0];
    draw();
    box.focus();
  }

  function draw() {
    chip.hidden = !file;
    $('adjunto-nombre').textContent = file ? label(file) : '';
    resized();
  }

  // give hands the file over: what was chosen is no more to be sent.
  function give() {
    const f = file;
    file = null;
    fault.textContent = '';
    draw();
    return f;
  }

  $('adjuntar').addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    take([...input.files]);
    input.value = ''; // the same file may be chosen again
  });
  $('sacar').addEventListener('click', () => {
    give();
    box.focus();
  });
  addEventListener('paste', (e) => {
    const files = [...(e.clipboardData?.files || [])];
    if (!files.length) return;
    e.preventDefault();
    take(files);
  });

  const carries = (e) => [...(e.dataTransfer?.types || [])].includes('Files');
  const over = (on) => { $('soltar').hidden = !on; };
  addEventListener('dragover', (e) => {
    if (!carries(e)) return;
    e.preventDefault(); // or the browser would open the file in place of the chat
    over(true);
  });
  addEventListener('dragleave', (e) => e.relatedTarget || over(false));
  addEventListener('drop', (e) => {
    over(false);
    if (!carries(e)) return;
    e.preventDefault();
    take([...e.dataTransfer.files]);
  });

  // upload sends a form and says how far it is. Nothing that moves is given up; what stands still for a minute is.
  function upload(address, form, progress) {
    return new Promise((done, fail) => {
      const x = new XMLHttpRequest();
      let timer = 0;
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => x.abort(), 60000);
      };
      const end = (f) => () => {
        clearTimeout(timer);
        f(x);
      };
      x.open('POST', address);
      x.upload.onprogress = (e) => {
        alive();
        if (e.lengthComputable) progress(Math.floor(100 * e.loaded / e.total));
      };
      x.onload = end(done);
      x.onerror = x.onabort = end(fail);
      alive();
      x.send(form);
    });
  }

  return { give, upload, label, size };
};
