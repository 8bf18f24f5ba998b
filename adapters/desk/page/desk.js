// The page works without any of this: it then has to be loaded again to show what is new.
import { page } from './text.js';
import * as clock from './clock.js';
import * as stream from './stream.js';
import * as list from './list.js';
import * as thread from './thread.js';
import * as composer from './composer.js';
import * as ring from './ring.js';
import * as keys from './keys.js';

const cases = document.getElementById('filas');
clock.tick();
if (page.actua) { ring.start(); keys.start(); }
if (cases) {
  composer.start();
  stream.on('row', list.row);
  stream.on('gone', list.gone);
  stream.on('counts', list.counts);
  stream.on('case', thread.changed);
  stream.on('ring', ring.ring);
  stream.on('reset', () => { list.reload(); thread.pull(0); });
  stream.on('back', () => thread.pull());
  stream.start();
}
