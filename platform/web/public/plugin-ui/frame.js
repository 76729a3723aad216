// For pages of plugins: speaks with the page around the frame. Load it first; it makes `window.minga`.
(function () {
  'use strict';
  var port;
  var waiting = new Map();
  var listeners = new Map();
  var next = 1;
  var root = document.documentElement;

  function tell(event, value) {
    (listeners.get(event) || []).forEach(function (listener) {
      listener(value);
    });
  }

  function dress(welcome) {
    root.lang = welcome.language;
    root.dataset.theme = welcome.theme;
  }

  function hear(message) {
    var said = message.data;
    if (said.verb === 'answer') {
      var asked = waiting.get(said.id);
      waiting.delete(said.id);
      if (!asked) return;
      if (said.ok) asked.resolve(said.value);
      else asked.reject(new Error(said.code));
    } else if (said.verb === 'look') {
      dress(said);
      tell('look', { language: said.language, theme: said.theme });
    } else if (said.verb === 'instance') tell('instance', said.value);
  }

  /** Tells how high the content is, so that the frame needs no bar of its own. */
  function resize() {
    var height = Math.ceil(document.body.getBoundingClientRect().height);
    if (port && height > 0) port.postMessage({ verb: 'resize', height: Math.min(height, 2000) });
  }

  var ready = new Promise(function (resolve) {
    addEventListener('message', function welcome(event) {
      if (event.source !== parent || !event.data || event.data.minga !== 1 || !event.ports[0]) return;
      removeEventListener('message', welcome);
      port = event.ports[0];
      port.onmessage = hear;
      dress(event.data);
      new ResizeObserver(resize).observe(document.body);
      resolve({ language: event.data.language, theme: event.data.theme });
    });
  });

  window.minga = {
    /** Holds the language and the theme once the page around has answered. */
    ready: ready,
    /** Asks for something the manifest's `reads` names: 'instance' or 'logs'. */
    get: function (what) {
      return ready.then(function () {
        return new Promise(function (resolve, reject) {
          var id = next++;
          waiting.set(id, { resolve: resolve, reject: reject });
          port.postMessage({ verb: 'get', id: id, what: what });
        });
      });
    },
    /** Calls back on 'instance' (with `reads` of it) and 'look' (another language or theme). */
    on: function (event, listener) {
      listeners.set(event, (listeners.get(event) || []).concat(listener));
    },
  };

  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', greet);
  else greet();
  function greet() {
    // Whoever is around may hear that a page is there; nothing else is said before the welcome.
    parent.postMessage({ minga: 1, verb: 'ready' }, '*');
  }
})();
