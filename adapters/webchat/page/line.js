// The line to the server. Every tab can ask what came after the last entry that it has. So that answers come at once and
// a browser's few connections are left for other things, the tabs of a browser choose one that leads: it has the stream,
// or where no stream comes through holds a question, and tells the others when there is something to ask for. A tab
// that finds out that the leader is closed, hidden or stuck leads itself; two leaders only cost a connection.
'use strict';
const llaveLine = (page) => {
  const firstWord = 5000, nextWord = 40000; // how long a stream may say nothing: before it is complete, and then
  const silent = 3000, beat = 1000; // how long a leader may say nothing, and how often it says that it is there
  const me = page.random();
  let chat = ''; // the tag of the chat on the page
  let emptied = 0; // how often the page was emptied: what was asked for before that is not shown
  let role = ''; // 'leads', 'follows', 'alone' where tabs cannot talk to one another; '' while the page sleeps
  let term = 0, leader = { at: 0, hidden: false }, claiming = 0;
  let source = null, streams = false, streamed = false, probe = 0, pause = 10000;
  let loop = null, held = null, poke = () => {}, asking = null, stale = false, retry = 0;
  let news = Date.now(); // when something was new last
  const tabs = (() => {
    try { return new BroadcastChannel('llave'); } catch { return null; }
  })();

  // --- asking ---

  // ask asks once. One question at a time: who asks while one is under way gets an answer to a later one.
  async function ask(hold, signal) {
    if (asking) {
      stale = true;
      return asking;
    }
    for (let got, wait = hold; ; wait = false) {
      stale = false;
      asking = askOnce(wait, signal);
      got = await asking;
      if (stale && !got.failed) continue;
      asking = null;
      if (got.failed && !loop && !streams) later(got.after);
      return got;
    }
  }

  // later asks again where no loop does.
  function later(after) {
    clearTimeout(retry);
    retry = setTimeout(() => loop || ask(false), Math.max(after || 0, 1500 + Math.random() * 1500));
  }

  async function askOnce(hold, signal, again) {
    const before = emptied;
    let res, said;
    try {
      res = await page.fetch('/chat/poll?after=' + page.last() + (hold ? '&wait=1' : ''), { cache: 'no-store' }, hold ? 40000 : 15000, signal);
      said = await res.json();
    } catch {
      if (!signal?.aborted) page.lost();
      return { failed: true };
    }
    if (said.why === 'no_chat') return stranded(hold, signal, again);
    if (!res.ok) {
      if (res.status >= 500) page.lost();
      return { failed: true, after: 1000 * Number(res.headers.get('Retry-After')) };
    }
    page.found();
    if (before !== emptied) return askOnce(hold, signal, again);
    return { news: take(said), after: said.again || 0 };
  }

  // stranded gets a chat for a browser that has none. One that keeps no cookie never has one.
  async function stranded(hold, signal, again) {
    if (!again && await page.renew()) return askOnce(hold, signal, true);
    if (again) page.stranded();
    return { failed: true, after: again ? 10000 : 0 };
  }

  function take(said) {
    const first = !chat, other = !first && chat !== said.chat;
    if (other || said.reset) empty();
    chat = said.chat;
    if (first || other || said.reset) page.replay();
    let any = other || !!said.reset;
    for (const e of said.entries) any = page.show(e.seq, e) || any;
    if (any) news = Date.now();
    page.ready();
    if (said.typing) {
      page.types();
      tell('typing');
    }
    if (other && source) restart();
    return any;
  }

  function empty() {
    emptied++;
    page.clear();
  }

  // The loop asks while there is no stream. A leader's question is held until there is an answer; who is alone asks more
  // often while something is expected.
  async function begin() {
    if (loop) return;
    const mine = loop = {};
    for (let fails = 0; loop === mine;) {
      held = new AbortController();
      const got = await ask(role === 'leads', held.signal);
      if (loop !== mine) return;
      if (got.news) tell('news');
      if (!got.failed && fails && streamed) stream();
      fails = got.failed ? fails + 1 : 0;
      await wait(got.failed ? got.after || Math.min(250 * 2 ** fails, 15000) * (0.75 + Math.random() / 2) : got.after || between());
    }
  }

  function between() {
    if (role === 'leads') return 50;
    return page.expects() ? 1000 : Date.now() - news < 60000 ? 2000 : 5000;
  }

  const wait = (ms) => new Promise((go) => { poke = go; setTimeout(go, ms); });

  // nudge asks now, anew if a question is held: the connection may be another.
  function nudge() {
    held?.abort();
    poke();
  }

  function stop() {
    loop = null;
    nudge();
  }

  // --- the stream ---

  function stream() {
    clearTimeout(probe);
    if (source || role !== 'leads' || !window.EventSource) return;
    const mine = source = new EventSource('/chat/events?after=' + page.last());
    let complete = false, timer = 0;
    const end = (soon) => {
      clearTimeout(timer);
      mine.close();
      if (mine === source) ended(soon);
    };
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(end, complete ? nextWord : firstWord);
      return mine === source;
    };
    heard();
    mine.onmessage = (e) => {
      if (!heard()) return;
      if (page.show(Number(e.lastEventId), JSON.parse(e.data))) news = Date.now();
      if (complete) pause = 10000; // it works
      tell('news');
    };
    mine.addEventListener('hello', heard);
    mine.addEventListener('beat', heard);
    mine.addEventListener('typing', () => {
      if (!heard()) return;
      page.types();
      tell('typing');
    });
    mine.addEventListener('reset', () => heard() && restart());
    mine.addEventListener('ready', (e) => {
      complete = true;
      if (!heard()) return;
      if (chat && chat !== e.data) {
        restart();
        return;
      }
      chat = e.data;
      streams = streamed = true;
      stop();
      page.found();
      page.ready();
    });
    mine.onerror = () => end(streams);
    setTimeout(() => mine === source && !streams && begin(), 1500);
  }

  // ended goes on with questions, and tries a stream again: at once when one that worked has broken, else less and less
  // often, so that where none comes through hardly anything is spent on it.
  function ended(soon) {
    source = null;
    streams = false;
    begin();
    clearTimeout(probe);
    probe = setTimeout(stream, soon ? 1000 : pause * (0.75 + Math.random() / 2));
    if (!soon) pause = Math.min(pause * 2, 300000);
  }

  // restart begins anew where what was on the page is not there any more.
  function restart() {
    source?.close();
    source = null;
    streams = false;
    ask(false).then(() => {
      tell('news');
      stream();
      if (!source && role === 'leads') begin();
    });
  }

  // again looks at everything anew: this browser may be in another chat.
  function again() {
    if (source) restart();
    else if (loop) nudge();
    else ask(false);
  }

  // --- the tabs of a browser ---

  function tell(kind) {
    try { tabs?.postMessage({ kind, from: me, term, hidden: document.hidden }); } catch { /* closed with the page */ }
  }

  function lead() {
    role = 'leads';
    term = Math.max(term, leader.term || 0) + 1;
    tell('leads');
    stream();
    if (!source) begin();
  }

  function follow() {
    role = 'follows';
    rest();
  }

  function rest() {
    clearTimeout(probe);
    source?.close();
    source = null;
    streams = false;
    stop();
  }

  const led = () => Date.now() - leader.at < silent && (!leader.hidden || document.hidden);

  // claim leads in a moment, unless another tab does so first.
  function claim() {
    if (claiming || role === 'leads' || role === 'alone' || document.hidden) return;
    claiming = setTimeout(() => {
      claiming = 0;
      if (!led() && !document.hidden && role !== 'leads') lead();
    }, 150 + Math.random() * 250);
  }

  const outranks = (a) => a.term > term || a.term === term && a.from > me;
  function hear({ data }) {
    const is = data.kind;
    if (is === 'who' && role === 'leads') tell('leads');
    if (is === 'news' && role !== 'leads') ask(false);
    if (is === 'typing' && role !== 'leads') page.types();
    if (is === 'deaf' && role === 'leads') doubt(true);
    if ((is === 'bye' || is === 'hides') && data.from === leader.from) {
      if (is === 'bye') leader.at = 0;
      leader.hidden = true;
      claim();
    }
    if (is !== 'leads') return;
    if (role === 'leads' && !outranks(data)) {
      tell('leads');
      return;
    }
    leader = { from: data.from, term: data.term, hidden: data.hidden, at: Date.now() };
    if (role === 'leads') follow();
    if (!led()) claim();
  }

  // doubt looks whether something was missed. If so, what should have brought it does not work.
  async function doubt(missed) {
    if (loop) {
      nudge();
      return;
    }
    const worked = streams;
    const got = await ask(false);
    if (role === 'follows' && got.news) tell('deaf');
    if (role === 'leads' && worked && streams && (got.news || missed)) {
      source.close();
      ended(false);
    }
  }

  // --- a page that sleeps and wakes ---

  function wake() {
    if (!tabs) role = 'alone';
    if (role === 'alone') {
      begin();
      poke();
    } else if (role === 'leads') {
      if (!streams) nudge();
      tell('leads');
    } else {
      role = 'follows';
      tell('who');
      claim();
      ask(false);
    }
  }

  function sleep() {
    if (role === 'leads') tell('bye');
    role = '';
    rest();
  }

  let idle = 0, asked = 0;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(idle);
    if (!document.hidden) {
      wake();
      return;
    }
    tell('hides');
    // A page that nobody looks at holds no connection for long: browsers have six for a site.
    idle = setTimeout(sleep, 60000);
  });
  addEventListener('pagehide', sleep);
  addEventListener('pageshow', (e) => e.persisted && wake());
  addEventListener('online', () => { wake(); stream(); });
  setInterval(() => {
    if (role === 'leads') tell('leads');
    if (role !== 'follows' || document.hidden) return;
    if (!led()) claim();
    if (Date.now() - asked > 25000) { // whatever the leader says
      asked = Date.now();
      ask(false);
    }
  }, beat);
  if (tabs) tabs.onmessage = hear;

  return { wake, doubt, again, in: (tag) => !chat || tag === chat };
};
