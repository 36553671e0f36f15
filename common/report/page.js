(() => {
  'use strict';
  const POLL = 5000, RENEW = 60000;
  let seen = null, renewed = Date.now(), read = Date.now();

  const two = (n) => String(n).padStart(2, '0');
  const clock = (left) => {
    const s = Math.max(0, Math.floor(left)), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return h ? `${h} h ${m} min` : m >= 10 ? `${m} min` : `${m} min ${two(s % 60)} s`;
  };
  const tick = () => {
    if (!document.getElementById('lost').hidden) return; // nobody knows
    const passed = (Date.now() - read) / 1000;
    for (const at of document.querySelectorAll('[data-left]')) {
      const left = Number(at.dataset.left) - passed;
      const text = clock(left);
      if (at.textContent !== text) at.textContent = text;
    }
  };

  const local = () => {
    const today = new Date().toDateString();
    for (const at of document.querySelectorAll('time:not([title])')) {
      const when = new Date(at.dateTime);
      const hour = when.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
      at.title = at.dateTime;
      at.textContent = when.toDateString() === today ? hour
        : when.toLocaleDateString([], { day: 'numeric', month: 'short' }) + ', ' + hour;
    }
  };

  const copyable = () => {
    if (!navigator.clipboard) return;
    for (const box of document.querySelectorAll('.code:not(.copies)')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Copy';
      button.setAttribute('aria-label', 'Copy ' + box.dataset.what);
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(box.querySelector('pre').textContent);
        button.textContent = 'Copied';
        say('Copied');
        setTimeout(() => { button.textContent = 'Copy'; }, 2000);
      });
      box.classList.add('copies');
      box.append(button);
    }
  };

  const find = () => {
    const box = document.getElementById('search');
    if (!box) return;
    box.parentElement.hidden = false;
    const wanted = box.value.trim().toLowerCase();
    for (const one of document.querySelectorAll('.profile, .rows li')) {
      const name = one.querySelector('b, a').textContent.toLowerCase();
      one.hidden = !name.includes(wanted);
    }
  };

  const dress = () => { find(); local(); copyable(); tick(); };
  const say = (text) => { document.getElementById('news').textContent = text; };
  const lost = (gone) => {
    const box = document.getElementById('lost');
    if (box.hidden === !gone) return;
    box.hidden = !gone;
    document.getElementById('summary').hidden = gone;
    if (!gone) return;
    const since = new Date(read).toLocaleTimeString();
    document.getElementById('lost-since').textContent = since;
  };

  // What changed is taken from a page made anew by the daemon, so that there is one renderer;
  // what the reader has opened, and where the focus is, stay.
  const renew = async () => {
    const reply = await fetch(location.pathname + location.search, { cache: 'no-store' });
    if (!reply.ok) return;
    const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html');
    const focus = document.activeElement && document.activeElement.id;
    for (const id of ['summary', 'profiles', 'end']) {
      const old = document.getElementById(id), next = fresh.getElementById(id);
      for (const one of old.querySelectorAll('details[id]')) {
        const twin = next.querySelector('#' + CSS.escape(one.id));
        if (twin) twin.open = one.open;
      }
      old.replaceWith(document.adoptNode(next));
    }
    document.title = fresh.title;
    document.querySelector('link[rel=icon]').href = fresh.querySelector('link[rel=icon]').href;
    if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
    read = renewed = Date.now();
    dress();
  };

  const mark = (status) => JSON.stringify([status.version, status.reload, status.profiles.map((p) =>
    [p.profile, p.state, p.expires_at, p.refreshed_at, p.consecutive_failures, p.last_error,
      p.file])]);
  const words = (status) => status.profiles.map((p) => `${p.profile}: ${p.state}`).join(', ');
  let spoken = null;

  const poll = async () => {
    if (document.hidden) return;
    try {
      const reply = await fetch('/status', { cache: 'no-store' });
      const status = await reply.json();
      lost(false);
      if (spoken !== null && spoken !== words(status)) say(words(status));
      spoken = words(status);
      const changed = seen !== null && seen !== mark(status);
      seen = mark(status);
      if (changed || Date.now() - renewed > RENEW) await renew();
    } catch (e) {
      lost(true);
    }
  };

  dress();
  document.addEventListener('input', find);
  poll();
  setInterval(tick, 1000);
  setInterval(poll, POLL);
  document.addEventListener('visibilitychange', poll);
})();
