// Helps with forms. Without it they work as well: a password stays hidden, and the server waits in the place of the proof.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("button[data-ver]")) {
    const input = document.getElementById(button.dataset.ver);
    if (!input) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
    input.form.addEventListener("submit", () => { input.type = "password"; }); // no browser keeps it as a text
  }

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

  for (const form of document.querySelectorAll("form[data-prueba]")) {
    let busy = false;
    form.addEventListener("submit", (e) => {
      if (e.submitter && e.submitter.hasAttribute("formaction")) return; // another way out of the page
      e.preventDefault();
      if (busy) return;
      busy = true;
      const status = form.querySelector("[data-espera]");
      status.textContent = status.dataset.espera;
      prove(form.dataset.prueba).then((proof) => {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name: "work", value: proof });
        form.append(field);
      }, () => {}).finally(() => form.submit());
    });
    addEventListener("pageshow", (e) => { if (e.persisted) { busy = false; form.querySelector("[data-espera]").textContent = ""; } });
  }
})();
