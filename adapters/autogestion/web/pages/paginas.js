// Helps with forms. Without it they work as well: a password stays hidden, the server waits in the place of the proof, and what
// a page does not keep is typed again.
(() => {
  "use strict";

  const showPassword = (button) => {
    const input = document.getElementById(button.dataset.ver);
    if (!input) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
    input.form.addEventListener("submit", () => { input.type = "password"; }); // no browser keeps it as a text
  };

  const solve = (challenge) => new Promise((resolve, reject) => {
    const worker = new Worker("/autogestion/altcha-pbkdf2.js");
    worker.onmessage = (e) => { worker.terminate(); e.data && !e.data.error ? resolve(e.data) : reject(new Error("work")); };
    worker.onerror = () => { worker.terminate(); reject(new Error("worker")); };
    worker.postMessage({ type: "work", challenge, counterStart: 0, counterStep: 1, counterMode: "uint32", timeout: 20000 });
  });

  const prove = async (level) => {
    const answer = await fetch("/autogestion/prueba?nivel=" + encodeURIComponent(level), { credentials: "omit" });
    if (!answer.ok) throw new Error("challenge");
    const challenge = await answer.json();
    return btoa(JSON.stringify({ challenge, solution: await solve(challenge) }));
  };

  // send sends a form and shows the answer on this page: passwords and codes, which no answer holds, stay in their fields.
  const send = async (form) => {
    const kept = new Map([...form.querySelectorAll("input[type=password], input[autocomplete=one-time-code]")].map((i) => [i.id, i.value]));
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.redirected) return location.assign(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    for (const [id, value] of kept) {
      const input = document.getElementById(id);
      if (input) input.value = value;
    }
    for (const hint of document.querySelectorAll(".de-nuevo")) hint.remove();
    setUp();
    document.querySelector(".errores")?.focus();
  };

  const twice = 4000; // ms in which the same button sends nothing again

  const watch = (form) => {
    let busy = false, last = 0, lastButton = null;
    const status = form.querySelector("[data-espera]");
    form.addEventListener("submit", (e) => {
      const away = e.submitter && e.submitter.hasAttribute("formaction"); // another way out of the page
      if (busy && !away || lastButton === e.submitter && e.timeStamp - last < twice) return e.preventDefault();
      [last, lastButton] = [e.timeStamp, e.submitter];
      if (away || !("prueba" in form.dataset) && !("conserva" in form.dataset)) return;
      e.preventDefault();
      busy = true;
      if (status) status.textContent = status.dataset.espera;
      const proof = "prueba" in form.dataset ? prove(form.dataset.prueba).then((value) => {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name: "work", value });
        form.append(field);
      }, () => {}) : Promise.resolve();
      proof.then(() => "conserva" in form.dataset ? send(form) : form.submit()).catch(() => form.submit());
    });
    addEventListener("pageshow", (e) => { if (e.persisted) { busy = false; last = -twice; if (status) status.textContent = ""; } });
  };

  const setUp = () => {
    document.querySelectorAll("button[data-ver]").forEach(showPassword);
    document.querySelectorAll("form").forEach(watch);
  };
  setUp();
})();
