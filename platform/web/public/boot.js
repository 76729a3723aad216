// Runs before the first paint: theme and language without a flash, and the first requests early.
(function () {
  'use strict';
  var root = document.documentElement;
  var store = function (key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  var theme = store('minga.theme') || 'auto';
  var dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';

  var languages = ['es', 'en'];
  var wanted = [store('minga.lang')].concat(navigator.languages || [navigator.language]);
  var lang = 'es';
  for (var i = 0; i < wanted.length; i++) {
    var base = (wanted[i] || '').slice(0, 2).toLowerCase();
    if (languages.indexOf(base) >= 0) {
      lang = base;
      break;
    }
  }
  root.lang = lang;
  root.dataset.js = '';
  root.dataset.page = location.pathname === '/' ? 'landing' : 'other';
  // The strip of a trial keeps its place until the mode is known, so that nothing moves when it appears.
  root.dataset.mode = store('minga.mode') || 'unknown';

  var chunks = {};
  try {
    chunks = JSON.parse(document.currentScript.dataset.chunks || '{}');
  } catch {
    chunks = {};
  }
  var preload = function (href) {
    if (!href) return;
    var link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = href;
    document.head.append(link);
  };
  preload(chunks['i18n/' + lang]);
  var first = location.pathname.split('/')[1] || 'landing';
  var second = location.pathname.split('/')[2];
  if (first === 'admin') preload(chunks['admin/' + (second || 'dashboard')]);
  else preload(chunks['pages/' + (first === 'instances' && second ? 'instance' : first)]);

  var get = function (path) {
    return fetch('/api/v1' + path, { headers: { 'Accept-Language': lang } }).catch(function () {
      return undefined;
    });
  };
  // A visitor without a session need not ask who they are: the server said so with the page.
  var guest = 'guest' in root.dataset;
  window.mingaBoot = { site: get('/site'), me: guest ? undefined : get('/me'), guest: guest };
})();
