// The text of a message: the server has cut it into pieces, each with its kind, and each becomes one element. What
// others wrote only ever becomes text, never markup.
'use strict';
const llaveParts = ({ text, says, begins }) => {
  const element = (tag, kind, words) => {
    const e = document.createElement(tag);
    if (kind) e.className = kind;
    if (words) e.textContent = words;
    return e;
  };
  const whatsapp = document.body.dataset; // the help desk's number there, and how people write it

  function digits(shown) {
    const row = element('span', 'llave'), e = element('span', 'cifras'), seen = element('span', '', shown);
    seen.setAttribute('aria-hidden', 'true');
    e.append(seen, element('span', 'oculto', spoken(shown)));
    row.append(e);
    return row;
  }

  // spoken are six digits, not two hundreds.
  const spoken = (shown) => shown.replace(/\D/g, '').split('').join(' ');

  // link is an address. Back from the page on which one signs in, one is in this tab again; all others open another.
  function link(address, signsIn) {
    if (!/^https?:\/\//.test(address)) return document.createTextNode(address);
    const a = element('a', 'enlace'), host = new URL(address).host;
    a.href = address;
    a.rel = 'noopener noreferrer';
    // The site's name and not the whole address: that is what one should look at before typing a password.
    if (signsIn) a.append(element('span', '', text('entrar')), element('small', '', host));
    else {
      a.target = '_blank';
      a.append(text('abrir').replace('#', () => host) + ' ', element('span', 'oculto', text('otra-ventana')));
    }
    llavePress.guard(a);
    return a;
  }

  // call is the address that dials a number from any telephone, also from abroad.
  function call(number) {
    const d = number.replace(/\D/g, ''), free = /^08/.test(d), local = free ? d : d.replace(/^0/, '');
    return 'tel:' + (!free && local.length === 10 ? '+54' : '') + local;
  }

  function phone(number) {
    const a = element('a', 'tel', number);
    a.href = call(number);
    if (number !== whatsapp.tel || !whatsapp.wa) return a;
    const both = element('span'), w = element('a', 'tel', 'WhatsApp');
    w.href = 'https://wa.me/' + whatsapp.wa;
    w.target = '_blank';
    w.rel = 'noopener noreferrer';
    both.append(a, ' (', w, ')');
    return both;
  }

  // word is a button with words that one may also type.
  function word(words, goesOn) {
    const b = element('button', 'tipeable', words);
    b.type = 'button';
    llavePress.guard(b);
    b.addEventListener('click', (click) => (goesOn ? begins(words + ' ') : says(words, click)));
    return b;
  }

  function part([kind, words]) {
    switch (kind) {
      case 'a': case 'l': return link(words, kind === 'l');
      case 'b': case 'f': return word(words, kind === 'f');
      case 'e': return element('strong', '', words);
      case 'h': return element('strong', 'titular', words.trim().replace(/:$/, ''));
      case 'n': return digits(words);
      case 't': return phone(words);
      case 'w': return element('span', 'junto', words);
      default: return document.createTextNode(words);
    }
  }

  // fill shows the parts of a message. Lines with a number or a bullet are the items of a list, so that steps are read as steps.
  function fill(said, parts) {
    let block = false, list = null, item = null; // some parts are blocks: the line's end behind them is theirs
    said.replaceChildren();
    for (const [kind, words] of parts) {
      if (kind) {
        (item || said).append(part([kind, words]));
        block = 'nalh'.includes(kind);
        continue;
      }
      words.split('\n').forEach((line, i) => {
        const step = (i || !said.hasChildNodes()) && /^(?:(\d+)\.|•) (.*)/.exec(line);
        if (i) {
          if (!step && !list && !block) said.append('\n');
          if (!step) list = null;
          item = null;
          block = false;
        }
        if (step) {
          if (!list) said.append(list = element(step[1] ? 'ol' : 'ul'));
          list.append(item = element('li'));
          if (step[1]) item.value = step[1];
        }
        (item || said).append(step ? step[2] : line);
      });
    }
  }

  return { fill, call, spoken };
};
